"""What ARM checks before any service sees a request."""

import re
from typing import Any

import aiohttp
import pytest

from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.support.simulator import SimulatorAddress

GROUP = "resourceGroups/gp-fraud"
CLUSTERS = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters"
OTHER = "/subscriptions/11111111-1111-4111-8111-111111111111"

REFUSALS = [
    pytest.param(
        "GET",
        GROUP,
        "2025-04-01",
        404,
        "ResourceGroupNotFound",
        "Resource group 'gp-fraud' could not be found.",
        id="missing group",
    ),
    pytest.param(
        "GET",
        f"{CLUSTERS}/x",
        "2026-08-01",
        404,
        "ResourceGroupNotFound",
        "Resource group 'gp-fraud' could not be found.",
        id="resource in a missing group",
    ),
    pytest.param(
        "GET",
        f"{OTHER}/{GROUP}",
        "2025-04-01",
        404,
        "SubscriptionNotFound",
        "The subscription '11111111-1111-4111-8111-111111111111' could not be found.",
        id="unknown subscription",
    ),
    pytest.param(
        "GET",
        f"/subscriptions/mine/{GROUP}",
        "2025-04-01",
        400,
        "InvalidSubscriptionId",
        "The provided subscription identifier 'mine' is malformed or invalid.",
        id="malformed subscription",
    ),
    pytest.param(
        "GET",
        GROUP,
        "latest",
        400,
        "InvalidApiVersionParameter",
        "The api-version 'latest' is invalid.",
        id="api-version that is no date",
    ),
    pytest.param(
        "GET",
        f"{CLUSTERS}/x",
        "2027-01-01",
        400,
        "NoRegisteredProviderFound",
        "No registered resource provider found for location",
        id="api-version of the future",
    ),
    pytest.param(
        "GET",
        f"{GROUP}/providers/Microsoft.Nothing/things/x",
        "2025-04-01",
        404,
        "InvalidResourceNamespace",
        "The resource namespace 'Microsoft.Nothing' is invalid.",
        id="unknown namespace",
    ),
    pytest.param(
        "GET",
        f"{GROUP}/providers/Microsoft.Cdn/things/x",
        "2025-04-01",
        404,
        "InvalidResourceType",
        "The resource type could not be found in the namespace 'Microsoft.Cdn'",
        id="unknown type",
    ),
]


@pytest.mark.parametrize(("method", "path", "version", "status", "code", "text"), REFUSALS)
async def test_a_bad_address_is_refused(
    arm: Arm, method: str, path: str, version: str, status: int, code: str, text: str
) -> None:
    answer = await arm.call(method, path, api_version=version)
    assert answer.error == (status, code)
    assert text in answer.message
    assert answer.headers["x-ms-failure-cause"] == "gateway"


async def test_a_method_that_a_type_does_not_know_is_not_allowed(arm: Arm) -> None:
    answer = await arm.call("POST", GROUP, {})
    assert answer.status == 405
    assert answer.body == {
        "Message": "The requested resource does not support http method 'POST'."
    }


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{location:", id="no JSON"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"\xff\xfe", id="no text"),
    ],
)
async def test_malformed_content_is_refused(
    arm: Arm,
    session: aiohttp.ClientSession,
    address: SimulatorAddress,
    content: bytes,
) -> None:
    url = f"{address.url}{arm.subscription}/{GROUP}?api-version=2025-04-01"
    headers = await authorization(arm, session, address)
    async with session.put(url, data=content, headers=headers) as response:
        body = await response.json()
    assert response.status == 400
    assert body["error"]["code"] == "InvalidRequestContent"


async def authorization(
    arm: Arm, session: aiohttp.ClientSession, address: SimulatorAddress
) -> dict[str, str]:
    query = {"api-version": "2019-08-01", "resource": "https://management.azure.com/"}
    headers = {"X-IDENTITY-HEADER": address.identity_header}
    async with session.get(address.identity_endpoint, params=query, headers=headers) as response:
        token = (await response.json())["access_token"]
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


async def test_the_api_version_is_asked_for_before_the_token(
    session: aiohttp.ClientSession, address: SimulatorAddress
) -> None:
    async with session.get(f"{address.url}/subscriptions") as response:
        body = await response.json()
    assert response.status == 400
    assert body["error"] == {
        "code": "MissingApiVersionParameter",
        "message": "The api-version query parameter (?api-version=) is required for all requests.",
    }


