"""The clients of Azure's management packages over real TLS, against a server that answers as the
test says."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from clients.answers import ArmAnswer, NoAnswer
from clients.factory import ClientFactory
from clients.settings import Settings
from domain.arm import naming
from domain.arm.resource_kinds import KINDS, ResourceTarget
from tests.support.fake_clients import CLUSTERS, SUBSCRIPTION
from tests.support.payloads import PULL, RECORD

POOL = naming.agent_pool_id(SUBSCRIPTION, "fraud-llm", "westeurope")
CLUSTER = naming.cluster_id(SUBSCRIPTION, "fraud-llm", "westeurope")
ROUTE = naming.route_id(SUBSCRIPTION, "fraud-llm")
GROUP = naming.resource_group_id(SUBSCRIPTION, "gp-fraud-llm-edge")
EVERY_RESOURCE = {
    "agentPool": POOL,
    **{
        name: kind.build_id(
            ResourceTarget(
                name, "fraud-llm", "westeurope", SUBSCRIPTION, record_id=RECORD, grant=PULL
            )
        )
        for name, kind in KINDS.items()
    },
}
OF_EACH_CLIENT = [CLUSTER, ROUTE, GROUP, EVERY_RESOURCE["roleAssignment"]]
BODY = {"location": "westeurope", "properties": {"count": 0, "provisioningState": "kept"}}


@dataclass
class Arm:
    """Remembers requests; answers with those given, of which the last one is repeated."""

    answers: list[web.Response]
    requests: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    tokens: set[str | None] = field(default_factory=set[str | None])

    def answer_json(self, *bodies: Any, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers = [web.json_response(b, status=status, headers=named) for b in bodies]

    async def serve(self, request: web.Request) -> web.Response:
        self.requests.append((request.method, request.raw_path, await request.text()))
        self.tokens.add(request.headers.get("Authorization"))
        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=given.status, headers=given.headers, body=given.body)


@dataclass
class Credential:
    """Hands out one token per scope, unless Entra refuses."""

    error: Exception | None = None

    async def get_token(self, *scopes: str, **options: object) -> AccessToken:
        if self.error:
            raise self.error
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
def context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def arm() -> Arm:
    return Arm([web.json_response({"name": "gp-fraud-llm"})])


@pytest.fixture
async def endpoint(arm: Arm, context: ssl.SSLContext) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", arm.serve)
    server = TestServer(app, scheme="https", host="127.0.0.1")
    await server.start_server(ssl=context)
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()


@pytest.fixture
def credential() -> Credential:
    return Credential()


@pytest.fixture
async def clients(
    endpoint: str, authority: trustme.CA, credential: Credential, tmp_path: Path
) -> AsyncIterator[ClientFactory]:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    values = {
        "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
        "ARM_ENDPOINT": endpoint,
        "CA_BUNDLE": str(tmp_path / "ca.pem"),
    }
    factory = ClientFactory(Settings.from_environment(values))
    factory.__dict__["_credential"] = credential
    yield factory
    await factory.close()


def asked(arm: Arm) -> list[tuple[str, str]]:
    """Method and path, as ARM compares paths. Every request has to name one API version."""
    assert all(
        len(parse_qs(urlsplit(url).query)["api-version"]) == 1 for _, url, _ in arm.requests
    )
    return [(method, urlsplit(url).path.lower()) for method, url, _ in arm.requests]


async def call(clients: ClientFactory, method: str, resource_id: str) -> ArmAnswer:
    match method:
        case "GET":
            return await clients.resources.get(resource_id)
        case "PUT":
            return await clients.resources.begin_put(resource_id, BODY)
        case _:
            return await clients.resources.begin_delete(resource_id)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("resource_id", EVERY_RESOURCE.values(), ids=EVERY_RESOURCE)
async def test_every_resource_is_reached_under_its_id_by_one_request(
    clients: ClientFactory, arm: Arm, resource_id: str, method: str
):
    answer = await call(clients, method, resource_id)
    assert asked(arm) == [(method, resource_id.lower())]
    assert (answer.status, answer.body) == (200, {"name": "gp-fraud-llm"})
    assert arm.tokens == {"Bearer token for https://management.azure.com/.default"}


@pytest.mark.parametrize("resource_id", EVERY_RESOURCE.values(), ids=EVERY_RESOURCE)
async def test_a_put_sends_its_body_unchanged(clients: ClientFactory, arm: Arm, resource_id: str):
    await clients.resources.begin_put(resource_id, BODY)
    assert json.loads(arm.requests[0][2]) == BODY


@pytest.mark.parametrize("resource_id", OF_EACH_CLIENT)
async def test_the_first_answer_to_a_put_is_handed_back_whole_and_not_followed(
    clients: ClientFactory, arm: Arm, endpoint: str, resource_id: str
):
    url = f"{endpoint}/operations/1?t=2&c=a%2Fb%3D"
    body = {"properties": {"provisioningState": "Creating", "unknownToThePackage": {"a": 1}}}
    arm.answer_json(body, status=201, Azure_AsyncOperation=url)
    answer = await clients.resources.begin_put(resource_id, BODY)
    assert (answer.status, answer.body, answer.operation_url) == (201, body, url)
    assert len(arm.requests) == 1


@pytest.mark.parametrize("resource_id", OF_EACH_CLIENT)
async def test_a_deletion_is_accepted_without_a_body(
    clients: ClientFactory, arm: Arm, resource_id: str
):
    url = "https://management.azure.com/operations/1?t=2&c=a%2Fb%3D"
    arm.answers = [web.Response(status=202, headers={"Location": url, "Retry-After": "15"})]
    answer = await clients.resources.begin_delete(resource_id)
    assert (answer.status, answer.body, answer.operation_url) == (202, None, url)
    assert answer.headers["Retry-After"] == "15"
    assert len(arm.requests) == 1


@pytest.mark.parametrize("resource_id", OF_EACH_CLIENT)
async def test_an_operations_url_is_followed_as_azure_gave_it(
    clients: ClientFactory, arm: Arm, endpoint: str, resource_id: str
):
    """aiohttp writes %2F as /, which means the same in a query, in every Azure SDK."""
    signed = "/operations/1?api-version=1&t=63&c=MII%2Fa%2Bb%3D&s=x_y-z"
    await clients.resources.follow(resource_id, f"{endpoint}{signed}")
    url = urlsplit(arm.requests[0][1])
    assert url.path == "/operations/1"
    assert parse_qs(url.query) == parse_qs(urlsplit(signed).query)


@pytest.mark.parametrize("status", [200, 502])
@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_gateways_page_stays_text(
    clients: ClientFactory, arm: Arm, method: str, status: int
):
    page = "<html><h2>Bad Gateway</h2></html>"
    arm.answers = [web.Response(status=status, text=page, content_type="text/html")]
    answer = await call(clients, method, CLUSTER)
    assert (answer.status, answer.body) == (status, page)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 429, 500, 503])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("resource_id", OF_EACH_CLIENT)
async def test_a_refusal_is_a_value_and_is_not_asked_again(
    clients: ClientFactory, arm: Arm, resource_id: str, method: str, status: int
):
    """Waiting is the orchestrations' business: an activity that waits blocks a worker."""
    arm.answer_json({"code": "X", "message": "No."}, status=status, Retry_After="600")
    answer = await call(clients, method, resource_id)
    assert (answer.status, answer.body) == (status, {"code": "X", "message": "No."})
    assert answer.headers["Retry-After"] == "600"
    assert len(arm.requests) == 1


