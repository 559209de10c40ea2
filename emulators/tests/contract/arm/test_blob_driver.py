"""Whether a pod's blobs are mounted depends on driver, federation, account and role, in turn."""

import pytest

from emulators.azure.process import RunningSimulator
from emulators.azure.storage.blob_driver import READERS
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.contract.arm.test_clusters import CLUSTER, VERSION
from emulators.tests.contract.arm.test_identities import (
    CREDENTIAL,
    IDENTITY,
    call,
    credential_body,
)
from emulators.tests.contract.arm.test_key_vault import pass_time
from emulators.tests.support.arm_bodies import cluster_body
from emulators.tests.support.simulator import Control

ACCOUNT = "resourceGroups/gp-fraud/providers/Microsoft.Storage/storageAccounts/acmemodels"
STORAGE = "2024-01-01"
POD = ("inference", "fraud-llm")


class World:
    """A cluster and an identity; what else a mount needs is added by the tests."""

    def __init__(self, arm: Arm, simulator: RunningSimulator) -> None:
        self.arm, self.azure, self.simulator = arm, simulator.simulator.azure, simulator
        self.client_id = self.principal_id = ""

    async def build(self, driver: bool = True) -> None:
        body = cluster_body()
        body["properties"] |= {"oidcIssuerProfile": {"enabled": True}}
        if driver:
            body["properties"]["storageProfile"] = {"blobCSIDriver": {"enabled": True}}
        assert (await self.arm.call("PUT", CLUSTER, body, api_version=VERSION)).status == 201
        identity = await call(self.arm, "PUT", IDENTITY, {"location": "westeurope"})
        self.client_id = identity.body["properties"]["clientId"]
        self.principal_id = identity.body["properties"]["principalId"]

    async def federate(self) -> None:
        (cluster,) = self.azure.clusters.all()
        issuer = cluster.resource.properties["oidcIssuerProfile"]["issuerURL"]
        assert (
            await call(self.arm, "PUT", CREDENTIAL, credential_body(issuer=issuer))
        ).status < 300

    async def add_account(self) -> None:
        body = {"location": "westeurope", "properties": {"allowSharedKeyAccess": False}}
        assert (await self.arm.call("PUT", ACCOUNT, body, api_version=STORAGE)).status == 200

    async def grant(self, role: str) -> None:
        definitions = f"{self.arm.subscription}/providers/Microsoft.Authorization/roleDefinitions"
        properties = {
            "roleDefinitionId": f"{definitions}/{role}",
            "principalId": self.principal_id,
            "principalType": "ServicePrincipal",
        }
        name = "11111111-2222-4333-8444-555555555555"
        path = f"{ACCOUNT}/providers/Microsoft.Authorization/roleAssignments/{name}"
        answer = await self.arm.call(
            "PUT", path, {"properties": properties}, api_version="2022-04-01"
        )
        assert answer.status == 201

    def refusal(self, **changes: str) -> str | None:
        (cluster,) = self.azure.clusters.all()
        attributes = {
            "storageAccount": "acmemodels",
            "containerName": "weights",
            "clientID": self.client_id,
            "mountWithWorkloadIdentityToken": "true",
            **changes,
        }
        return self.azure.blob_driver.refuse(cluster.kubernetes, POD, attributes)


@pytest.fixture
def world(arm: Arm, group: str, simulator: RunningSimulator) -> World:
    return World(arm, simulator)


async def upload(control: Control, name: str) -> None:
    body = {"account": "acmemodels", "container": "weights", "files": {name: "{}"}}
    assert await control.call("PUT", "/blobs", body) == {"blobs": 1}


@pytest.mark.parametrize("role", READERS)
async def test_with_all_of_it_blobs_are_mounted_once_the_role_applies(
    world: World, control: Control, role: str
) -> None:
    await world.build()
    assert "AADSTS70025" in str(world.refusal())
    await world.federate()
    assert "lookup acmemodels.blob.core.windows.net: no such host" in str(world.refusal())
    await world.add_account()
    assert "AuthorizationPermissionMismatch" in str(world.refusal())
    await world.grant(role)
    assert "AuthorizationPermissionMismatch" in str(world.refusal()), "not yet"
    pass_time(world.simulator)
    assert "ContainerNotFound" in str(world.refusal())
    await upload(control, "models/7/config.json")
    assert world.refusal() is None
    attributes = {"storageAccount": "acmemodels", "containerName": "weights"}
    assert world.azure.blob_driver.read(attributes) == {"models/7/config.json": b"{}"}
    await upload(control, "models/8/config.json")
    assert list(world.azure.blob_driver.read(attributes)) == ["models/8/config.json"]


async def test_without_the_driver_nothing_mounts_them(world: World) -> None:
    await world.build(driver=False)
    assert "driver name blob.csi.azure.com not found" in str(world.refusal())


async def test_keys_are_no_way_in(world: World) -> None:
    await world.build()
    said = str(world.refusal(mountWithWorkloadIdentityToken="false"))
    assert "KeyBasedAuthenticationNotPermitted" in said


async def test_an_account_is_read_changed_and_deleted(arm: Arm, group: str) -> None:
    assert (await arm.call("GET", ACCOUNT, api_version=STORAGE)).status == 404
    body = {"location": "westeurope", "tags": {"a": "b"}, "properties": {}}
    assert (await arm.call("PUT", ACCOUNT, body, api_version=STORAGE)).status == 200
    read = await arm.call("GET", ACCOUNT, api_version=STORAGE)
    assert (read.status, read.body["tags"], read.body["name"]) == (200, {"a": "b"}, "acmemodels")
    assert (await arm.call("DELETE", ACCOUNT, api_version=STORAGE)).status == 200
    assert (await arm.call("DELETE", ACCOUNT, api_version=STORAGE)).status == 204
    bad = ACCOUNT.replace("acmemodels", "Acme-Models")
    refused = await arm.call("PUT", bad, body, api_version=STORAGE)
    assert (refused.status, refused.body["error"]["code"]) == (400, "AccountNameInvalid")
