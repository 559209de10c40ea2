"""Access tokens for APIs of the tenant: app roles, versions, and keys to verify them with."""

import asyncio
import pickle
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import ClientSecretCredential, ManagedIdentityCredential

from emulators.azure.clock import Clock
from emulators.azure.process import Options, RunningSimulator, start
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.support.simulator import (
    Control,
    SimulatorAddress,
    read_address,
)
from emulators.tests.support.tls import shared_tls

INVOKE = "Model.Invoke"
API = {
    "appId": "aaaaaaaa-0000-4000-8000-000000000001",
    "identifierUris": ["api://fraud-llm"],
    "requestedAccessTokenVersion": 2,
    "appRoles": [INVOKE, "Model.Admin"],
}
V1_API = {
    "appId": "aaaaaaaa-0000-4000-8000-000000000002",
    "identifierUris": ["api://old"],
    "appRoles": [INVOKE],
}


async def register(control: Control, body: dict[str, Any]) -> Any:
    return await control.call("PUT", "/applications", body)


async def grant(control: Control, principal: str, resource: str, *roles: str) -> Any:
    body = {"principalId": principal, "resource": resource, "roles": roles}
    return await control.call("PUT", "/app-role-assignments", body)


async def token_of(address: SimulatorAddress, client: Any, scope: str) -> str:
    async with ClientSecretCredential(
        address.tenant_id,
        client["appId"],
        client["clientSecret"],
        authority=address.url,
        disable_instance_discovery=True,
        connection_verify=address.ca_bundle,
    ) as credential:
        return (await credential.get_token(scope)).token


async def configuration(
    session: aiohttp.ClientSession, address: SimulatorAddress, path: str
) -> Any:
    url = f"{address.url}/{address.tenant_id}/{path}.well-known/openid-configuration"
    async with session.get(url) as response:
        return await response.json()


async def verified(address: SimulatorAddress, jwks_uri: str, token: str, audience: str) -> Any:
    """As an API does it: by the published key that the token names."""
    trust = ssl.create_default_context(cafile=address.ca_bundle)
    keys = jwt.PyJWKClient(jwks_uri, ssl_context=trust)
    key = await asyncio.to_thread(keys.get_signing_key_from_jwt, token)
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience)


@pytest.mark.parametrize("scope", ["api://fraud-llm/.default", f"{API['appId']}/.default"])
async def test_an_api_verifies_a_clients_token_of_version_2_with_the_published_keys(
    control: Control, session: aiohttp.ClientSession, address: SimulatorAddress, scope: str
) -> None:
    await register(control, API)
    client = await register(control, {})
    await grant(control, client["objectId"], "api://fraud-llm", INVOKE)
    token = await token_of(address, client, scope)
    known = await configuration(session, address, "v2.0/")
    claims = await verified(address, known["jwks_uri"], token, API["appId"])
    assert claims["iss"] == known["issuer"]
    assert (claims["ver"], claims["azp"], claims["azpacr"]) == ("2.0", client["appId"], "1")
    assert (claims["oid"], claims["sub"]) == (client["objectId"], client["objectId"])
    assert (claims["tid"], claims["roles"]) == (address.tenant_id, [INVOKE])
    assert "appid" not in claims


async def test_an_api_that_asks_for_nothing_gets_version_1_with_its_uri_as_audience(
    control: Control, session: aiohttp.ClientSession, address: SimulatorAddress
) -> None:
    await register(control, V1_API)
    client = await register(control, {"clientSecret": "a secret of its own"})
    assert client["clientSecret"] == "a secret of its own"
    await grant(control, client["objectId"], V1_API["appId"], INVOKE)
    token = await token_of(address, client, "api://old/.default")
    known = await configuration(session, address, "")
    claims = await verified(address, known["jwks_uri"], token, "api://old")
    assert claims["iss"] == known["issuer"] == f"https://sts.windows.net/{address.tenant_id}/"
    assert (claims["ver"], claims["appid"], claims["roles"]) == ("1.0", client["appId"], [INVOKE])


async def test_the_managed_identity_gets_the_roles_that_it_has(
    control: Control,
    address: SimulatorAddress,
    simulator: RunningSimulator,
    credential: ManagedIdentityCredential,
) -> None:
    await register(control, API)
    identity = simulator.simulator.tokens.principal_id
    await grant(control, identity, "api://fraud-llm", INVOKE)
    token = (await credential.get_token("api://fraud-llm/.default")).token
    keys = f"{address.url}/common/discovery/v2.0/keys"
    claims = await verified(address, keys, token, API["appId"])
    assert (claims["oid"], claims["roles"]) == (identity, [INVOKE])


async def test_without_an_assignment_a_token_has_no_roles(
    control: Control, address: SimulatorAddress
) -> None:
    await register(control, API)
    client = await register(control, {})
    await grant(control, client["objectId"], "api://fraud-llm", INVOKE)
    await grant(control, client["objectId"], "api://fraud-llm")
    token = await token_of(address, client, "api://fraud-llm/.default")
    assert "roles" not in jwt.decode(token, options={"verify_signature": False})