async def test_no_provider_is_registered_behind_a_call(clients: ClientFactory, arm: Arm):
    """The packages' own policy would register it and wait for up to half an hour."""
    error = {"code": "MissingSubscriptionRegistration", "message": "'Microsoft.Cdn'"}
    arm.answer_json({"error": error}, status=409)
    answer = await clients.resources.begin_put(ROUTE, BODY)
    assert (answer.status, len(arm.requests)) == (409, 1)


@pytest.mark.parametrize(
    ("method", "status"), [("DELETE", 200), ("DELETE", 204), ("PUT", 202), ("GET", 203)]
)
async def test_a_success_that_the_package_does_not_expect_is_one_all_the_same(
    clients: ClientFactory, arm: Arm, method: str, status: int
):
    arm.answers = [web.Response(status=status)]
    answer = await call(clients, method, CLUSTER)
    assert (answer.status, answer.is_success) == (status, True)


async def test_a_closed_port_is_no_answer(clients: ClientFactory):
    with pytest.raises(NoAnswer):
        await clients.resources.follow(CLUSTER, "https://127.0.0.1:9/operations/1")


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_entras_refusal_of_a_token_is_not_taken_for_an_answer_of_arm(
    clients: ClientFactory, arm: Arm, credential: Credential, method: str
):
    """It carries a response, too: Entra's."""
    entra: Any = SimpleNamespace(status_code=401, reason="Unauthorized")
    credential.error = ClientAuthenticationError("AADSTS7000215", response=entra)
    with pytest.raises(NoAnswer, match="AADSTS7000215"):
        await call(clients, method, CLUSTER)
    assert arm.requests == []


