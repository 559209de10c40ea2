"""Entra's endpoints, asked by azure-identity itself and on the wire."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import ClientSecretCredential
from azure.mgmt.resource.resources.aio import ResourceManagementClient

from emulators.azure.process import RunningSimulator
from emulators.tests.support.simulator import SimulatorAddress

ARM_SCOPE = "https://management.azure.com/.default"


def credential_of(address: SimulatorAddress, **changes: str) -> ClientSecretCredential:
    given = {
        "tenant_id": address.tenant_id,
        "client_id": address.client_id,
        "client_secret": address.client_secret,
        **changes,
    }
    return ClientSecretCredential(
        **given,
        authority=address.url,
        disable_instance_discovery=True,
        connection_verify=address.ca_bundle,
    )


@pytest.fixture
async def service_principal(address: SimulatorAddress) -> AsyncIterator[ClientSecretCredential]:
    async with credential_of(address) as credential:
        yield credential


async def test_a_service_principal_signs_in_with_its_secret(
    service_principal: ClientSecretCredential, simulator: RunningSimulator
) -> None:
    token = await service_principal.get_token(ARM_SCOPE)
    claims = simulator.simulator.tokens.claims_of(token.token)
    assert claims is not None
    application = simulator.simulator.application.principal
    assert (claims["appid"], claims["oid"]) == (application.client_id, application.object_id)
    assert claims["exp"] - claims["iat"] == 3599


async def test_a_token_for_the_address_of_this_cloud_opens_arm(
    service_principal: ClientSecretCredential, address: SimulatorAddress
) -> None:
    """The scope that a client makes of `resourceManager` in the metadata of the cloud."""
    async with ResourceManagementClient(
        service_principal,
        address.subscription_id,
        base_url=address.url,
        credential_scopes=[f"{address.url}/.default"],
        connection_verify=address.ca_bundle,
    ) as client:
        assert [each.name async for each in client.resource_groups.list()] == []


async def test_its_token_opens_arm(
    service_principal: ClientSecretCredential, address: SimulatorAddress
) -> None:
    async with ResourceManagementClient(
        service_principal,
        address.subscription_id,
        base_url=address.url,
        connection_verify=address.ca_bundle,
    ) as client:
        assert [each.name async for each in client.resource_groups.list()] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"client_secret": "wrong"}, "AADSTS7000215", id="secret"),
        pytest.param({"client_id": "0" * 36}, "AADSTS700016", id="application"),
    ],
)
async def test_a_wrong_sign_in_is_refused_with_its_code(
    address: SimulatorAddress, changes: dict[str, str], code: str
) -> None:
    async with credential_of(address, **changes) as credential:
        with pytest.raises(ClientAuthenticationError, match=code):
            await credential.get_token(ARM_SCOPE)


FORM = {"grant_type": "client_credentials", "scope": ARM_SCOPE}

BAD_FORMS = [
    pytest.param({"grant_type": None}, 400, "invalid_request", 900144, id="no grant type"),
    pytest.param({"grant_type": "password"}, 400, "unsupported_grant_type", 70003, id="password"),
    pytest.param({"client_id": None}, 400, "invalid_request", 900144, id="no client id"),
    pytest.param({"client_secret": None}, 401, "invalid_client", 7000218, id="no secret"),
    pytest.param({"scope": None}, 400, "invalid_request", 900144, id="no scope"),
    pytest.param(
        {"scope": "https://management.azure.com/user_impersonation"},
        400,
        "invalid_scope",
        1002012,
        id="scope of a user",
    ),
]


@pytest.mark.parametrize(("changes", "status", "error", "number"), BAD_FORMS)
async def test_a_bad_form_is_refused_as_entra_words_it(
    session: aiohttp.ClientSession,
    address: SimulatorAddress,
    changes: dict[str, str | None],
    status: int,
    error: str,
    number: int,
) -> None:
    given = {
        **FORM,
        "client_id": address.client_id,
        "client_secret": address.client_secret,
        **changes,
    }
    form = {name: value for name, value in given.items() if value is not None}
    url = f"{address.url}/{address.tenant_id}/oauth2/v2.0/token"
    async with session.post(url, data=form) as response:
        body = await response.json()
    assert (response.status, body["error"], body["error_codes"]) == (status, error, [number])
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert f"Trace ID: {body['trace_id']}" in body["error_description"]


async def test_the_older_endpoint_takes_a_resource_and_writes_numbers_as_text(
    session: aiohttp.ClientSession, address: SimulatorAddress, simulator: RunningSimulator
) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": address.client_id,
        "client_secret": address.client_secret,
        "resource": "https://management.core.windows.net/",
    }
    url = f"{address.url}/{address.tenant_id}/oauth2/token"
    async with session.post(url, data=form) as response:
        body = await response.json()
    assert (body["expires_in"], body["resource"]) == ("3599", form["resource"])
    audience = simulator.simulator.tokens.audience_of(body["access_token"])
    assert audience == "https://management.core.windows.net"


@pytest.mark.parametrize(("secret", "status"), [("known", 200), ("wrong", 401), (None, 401)])
async def test_id_and_secret_may_come_as_basic_authorization(
    session: aiohttp.ClientSession, address: SimulatorAddress, secret: str | None, status: int
) -> None:
    given = address.client_secret if secret == "known" else str(secret)
    basic = aiohttp.encode_basic_auth(address.client_id, given)
    headers = {"Authorization": "Negotiate abc" if secret is None else basic}
    url = f"{address.url}/{address.tenant_id}/oauth2/v2.0/token"
    async with session.post(url, data=FORM, headers=headers) as response:
        body = await response.json()
    assert (response.status, "access_token" in body) == (status, status == 200)


async def get(session: aiohttp.ClientSession, url: str) -> tuple[int, Any]:
    async with session.get(url) as response:
        return response.status, await response.json()


async def test_the_configuration_of_the_tenant_leads_to_this_authority(
    session: aiohttp.ClientSession, address: SimulatorAddress
) -> None:
    path = "v2.0/.well-known/openid-configuration"
    status, known = await get(session, f"{address.url}/{address.tenant_id}/{path}")
    assert status == 200
    assert known["token_endpoint"] == f"{address.url}/{address.tenant_id}/oauth2/v2.0/token"
    assert known["issuer"] == f"{address.url}/{address.tenant_id}/v2.0"
    _, common = await get(session, f"{address.url}/common/{path}")
    assert common["issuer"] == f"{address.url}/{{tenantid}}/v2.0"
    status, other = await get(session, f"{address.url}/{address.subscription_id}/{path}")
    assert (status, other["error_codes"]) == (400, [90002])


async def test_instance_discovery_knows_the_authority(
    session: aiohttp.ClientSession, address: SimulatorAddress
) -> None:
    asked = f"{address.url}/{address.tenant_id}/oauth2/v2.0/authorize"
    url = f"{address.url}/common/discovery/instance?api-version=1.1&authorization_endpoint={asked}"
    _, found = await get(session, url)
    expected = f"{address.url}/{address.tenant_id}/v2.0/.well-known/openid-configuration"
    assert found["tenant_discovery_endpoint"] == expected


async def test_the_metadata_of_the_cloud_need_no_token(
    session: aiohttp.ClientSession, address: SimulatorAddress
) -> None:
    url = f"{address.url}/metadata/endpoints"
    (status, newest), (_, older), (refused, error) = await asyncio.gather(
        get(session, f"{url}?api-version=2022-09-01"),
        get(session, f"{url}?api-version=2019-05-01"),
        get(session, url),
    )
    assert status == 200
    assert newest["resourceManager"] == newest["authentication"]["loginEndpoint"] == address.url
    assert older == [newest]
    assert (refused, error["error"]["code"]) == (400, "MissingApiVersionParameter")