async def test_an_unknown_api_is_refused_as_entra_words_it(
    control: Control, address: SimulatorAddress, credential: ManagedIdentityCredential
) -> None:
    client = await register(control, {})
    with pytest.raises(
        ClientAuthenticationError, match=r"AADSTS500011.*api://nobody was not found"
    ):
        await token_of(address, client, "api://nobody/.default")
    with pytest.raises(ClientAuthenticationError, match="AADSTS500011"):
        await credential.get_token("api://nobody/.default")


def altered(token: str, part: int) -> str:
    parts = token.split(".")
    text = parts[part]
    middle = len(text) // 2
    parts[part] = text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]
    return ".".join(parts)


async def status_of(arm: Arm, session: aiohttp.ClientSession, url: str, token: str) -> int:
    path = f"{url}{arm.subscription}/resourceGroups?api-version=2025-04-01"
    headers = {"Authorization": f"Bearer {token}"}
    async with session.get(path, headers=headers) as response:
        return response.status


async def test_arm_takes_its_own_tokens_whole_and_no_others(
    control: Control,
    arm: Arm,
    session: aiohttp.ClientSession,
    address: SimulatorAddress,
    credential: ManagedIdentityCredential,
) -> None:
    await register(control, API)
    good = (await credential.get_token("https://management.azure.com/.default")).token
    other = (await credential.get_token("api://fraud-llm/.default")).token
    header, claims, _ = good.split(".")
    unsigned = jwt.encode(jwt.decode(good, options={"verify_signature": False}), "", "none")
    sent = [
        good,
        other,
        unsigned,
        f"{header}.{claims}.",
        *(altered(good, each) for each in (1, 2)),
    ]
    statuses = [await status_of(arm, session, address.url, each) for each in sent]
    assert statuses == [200, 401, 401, 401, 401, 401]
    assert jwt.get_unverified_header(good)["alg"] == "RS256"


BAD_BODIES = [
    pytest.param("applications", {"requestedAccessTokenVersion": 3}, id="version"),
    pytest.param("applications", {"appId": "fraud"}, id="id that is no GUID"),
    pytest.param("applications", {"appRoles": "Model.Invoke"}, id="roles that are no list"),
    pytest.param("applications", {"roles": []}, id="unknown field"),
    pytest.param(
        "app-role-assignments",
        {"principalId": "x", "resource": "api://nobody", "roles": []},
        id="unknown API",
    ),
    pytest.param(
        "app-role-assignments",
        {"principalId": "x", "resource": "api://fraud-llm", "roles": ["Unknown"]},
        id="role that the API does not have",
    ),
    pytest.param("app-role-assignments", {"resource": "api://fraud-llm"}, id="no principal"),
]


@pytest.mark.parametrize(("path", "body"), BAD_BODIES)
async def test_a_wrong_registration_is_refused(
    control: Control, path: str, body: dict[str, Any]
) -> None:
    await register(control, API)
    await control.call("PUT", f"/{path}", body, expected=400)


async def test_what_is_registered_is_listed_without_secrets_and_outlives_a_reset(
    control: Control,
) -> None:
    client = await register(control, {})
    await register(control, API)
    await grant(control, client["objectId"], API["appId"], INVOKE)
    await control.call("POST", "/reset")
    listed = {each["appId"]: each for each in await control.call("GET", "/applications")}
    assert listed[API["appId"]]["appRoles"] == API["appRoles"]
    assert "clientSecret" not in listed[client["appId"]]
    assert await control.call("GET", "/app-role-assignments") == [
        {"principalId": client["objectId"], "resource": API["appId"], "roles": [INVOKE]}
    ]


async def test_a_registration_again_keeps_id_and_secret_and_two_apis_share_no_uri(
    control: Control,
) -> None:
    first = await register(control, API)
    again = await register(control, {**API, "appRoles": [INVOKE]})
    assert (again["objectId"], again["clientSecret"]) == (first["objectId"], first["clientSecret"])
    assert again["appRoles"] == [INVOKE]
    await control.call("PUT", "/applications", {"identifierUris": ["api://fraud-llm"]}, 400)


async def test_keys_and_registrations_survive_a_restart(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async def ask(address: SimulatorAddress) -> Any:
        async with session.get(f"{address.url}/common/discovery/v2.0/keys") as response:
            return await response.json()

    options = Options(state_file=tmp_path / "state", tls=shared_tls())
    running = await start(Clock(1.0), tmp_path, options)
    address = read_address(tmp_path / "simulator.json")
    client = await register(Control(session, address), {})
    await register(Control(session, address), API)
    before = await ask(address)
    assert before["keys"][0]["issuer"].startswith(address.url)
    await running.stop()
    running = await start(Clock(1.0), tmp_path, options)
    address = read_address(tmp_path / "simulator.json")
    after = await ask(address)
    token = await token_of(address, client, "api://fraud-llm/.default")
    await running.stop()
    assert after["keys"][0]["n"] == before["keys"][0]["n"]
    assert jwt.get_unverified_header(token)["kid"] == before["keys"][0]["kid"]


async def test_a_simulator_that_gives_no_token_makes_no_key(tmp_path: Path) -> None:
    running = await start(Clock(1.0), tmp_path, Options(tls=shared_tls()))
    key = running.simulator.tokens.key
    assert not key.is_made
    assert not pickle.loads(pickle.dumps(key)).is_made
    await running.stop()