@pytest.fixture
async def breaking_off(context: ssl.SSLContext) -> AsyncIterator[str]:
    """A server that closes the connection in the middle of every body."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_body_that_breaks_off_is_no_answer(
    breaking_off: str, authority: trustme.CA, tmp_path: Path, method: str
):
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    values = {
        "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
        "ARM_ENDPOINT": breaking_off,
        "CA_BUNDLE": str(tmp_path / "ca.pem"),
    }
    factory = ClientFactory(Settings.from_environment(values))
    factory.__dict__["_credential"] = Credential()
    with pytest.raises(NoAnswer):
        await call(factory, method, CLUSTER)
    await factory.close()


async def test_the_pages_of_a_list_are_read_also_after_an_empty_one(
    clients: ClientFactory, arm: Arm, endpoint: str
):
    arm.answer_json(
        {"value": [], "nextLink": f"{endpoint}/next?api-version=1&$skiptoken=a%2Fb%2Bc%3D"},
        {"value": [{"id": "/1", "new": 1}], "nextLink": f"{endpoint}/last?api-version=1"},
        {"value": []},
    )
    pages = [page async for page in clients.aks.list_clusters()]
    assert [page.body["value"] for page in pages] == [[], [{"id": "/1", "new": 1}], []]
    assert asked(arm) == [("GET", CLUSTERS.lower()), ("GET", "/next"), ("GET", "/last")]
    assert parse_qs(urlsplit(arm.requests[1][1]).query)["$skiptoken"] == ["a/b+c="]


async def test_the_resources_of_a_group_are_listed(clients: ClientFactory, arm: Arm):
    arm.answer_json({"value": [{"id": "/1"}]})
    pages = [page async for page in clients.resource_groups.list_resources(GROUP)]
    assert [page.body for page in pages] == [{"value": [{"id": "/1"}]}]
    assert asked(arm) == [("GET", f"{GROUP}/resources".lower())]


async def test_a_page_that_is_refused_is_the_last_one(
    clients: ClientFactory, arm: Arm, endpoint: str
):
    arm.answers = [
        web.json_response({"value": [], "nextLink": f"{endpoint}/next?api-version=1"}),
        web.json_response({"error": {"code": "ServiceUnavailable"}}, status=503),
    ]
    pages = [page async for page in clients.aks.list_clusters()]
    assert [page.status for page in pages] == [200, 503]
    assert pages[1].body == {"error": {"code": "ServiceUnavailable"}}


async def test_a_list_that_gets_no_answer_raises(clients: ClientFactory, arm: Arm):
    arm.answer_json({"value": [], "nextLink": "https://127.0.0.1:9/next"})
    with pytest.raises(NoAnswer):
        _ = [page async for page in clients.aks.list_clusters()]


async def test_user_credentials_are_asked_for_below_their_cluster(
    clients: ClientFactory, arm: Arm
):
    arm.answer_json({"kubeconfigs": [{"name": "user", "value": "eA=="}]})
    answer = await clients.aks.list_user_credentials(CLUSTER)
    assert answer.body["kubeconfigs"][0]["value"] == "eA=="
    assert asked(arm) == [("POST", f"{CLUSTER}/listClusterUserCredential".lower())]


async def test_a_resource_that_no_package_serves_is_a_mistake_of_ours(clients: ClientFactory):
    with pytest.raises(ValueError, match=r"No client serves Microsoft\.Storage"):
        await clients.resources.get(f"{GROUP}/providers/Microsoft.Storage/storageAccounts/x")
