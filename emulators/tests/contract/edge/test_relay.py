"""What a process behind the edge gets, and how its answer comes back."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
import trustme
from aiohttp import web

from emulators.azure.kubernetes.cluster import Cluster
from emulators.tests.contract.edge.public_side import (
    FRONT_DOOR_ID,
    HOST,
    Client,
    Edge,
    endpoint,
    group,
    origin,
    origin_host,
    route,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def greet(request: web.Request) -> web.StreamResponse:
    return web.Response(text="hello", headers={"X-Model": "fraud", "Connection": "close"})


@dataclass(slots=True)
class Process:
    """A server that really listens; it remembers who asked."""

    address: tuple[str, int] = ("", 0)
    answer: Handler = greet
    seen: list[web.Request] = field(default_factory=list[web.Request])
    bodies: list[bytes] = field(default_factory=list[bytes])

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        self.bodies.append(await request.read())
        return await self.answer(request)


@pytest.fixture
async def process(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Process]:
    """Behind each ready pod of both clusters."""
    async with listening(monkeypatch) as process:
        yield process


@asynccontextmanager
async def listening(
    monkeypatch: pytest.MonkeyPatch, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[Process]:
    process = Process()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", process.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    process.address = runner.addresses[0]
    monkeypatch.setattr(Cluster, "process_address", lambda *_: process.address)
    try:
        yield process
    finally:
        await runner.cleanup()


@pytest.fixture(autouse=True)
def no_probes(edge: Edge) -> None:
    without = group(origin("westeurope"))
    edge.present = endpoint(route(origin_group=type(without)(without.name, without.origins, None)))


async def test_a_request_arrives_with_the_headers_of_front_door_and_no_forged_ones(
    client: Client, process: Process
):
    forged = {
        "x-azure-fdid": "another",
        "X-AZURE-REF": "another",
        "x-azure-socketip": "203.0.113.9",
        "X-Azure-ClientIP": "203.0.113.9",
        "x-forwarded-host": "another",
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-For": "203.0.113.7",
        "x-fd-healthprobe": "1",
        "Authorization": "Bearer abc",
    }
    answer = await client.ask("/v1/a%2Fb?c=d%20e", "POST", {"a": 1}, **forged)

    assert (answer.status, answer.body, answer.headers["X-Model"]) == (200, "hello", "fraud")
    assert answer.headers["X-Cache"] == "CONFIG_NOCACHE"
    (seen,) = process.seen
    assert (seen.method, seen.raw_path, process.bodies) == (
        "POST",
        "/v1/a%2Fb?c=d%20e",
        [b'{"a": 1}'],
    )
    expected = {
        "X-Azure-FDID": FRONT_DOOR_ID,
        "X-Azure-Ref": answer.headers["x-azure-ref"],
        "X-Azure-SocketIP": "127.0.0.1",
        "X-Azure-ClientIP": "127.0.0.1",
        "X-Forwarded-For": "203.0.113.7, 127.0.0.1",
        "X-Forwarded-Host": HOST,
        "X-Forwarded-Proto": "http",
        "Via": "HTTP/1.1 Azure",
        "Authorization": "Bearer abc",
        "Host": HOST,
    }
    assert {name: seen.headers.getall(name) for name in expected} == {
        name: [value] for name, value in expected.items()
    }
    assert "X-FD-HealthProbe" not in seen.headers


async def test_the_host_is_the_origins_where_its_header_says_so(
    client: Client, edge: Edge, process: Process
):
    named = group(origin("westeurope", origin_host_header="model.example.com"))
    edge.present = endpoint(route(origin_group=type(named)(named.name, named.origins, None)))

    await client.ask("/")

    assert [each.headers["Host"] for each in process.seen] == ["model.example.com"]


async def test_a_health_probe_says_what_it_is(client: Client, edge: Edge, process: Process):
    edge.present = endpoint(route(origin_group=group(origin("westeurope"), path="/health")))

    await client.ask("/v1/models")

    probe, request = process.seen
    assert (probe.path, probe.headers["X-FD-HealthProbe"]) == ("/health", "1")
    assert (request.path, "X-FD-HealthProbe" in request.headers) == ("/v1/models", False)


async def test_a_stream_comes_chunk_by_chunk(client: Client, process: Process):
    received = asyncio.Event()

    async def stream(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        await answer.write(b"data: one\n\n")
        await received.wait()
        await answer.write(b"data: two\n\n")
        return answer

    process.answer = stream
    async with client.stream("/v1/completions") as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        assert await response.content.readany() == b"data: one\n\n"
        received.set()
        assert await response.content.read() == b"data: two\n\n"


async def test_a_client_that_leaves_a_silent_stream_leaves_the_origin_too(
    client: Client, process: Process
):
    left = asyncio.Event()

    async def stream(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"one")
        try:
            await asyncio.Event().wait()
        finally:
            left.set()
        return answer

    process.answer = stream
    async with client.stream("/v1/completions") as response:
        assert await response.content.readany() == b"one"
    async with asyncio.timeout(10):
        await left.wait()


async def test_an_answer_that_breaks_off_breaks_off_at_the_client(
    client: Client, process: Process
):
    async def break_off(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Length": "100"})
        await answer.prepare(request)
        await answer.write(b"one")
        assert request.transport is not None
        request.transport.close()
        return answer

    process.answer = break_off
    with pytest.raises(aiohttp.ClientError):
        await client.ask("/")


async def test_a_process_that_does_not_listen_is_a_503(client: Client, process: Process):
    process.address = ("127.0.0.1", 1)

    assert (await client.ask("/")).status == 503


@pytest.mark.parametrize("method", ["HEAD", "GET"])
async def test_a_status_and_an_encoded_body_pass_as_they_are(
    client: Client, process: Process, method: str
):
    async def refuse(request: web.Request) -> web.StreamResponse:
        headers = {"Content-Encoding": "identity", "WWW-Authenticate": "Bearer"}
        return web.Response(status=401, text="who?", headers=headers)

    process.answer = refuse
    answer = await client.ask("/", method)

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (answer.body, answer.headers["Content-Length"]) == (
        "" if method == "HEAD" else "who?",
        "4",
    )


async def test_a_dns_label_reaches_the_process_without_front_door(
    client: Client, process: Process
):
    answer = await client.ask("/", host=origin_host("eastus"))

    assert answer.body == "hello"
    assert "X-Azure-FDID" not in process.seen[0].headers


@pytest.mark.parametrize(
    ("names", "checks_name", "is_trusted", "status"),
    [
        pytest.param([origin_host("westeurope")], True, True, 200, id="for the host name"),
        pytest.param(["*.westeurope.cloudapp.azure.com"], True, True, 200, id="for the domain"),
        pytest.param(["llm.example.com"], True, True, 503, id="for another name"),
        pytest.param(["llm.example.com"], False, True, 200, id="for another name, unchecked"),
        pytest.param([origin_host("westeurope")], True, False, 503, id="of no public authority"),
    ],
)
async def test_the_certificate_of_an_origin_is_verified(
    client: Client,
    edge: Edge,
    clusters: dict[str, Cluster],
    monkeypatch: pytest.MonkeyPatch,
    names: list[str],
    checks_name: bool,
    is_trusted: bool,
    status: int,
):
    public, other = trustme.CA(), trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (public if is_trusted else other).issue_cert(*names).configure_cert(tls)
    secure = origin(
        "westeurope",
        https_port=80,
        checks_name=checks_name,
        authorities=public.cert_pem.bytes(),
    )
    without_probe = replace(group(secure), probe=None)
    edge.present = endpoint(route(origin_group=without_probe, forwarding_protocol="HttpsOnly"))
    async with listening(monkeypatch, tls):
        assert (await client.ask("/v1/models")).status == status
