"""The ARM client over real TLS, against a server that answers as the test says."""

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.credentials import AccessToken

from clients.answers import NoAnswer
from clients.arm import ARM_SCOPE, ArmClient

GROUP = "/subscriptions/1/resourceGroups/gp-fraud-llm-edge"


@dataclass
class Arm:
    """Remembers requests; answers the same to each."""

    answer: web.Response
    requests: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    tokens: set[str | None] = field(default_factory=set[str | None])

    async def serve(self, request: web.Request) -> web.Response:
        text = await request.text()
        self.requests.append((request.method, request.raw_path, text))
        self.tokens.add(request.headers.get("Authorization"))
        fresh = self.answer
        return web.Response(status=fresh.status, headers=fresh.headers, body=fresh.body)


@dataclass
class Credential:
    """Hands out one token per scope."""

    async def get_token(self, *scopes: str, **options: object) -> AccessToken:
        return AccessToken(f"token for {' '.join(scopes)}", 4_000_000_000)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "Credential":
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None: ...


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def arm() -> Arm:
    return Arm(web.json_response({"name": "gp-fraud-llm-edge"}))


@pytest.fixture
async def endpoint(arm: Arm, authority: trustme.CA) -> AsyncIterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", arm.serve)
    server = TestServer(app, scheme="https", host="127.0.0.1")
    await server.start_server(ssl=context)
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()


@pytest.fixture
async def client(endpoint: str, authority: trustme.CA) -> AsyncIterator[ArmClient]:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        yield ArmClient.connect(endpoint, Credential(), session)


async def test_a_body_of_json_is_decoded(client: ArmClient, arm: Arm):
    answer = await client.get(GROUP, "2025-04-01")
    assert (answer.status, answer.is_success, answer.body) == (
        200,
        True,
        {"name": "gp-fraud-llm-edge"},
    )
    assert arm.requests == [("GET", f"{GROUP}?api-version=2025-04-01", "")]
    assert arm.tokens == {f"Bearer token for {ARM_SCOPE}"}


async def test_a_put_sends_its_body_as_json(client: ArmClient, arm: Arm):
    await client.put(GROUP, "2025-04-01", {"location": "westeurope"})
    method, _, body = arm.requests[0]
    assert (method, body) == ("PUT", '{"location": "westeurope"}')


async def test_an_action_is_posted_below_its_resource(client: ArmClient, arm: Arm):
    await client.post("/clusters/1", "listClusterUserCredential", "2026-08-01")
    assert arm.requests[0][:2] == (
        "POST",
        "/clusters/1/listClusterUserCredential?api-version=2026-08-01",
    )


async def test_a_deletion_is_accepted_without_a_body(client: ArmClient, arm: Arm):
    url = "https://management.azure.com/operations/1?t=2&c=a%2Fb%3D"
    arm.answer = web.Response(status=202, headers={"Location": url, "Retry-After": "15"})
    answer = await client.delete(GROUP, "2025-04-01")
    assert (answer.status, answer.body, answer.operation_url) == (202, None, url)
    assert answer.headers["Retry-After"] == "15"


async def test_an_operations_url_is_followed_as_azure_gave_it(
    client: ArmClient, arm: Arm, endpoint: str
):
    """aiohttp writes %2F as /, which means the same in a query, in every Azure SDK."""
    signed = "/operations/1?api-version=1&t=63&c=MII%2Fa%2Bb%3D&s=x_y-z"
    await client.follow(f"{endpoint}{signed}")
    asked = urlsplit(arm.requests[0][1])
    assert asked.path == "/operations/1"
    assert parse_qs(asked.query) == parse_qs(urlsplit(signed).query)


async def test_a_gateways_page_stays_text(client: ArmClient, arm: Arm):
    arm.answer = web.Response(
        status=502, text="<html><h2>Bad Gateway</h2></html>", content_type="text/html"
    )
    answer = await client.get(GROUP, "2025-04-01")
    assert (answer.status, answer.is_success) == (502, False)
    assert answer.body == "<html><h2>Bad Gateway</h2></html>"


@pytest.mark.parametrize("status", [400, 403, 404, 409, 429, 500, 503])
async def test_a_refusal_is_a_value_and_is_not_asked_again(
    client: ArmClient, arm: Arm, status: int
):
    """Waiting is the orchestrations' business: an activity that waits blocks a worker."""
    arm.answer = web.json_response(
        {"error": {"code": "X"}}, status=status, headers={"Retry-After": "600"}
    )
    answer = await client.put(GROUP, "2025-04-01", {})
    assert (answer.status, len(arm.requests)) == (status, 1)


async def test_no_answer_raises(client: ArmClient):
    with pytest.raises(NoAnswer):
        await client.follow("https://127.0.0.1:9/operations/1")
