"""Key vaults: their management in ARM, and their secrets by the data plane."""

import io
import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from azure.identity.aio import ManagedIdentityCredential

from emulators.azure.key_vault.models import REGISTERING, SECRETS_OFFICER, SECRETS_USER
from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, RawAnswer
from emulators.tests.support.simulator import SimulatorAddress

VERSION = "2024-11-01"
VAULT = "resourceGroups/gp-fraud/providers/Microsoft.KeyVault/vaults/fraud-team"
LONG = timedelta(hours=1)


def vault_body(arm: Arm, **changes: Any) -> dict[str, Any]:
    properties = {
        "tenantId": "7e7e7e7e-0000-4000-8000-000000000001",
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": True,
    }
    return {"location": "westeurope", "properties": {**properties, **changes}}


async def make(arm: Arm, path: str = VAULT, **changes: Any) -> RawAnswer:
    return await arm.call("PUT", path, vault_body(arm, **changes), api_version=VERSION)


class DataPlane:
    """The vault's own API."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        address: SimulatorAddress,
        token: str | None,
        host: str = "fraud-team.vault.azure.net",
    ) -> None:
        self._session, self._address, self._token, self._host = session, address, token, host

    async def call(self, method: str, path: str, body: Any = None) -> RawAnswer:
        headers = {"Host": self._host, "Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = io.BytesIO(json.dumps(body).encode()) if body is not None else None
        url = f"{self._address.url}/{path}?api-version=7.6"
        async with self._session.request(method, url, data=data, headers=headers) as response:
            return RawAnswer(response.status, response.headers, await response.json())


@pytest.fixture
async def vault(
    session: aiohttp.ClientSession,
    address: SimulatorAddress,
    credential: ManagedIdentityCredential,
) -> DataPlane:
    token = await credential.get_token("https://vault.azure.net/.default")
    return DataPlane(session, address, token.token)


async def grant(arm: Arm, simulator: RunningSimulator, role: str, number: int = 1) -> None:
    """To the managed identity whose token the tests use."""
    name = f"11111111-2222-4333-8444-{number:012d}"
    definitions = f"{arm.subscription}/providers/Microsoft.Authorization/roleDefinitions"
    properties = {
        "roleDefinitionId": f"{definitions}/{role}",
        "principalId": simulator.simulator.tokens.principal_id,
        "principalType": "ServicePrincipal",
    }
    path = f"{VAULT}/providers/Microsoft.Authorization/roleAssignments/{name}"
    answer = await arm.call("PUT", path, {"properties": properties}, api_version="2022-04-01")
    assert answer.status == 201


def pass_time(simulator: RunningSimulator, much: timedelta = LONG) -> None:
    clock = simulator.simulator.clock
    clock.advance_to(clock.now() + much)


async def test_a_vault_is_200_when_it_is_new_and_registers_its_name_for_half_a_minute(
    arm: Arm, group: str, simulator: RunningSimulator
) -> None:
    created = await make(arm)
    assert created.status == 200
    assert not {"Location", "Azure-AsyncOperation"} & set(created.headers)
    assert created.body["properties"]["provisioningState"] == "RegisteringDns"
    assert created.body["properties"]["vaultUri"] == "https://fraud-team.vault.azure.net"
    pass_time(simulator, REGISTERING)
    read = await arm.call("GET", VAULT, api_version=VERSION)
    assert read.body["properties"]["provisioningState"] == "Succeeded"
    assert read.body["properties"]["vaultUri"] == "https://fraud-team.vault.azure.net/"


async def test_names_are_unique_and_valid(arm: Arm, group: str) -> None:
    await make(arm)
    await arm.call("PUT", "resourceGroups/other", {"location": "westeurope"})
    other = VAULT.replace("gp-fraud", "other")
    assert (await make(arm, other)).error == (409, "VaultAlreadyExists")
    assert (await make(arm, VAULT.replace("fraud-team", "1x"))).error == (400, "BadRequest")
    assert (await make(arm, sku=None)).error == (400, "BadRequest")


async def test_a_deleted_vault_is_gone(arm: Arm, group: str) -> None:
    await make(arm)
    listed = await arm.call("GET", "providers/Microsoft.KeyVault/vaults", api_version=VERSION)
    assert [each["name"] for each in listed.body["value"]] == ["fraud-team"]
    assert (await arm.call("DELETE", VAULT, api_version=VERSION)).status == 200
    assert (await arm.call("GET", VAULT, api_version=VERSION)).error == (404, "ResourceNotFound")


async def test_secrets_have_versions_of_which_the_latest_is_read(
    arm: Arm, group: str, vault: DataPlane, simulator: RunningSimulator
) -> None:
    await make(arm)
    await grant(arm, simulator, SECRETS_OFFICER)
    pass_time(simulator)
    first = await vault.call("PUT", "secrets/hf-token", {"value": "old"})
    second = await vault.call("PUT", "secrets/hf-token", {"value": "new"})
    assert (first.status, second.status) == (200, 200)
    version = first.body["id"].rpartition("/")[2]
    assert (await vault.call("GET", "secrets/hf-token")).body["value"] == "new"
    assert (await vault.call("GET", f"secrets/hf-token/{version}")).body["value"] == "old"
    assert (await vault.call("DELETE", "secrets/hf-token")).status == 200
    missing = await vault.call("GET", "secrets/hf-token")
    assert missing.error == (404, "SecretNotFound")
    assert "A secret with (name/id) hf-token was not found in this key vault." in missing.message


async def test_a_role_decides_and_takes_minutes_to_apply(
    arm: Arm, group: str, vault: DataPlane, simulator: RunningSimulator
) -> None:
    await make(arm)
    before = await vault.call("GET", "secrets/hf-token")
    assert before.error == (403, "Forbidden")
    assert before.body["error"]["innererror"] == {"code": "ForbiddenByRbac"}
    assert f"oid={simulator.simulator.tokens.principal_id};" in before.message
    assert "Action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'\r\n" in before.message
    await grant(arm, simulator, SECRETS_USER)
    pass_time(simulator)
    assert (await vault.call("GET", "secrets/hf-token")).error == (404, "SecretNotFound")
    written = await vault.call("PUT", "secrets/hf-token", {"value": "x"})
    assert written.error == (403, "Forbidden"), "the role reads only"


async def test_who_brings_no_token_is_told_where_to_get_one(
    arm: Arm, group: str, session: aiohttp.ClientSession, address: SimulatorAddress
) -> None:
    await make(arm)
    answer = await DataPlane(session, address, None).call("GET", "secrets/hf-token")
    assert answer.error == (401, "Unauthorized")
    assert 'resource="https://vault.azure.net"' in answer.headers["WWW-Authenticate"]


async def test_a_vault_that_is_not_there_does_not_answer(
    arm: Arm, session: aiohttp.ClientSession, address: SimulatorAddress
) -> None:
    with pytest.raises(aiohttp.ClientError):
        await DataPlane(session, address, "x", "other.vault.azure.net").call("GET", "secrets/a")
