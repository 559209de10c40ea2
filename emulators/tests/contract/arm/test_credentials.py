"""Kubeconfigs of clusters with local accounts, by the SDK."""

import base64
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import yaml
from azure.mgmt.containerservice.models import CredentialResults
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from cryptography.x509.oid import NameOID

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Azure
from emulators.tests.contract.arm.test_clusters import NAME, create
from emulators.tests.support.arm_bodies import cluster_body


def user_of(answer: CredentialResults) -> dict[str, Any]:
    """The only user of the only kubeconfig."""
    assert answer.kubeconfigs is not None
    (kubeconfig,) = answer.kubeconfigs
    assert kubeconfig.value is not None
    config = yaml.safe_load(bytes(kubeconfig.value))
    return {**config["users"][0]["user"], "server": config["clusters"][0]["cluster"]["server"]}


@pytest.fixture
async def users(azure: Azure, group: str) -> list[dict[str, Any]]:
    """An administrator's and a user's, each read twice."""
    local = {"disableLocalAccounts": False, "aadProfile": None}
    await create(azure, group, cluster_body(**local))
    clusters = azure.containers.managed_clusters
    found = []
    for _ in range(2):
        found.append(user_of(await clusters.list_cluster_admin_credentials(group, NAME)))
        found.append(user_of(await clusters.list_cluster_user_credentials(group, NAME)))
    return found


async def test_a_local_account_is_the_same_in_every_read(users: list[dict[str, Any]]) -> None:
    """Recorded of several reads of one cluster."""
    first, *others = users
    assert list(first) == ["client-certificate-data", "client-key-data", "token", "server"]
    assert all(each == first for each in others)


async def test_a_local_account_has_a_certificate_with_its_key(
    users: list[dict[str, Any]],
) -> None:
    pem, key_pem = (
        base64.b64decode(users[0][name]) for name in ("client-certificate-data", "client-key-data")
    )
    certificate, key = load_pem_x509_certificate(pem), load_pem_private_key(key_pem, None)
    assert certificate.public_key() == key.public_key()
    (organization,) = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    assert organization.value == "system:masters"


async def test_a_local_account_outlives_a_sign_in(
    users: list[dict[str, Any]], simulator: RunningSimulator
) -> None:
    claims = simulator.simulator.tokens.claims_of(users[0]["token"])
    assert claims is not None
    assert timedelta(seconds=claims["exp"] - claims["iat"]) == timedelta(days=730)


async def test_a_local_account_opens_its_cluster(
    users: list[dict[str, Any]], session: aiohttp.ClientSession
) -> None:
    headers = {"Authorization": f"Bearer {users[0]['token']}"}
    address = f"{users[0]['server']}/api/v1/namespaces"
    async with session.get(address, headers=headers) as answer:
        assert answer.status == 200


async def test_another_cluster_has_another_account(
    azure: Azure, users: list[dict[str, Any]]
) -> None:
    body = cluster_body(
        disableLocalAccounts=False, aadProfile=None, nodeResourceGroup="gp-fraud-others"
    )
    clusters = azure.containers.managed_clusters
    await (await clusters.begin_create_or_update("gp-fraud", "other", body)).result()
    other = user_of(await clusters.list_cluster_admin_credentials("gp-fraud", "other"))
    for name in ("client-certificate-data", "client-key-data"):
        assert other[name] != users[0][name]
