"""What a pod gets from a vault depends on add-on, federation, role and secret, in this order."""

from collections.abc import Mapping
from typing import Any

import pytest

from emulators.azure.key_vault.csi_provider import ADDON
from emulators.azure.key_vault.models import SECRETS_USER
from emulators.azure.kubernetes.secret_volumes import NotMounted, SecretFiles
from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.contract.arm.test_clusters import CLUSTER, VERSION
from emulators.tests.contract.arm.test_identities import (
    CREDENTIAL,
    IDENTITY,
    call,
    credential_body,
)
from emulators.tests.contract.arm.test_key_vault import VAULT, make, pass_time
from emulators.tests.support.arm_bodies import cluster_body

ACCOUNT = ("inference", "fraud-llm")
CONFIG = {"enableSecretRotation": "true", "rotationPollInterval": "2m"}
OBJECTS = """array:
  - |
    objectName: "hf-token"
    objectType: secret
    objectVersion: ""
    objectAlias: "HF_TOKEN"
"""


class World:
    """A cluster with the add-on, an identity, and a vault with a secret."""

    def __init__(self, arm: Arm, simulator: RunningSimulator) -> None:
        self.arm, self.azure, self.simulator = arm, simulator.simulator.azure, simulator
        self.client_id = self.principal_id = ""

    async def build(self, addon: bool = True) -> None:
        body = cluster_body()
        body["properties"] |= {"oidcIssuerProfile": {"enabled": True}}
        if addon:
            body["properties"]["addonProfiles"] = {ADDON: {"enabled": True, "config": CONFIG}}
        assert (await self.arm.call("PUT", CLUSTER, body, api_version=VERSION)).status == 201
        identity = await call(self.arm, "PUT", IDENTITY, {"location": "westeurope"})
        self.client_id = identity.body["properties"]["clientId"]
        self.principal_id = identity.body["properties"]["principalId"]
        await make(self.arm)
        vault = self.azure.vaults.by_name("fraud-team")
        assert vault
        self.azure.vaults.set_secret(vault, "hf-token", "a value")

    async def federate(self, **changes: Any) -> None:
        (cluster,) = self.azure.clusters.all()
        issuer = cluster.resource.properties["oidcIssuerProfile"]["issuerURL"]
        body = credential_body(**{"issuer": issuer, **changes})
        assert (await call(self.arm, "PUT", CREDENTIAL, body)).status < 300

    async def grant(self) -> None:
        definitions = f"{self.arm.subscription}/providers/Microsoft.Authorization/roleDefinitions"
        properties = {
            "roleDefinitionId": f"{definitions}/{SECRETS_USER}",
            "principalId": self.principal_id,
            "principalType": "ServicePrincipal",
        }
        name = "11111111-2222-4333-8444-555555555555"
        path = f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/{name}"
        answer = await self.arm.call(
            "PUT", path, {"properties": properties}, api_version="2022-04-01"
        )
        assert answer.status == 201
        pass_time(self.simulator)

    def read(self, **changes: str) -> SecretFiles | None:
        (cluster,) = self.azure.clusters.all()
        parameters: Mapping[str, str] = {
            "clientID": self.client_id,
            "keyvaultName": "fraud-team",
            "objects": OBJECTS,
            **changes,
        }
        return self.azure.csi_provider.read(cluster.kubernetes, ACCOUNT, parameters)

    def refusal(self, **changes: str) -> str:
        with pytest.raises(NotMounted) as refused:
            self.read(**changes)
        return str(refused.value)


@pytest.fixture
def world(arm: Arm, group: str, simulator: RunningSimulator) -> World:
    return World(arm, simulator)


async def test_with_all_of_it_a_pod_reads_by_the_alias(world: World) -> None:
    await world.build()
    await world.federate()
    await world.grant()
    assert world.read() == {"HF_TOKEN": b"a value"}


async def test_without_the_add_on_there_is_no_driver(world: World) -> None:
    await world.build(addon=False)
    assert world.read() is None


async def test_an_identity_without_credentials_is_not_signed_in(world: World) -> None:
    await world.build()
    assert "AADSTS70025: The client" in world.refusal()
    assert "AADSTS700016" in world.refusal(clientID="of nobody")


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://westeurope.oic.prod-aks.azure.com/another/cluster/"},
        {"subject": "system:serviceaccount:inference:default"},
        {"audiences": ["another"]},
    ],
    ids=["issuer", "subject", "audience"],
)
async def test_a_credential_has_to_match_in_all_three(
    world: World, changes: dict[str, Any]
) -> None:
    await world.build()
    await world.federate(**changes)
    refusal = world.refusal()
    assert refusal.startswith(
        "failed to get objectType:secret, objectName:hf-token, objectVersion:: "
        "ClientAssertionCredential authentication failed."
    )
    assert "RESPONSE 401: 401 Unauthorized" in refusal
    assert "AADSTS700213: No matching federated identity record found" in refusal
    assert "'system:serviceaccount:inference:fraud-llm'" in refusal


async def test_without_the_role_the_vault_refuses(world: World) -> None:
    await world.build()
    await world.federate()
    refusal = world.refusal()
    assert "RESPONSE 403: 403 Forbidden\nERROR CODE: Forbidden\n" in refusal
    assert f"oid={world.principal_id};" in refusal


async def test_what_is_not_there_is_named(world: World) -> None:
    await world.build()
    await world.federate()
    await world.grant()
    missing = world.refusal(objects=OBJECTS.replace("hf-token", "other"))
    assert missing.startswith(
        "failed to get objectType:secret, objectName:other, objectVersion:: GET "
        "https://fraud-team.vault.azure.net/secrets/other/\n"
    )
    assert "RESPONSE 404: 404 Not Found\nERROR CODE: SecretNotFound\n" in missing
    assert "no such host" in world.refusal(keyvaultName="nowhere")


async def test_the_add_on_has_an_identity_once_the_operation_has_ended(world: World) -> None:
    await world.build()
    cluster = (await world.arm.call("GET", CLUSTER, api_version=VERSION)).body
    assert cluster["properties"]["addonProfiles"][ADDON] == {"enabled": True, "config": CONFIG}
    pass_time(world.simulator)
    cluster = (await world.arm.poll_path(CLUSTER, VERSION)).body
    addon = cluster["properties"]["addonProfiles"][ADDON]
    name = f"azurekeyvaultsecretsprovider-{cluster['name']}"
    assert addon["identity"]["resourceId"].endswith(f"/userAssignedIdentities/{name}")
    assert addon["config"] == CONFIG
