"""Certificates of a vault: who issues them, in which form they come, and what a pod gets."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import (
    DNSName,
    SubjectAlternativeName,
    load_der_x509_certificate,
    load_pem_x509_certificate,
    load_pem_x509_certificates,
)

from emulators.azure.key_vault.models import CERTIFICATES_OFFICER, SECRETS_OFFICER
from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.contract.arm.test_csi_provider import OBJECTS, World, world
from emulators.tests.contract.arm.test_key_vault import DataPlane, grant, make, pass_time, vault

__all__ = ["vault", "world"]

HOST = "llm.example.com"
PEM = "application/x-pem-file"


def policy(**changes: Any) -> dict[str, Any]:
    x509 = {"subject": f"CN={HOST}", "sans": {"dns_names": [HOST]}}
    return {"policy": {"issuer": {"name": "DigiCert"}, "x509_props": x509, **changes}}


async def issue(plane: DataPlane, **changes: Any) -> None:
    created = await plane.call("POST", "certificates/llm/create", policy(**changes))
    assert (created.status, created.body["status"]) == (202, "inProgress")


@pytest.fixture
async def officers_vault(
    arm: Arm, group: str, vault: DataPlane, simulator: RunningSimulator
) -> DataPlane:
    await make(arm)
    await grant(arm, simulator, CERTIFICATES_OFFICER, 1)
    await grant(arm, simulator, SECRETS_OFFICER, 2)
    pass_time(simulator)
    return vault


async def test_a_certificate_and_its_secret_have_name_and_version_in_common(
    officers_vault: DataPlane,
) -> None:
    missing = await officers_vault.call("GET", "certificates/llm")
    assert missing.error == (404, "CertificateNotFound")
    await issue(officers_vault, secret_props={"contentType": PEM})
    found = (await officers_vault.call("GET", "certificates/llm")).body
    secret = (await officers_vault.call("GET", "secrets/llm")).body
    assert found["sid"] == secret["id"]
    assert secret["contentType"] == PEM
    shown = load_der_x509_certificate(base64.b64decode(found["cer"]))
    assert load_pem_x509_certificate(secret["value"].encode()) == shown
    names = shown.extensions.get_extension_for_class(SubjectAlternativeName).value
    assert names.get_values_for_type(DNSName) == [HOST]


async def test_issuing_needs_a_role_of_its_own(
    arm: Arm, group: str, vault: DataPlane, simulator: RunningSimulator
) -> None:
    await make(arm)
    await grant(arm, simulator, SECRETS_OFFICER)
    pass_time(simulator)
    refused = await vault.call("POST", "certificates/llm/create", policy())
    assert refused.error == (403, "Forbidden")


async def test_a_policy_is_required(officers_vault: DataPlane) -> None:
    refused = await officers_vault.call("POST", "certificates/llm/create", {})
    assert refused.error == (400, "BadParameter")


async def test_front_door_trusts_the_public_authority_and_no_other(
    officers_vault: DataPlane, simulator: RunningSimulator
) -> None:
    authority = load_pem_x509_certificate(simulator.simulator.azure.vaults.authority.cert_pem)
    await issue(officers_vault, secret_props={"contentType": PEM})
    secret = (await officers_vault.call("GET", "secrets/llm")).body["value"]
    load_pem_x509_certificate(secret.encode()).verify_directly_issued_by(authority)

    await issue(officers_vault, secret_props={"contentType": PEM}, issuer={"name": "Self"})
    secret = (await officers_vault.call("GET", "secrets/llm")).body["value"]
    own = load_pem_x509_certificate(secret.encode())
    with pytest.raises(ValueError, match="does not match"):
        own.verify_directly_issued_by(authority)


async def reading(world: World) -> str:
    await world.build()
    await world.federate()
    await world.grant()
    return OBJECTS.replace("hf-token", "llm")


def issued(world: World, **changes: Any) -> None:
    found = world.azure.vaults.by_name("fraud-team")
    assert found
    world.azure.vaults.issue_certificate(found, "llm", policy(**changes)["policy"])


@pytest.mark.parametrize("form", [PEM, "application/x-pkcs12"])
async def test_a_pod_gets_key_and_chain_as_pem_in_whatever_form_the_vault_has_them(
    world: World, form: str
) -> None:
    objects = await reading(world)
    issued(world, secret_props={"contentType": form})
    files = world.read(objects=objects)
    assert files
    pem = files["HF_TOKEN"]
    key = load_pem_private_key(pem, None)
    assert isinstance(key, EllipticCurvePrivateKey)
    certificate = load_pem_x509_certificates(pem)[0]
    assert certificate.public_key() == key.public_key()


async def test_without_an_exportable_key_there_is_none_in_the_file_or_no_file(
    world: World,
) -> None:
    objects = await reading(world)
    issued(world, secret_props={"contentType": PEM}, key_props={"exportable": False})
    files = world.read(objects=objects)
    assert files
    assert b"PRIVATE KEY" not in files["HF_TOKEN"]

    issued(world, key_props={"exportable": False})
    assert "pkcs12: expected exactly two items" in world.refusal(objects=objects)
