"""The edge client over real TLS, where no name has a DNS record."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestServer

from clients.answers import EdgeAnswer, NoAnswer
from clients.edge import EdgeClient

SENT_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOST = "gp-fraud-llm.z01.azurefd.net"


async def serve(request: web.Request) -> web.Response:
    if request.host != HOST:
        return web.Response(status=421)
    dated = {"Date": "Sun, 22 Nov 2026 12:00:00 GMT"}
    match request.path:
        case "/health":
            return web.Response(headers={"X-Azure-Ref": "0a1b", **dated})
        case "/moved":
            return web.Response(status=307, headers={"Location": "https://elsewhere.example"})
        case _:
            return web.Response(status=404, headers=dated)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def address(authority: trustme.CA) -> AsyncIterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    server = TestServer(app, scheme="https", host="127.0.0.1")
    await server.start_server(ssl=context)
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        await server.close()


@pytest.fixture
async def session(authority: trustme.CA) -> AsyncIterator[aiohttp.ClientSession]:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        yield session


@pytest.fixture
def edge(session: aiohttp.ClientSession, address: str) -> EdgeClient:
    return EdgeClient(session, address)


async def test_the_public_name_is_asked_and_its_certificate_checked(edge: EdgeClient):
    assert await edge.get(HOST, "/health", 5) == EdgeAnswer(200, "0a1b", SENT_AT)


async def test_an_answer_of_any_status_is_a_value(edge: EdgeClient):
    assert await edge.get(HOST, "/other", 5) == EdgeAnswer(404, "", SENT_AT)


async def test_a_redirect_is_not_followed(edge: EdgeClient):
    assert (await edge.get(HOST, "/moved", 5)).status == 307


async def test_a_certificate_for_another_name_is_no_answer(edge: EdgeClient):
    with pytest.raises(NoAnswer, match=r"ClientConnectorCertificateError for gp-other"):
        await edge.get("gp-other.z01.azurefd.net", "/health", 5)


async def test_where_nobody_listens_there_is_no_answer(session: aiohttp.ClientSession):
    with pytest.raises(NoAnswer, match=f"ClientConnectorError for {HOST}"):
        await EdgeClient(session, "127.0.0.1:9").get(HOST, "/health", 5)


async def test_who_does_not_answer_in_time_does_not_answer(edge: EdgeClient):
    with pytest.raises(NoAnswer, match=f"for {HOST}"):
        await edge.get(HOST, "/health", 0.000_001)