@pytest.mark.parametrize(
    ("authorization", "code", "challenge"),
    [
        pytest.param(
            None, "AuthenticationFailed", "missing 'Authorization' header", id="no header"
        ),
        pytest.param(
            "Bearer stolen", "InvalidAuthenticationToken", "token is invalid", id="bad token"
        ),
        pytest.param("Basic abc", "InvalidAuthenticationToken", "invalid", id="another scheme"),
    ],
)
async def test_a_caller_without_a_good_token_is_challenged(
    arm: Arm,
    session: aiohttp.ClientSession,
    address: SimulatorAddress,
    authorization: str | None,
    code: str,
    challenge: str,
) -> None:
    url = f"{address.url}{arm.subscription}/{GROUP}?api-version=2025-04-01"
    headers = {"Authorization": authorization} if authorization else {}
    async with session.get(url, headers=headers) as response:
        body = await response.json()
    assert (response.status, body["error"]["code"]) == (401, code)
    expected = f'Bearer authorization_uri="https://login.windows.net/{address.tenant_id}"'
    assert response.headers["WWW-Authenticate"].startswith(expected)
    assert challenge in response.headers["WWW-Authenticate"]


async def test_a_token_for_another_audience_is_refused(
    arm: Arm, session: aiohttp.ClientSession, address: SimulatorAddress
) -> None:
    query = {"api-version": "2019-08-01", "resource": "https://vault.azure.net"}
    headers = {"X-IDENTITY-HEADER": address.identity_header}
    async with session.get(address.identity_endpoint, params=query, headers=headers) as response:
        token = (await response.json())["access_token"]
    url = f"{address.url}{arm.subscription}/{GROUP}?api-version=2025-04-01"
    async with session.get(url, headers={"Authorization": f"Bearer {token}"}) as response:
        body: Any = await response.json()
    assert (response.status, body["error"]["code"]) == (401, "InvalidAuthenticationTokenAudience")


@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_token_for_the_address_of_this_cloud_is_taken(
    arm: Arm, session: aiohttp.ClientSession, address: SimulatorAddress, slash: str
) -> None:
    """What `/metadata/endpoints` calls `resourceManager`: Terraform asks for a token for it."""
    query = {"api-version": "2019-08-01", "resource": f"{address.url}{slash}"}
    headers = {"X-IDENTITY-HEADER": address.identity_header}
    async with session.get(address.identity_endpoint, params=query, headers=headers) as response:
        token = (await response.json())["access_token"]
    url = f"{address.url}{arm.subscription}/resourceGroups?api-version=2025-04-01"
    async with session.get(url, headers={"Authorization": f"Bearer {token}"}) as response:
        assert response.status == 200


async def test_every_answer_carries_the_headers_of_arm(arm: Arm) -> None:
    answer = await arm.call(
        "GET",
        "resourceGroups",
        headers={
            "x-ms-correlation-request-id": "11111111-2222-4333-8444-555555555555",
            "x-ms-client-request-id": "mine",
            "x-ms-return-client-request-id": "true",
        },
    )
    assert answer.body == {"value": []}
    expected = {
        "Cache-Control": "no-cache",
        "Pragma": "no-cache",
        "Expires": "-1",
        "Content-Type": "application/json; charset=utf-8",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "X-Content-Type-Options": "nosniff",
        "X-Cache": "CONFIG_NOCACHE",
        "x-ms-correlation-request-id": "11111111-2222-4333-8444-555555555555",
        "x-ms-client-request-id": "mine",
    }
    assert {name: answer.headers[name] for name in expected} == expected
    assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-ms-request-id"])
    assert answer.headers["x-ms-routing-request-id"].startswith("WESTEUROPE:20")


async def test_literal_parts_of_an_address_ignore_case(arm: Arm) -> None:
    await arm.call("PUT", GROUP, {"location": "westeurope"})
    lower = await arm.call(
        "GET", f"/SUBSCRIPTIONS/{arm.subscription[15:].upper()}/RESOURCEGROUPS/GP-FRAUD"
    )
    assert lower.body["name"] == "gp-fraud"


@pytest.mark.parametrize("megabytes", [4, 17])
async def test_a_body_beyond_the_limit_is_refused_and_changes_nothing(
    arm: Arm, megabytes: int
) -> None:
    tags = {"a": "x" * megabytes * 1024 * 1024}
    refused = await arm.call("PUT", GROUP, {"location": "westeurope", "tags": tags})
    assert refused.error == (413, "RequestContentTooLarge")
    assert (await arm.call("GET", GROUP)).error == (404, "ResourceGroupNotFound")


async def test_headers_beyond_the_limit_are_refused_by_a_page(
    arm: Arm, session: aiohttp.ClientSession, address: SimulatorAddress
) -> None:
    allowed = await arm.call("GET", "resourceGroups", headers={"x-long": "x" * 12 * 1024})
    sent = {"x-long": "x" * 10 * 1024, "x-longer": "x" * 10 * 1024}
    async with session.get(f"{address.url}/subscriptions", headers=sent) as refused:
        page = await refused.text()
    assert allowed.status == 200
    assert (refused.status, refused.content_type) == (400, "text/html")
    assert "The size of the request headers is too long." in page
    assert "x-ms-request-id" not in refused.headers
