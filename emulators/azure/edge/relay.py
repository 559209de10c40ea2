"""A request to a server that really listens: its answer is passed on as it comes."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from emulators.azure.edge.exchange import Question, Unreachable

Address = tuple[str, int]

HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
_CONNECT_SECONDS = 5.0
_PATIENCE = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS)
_DISCONNECT_POLL_SECONDS = 0.1
"""How often a silent stream's client is looked after: aiohttp tells nobody that it has gone."""

_NOT_SENT = (*HOP_BY_HOP, "content-length")
_NO_DEFAULTS = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")


@dataclass(frozen=True, slots=True)
class OriginTls:
    """How a client verifies the certificate of an origin."""

    host_name: str
    checks_name: bool
    authorities: bytes
    """In PEM."""

    @property
    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = self.checks_name
        if self.authorities:
            context.load_verify_locations(cadata=self.authorities.decode())
        return context


class Relay:
    """The head of an answer, and its body while it comes. Has to be sent or closed."""

    def __init__(self, session: aiohttp.ClientSession, response: aiohttp.ClientResponse) -> None:
        self._session = session
        self._response = response
        self.status = response.status

    async def send(
        self, request: web.BaseRequest, headers: Mapping[str, str]
    ) -> web.StreamResponse:
        """Chunk by chunk; whichever side goes away first takes the other one along."""
        passed_on = _without(self._response.headers, HOP_BY_HOP)
        passed_on.update(headers)
        answer = web.StreamResponse(status=self.status, headers=passed_on)
        try:
            await answer.prepare(request)
            async for chunk in self._chunks(request):
                await answer.write(chunk)
            await answer.write_eof()
        except aiohttp.ClientError as failure:
            if request.transport is not None:
                request.transport.abort()
            raise ConnectionResetError("The origin broke its answer off.") from failure
        finally:
            await self.close()
        return answer

    async def close(self) -> None:
        self._response.close()
        await self._session.close()

    async def _chunks(self, request: web.BaseRequest) -> AsyncIterator[bytes]:
        while chunk := await self._next_chunk(request):
            yield chunk

    async def _next_chunk(self, request: web.BaseRequest) -> bytes:
        reading = asyncio.ensure_future(self._response.content.readany())
        try:
            while not reading.done():
                await asyncio.wait({reading}, timeout=_DISCONNECT_POLL_SECONDS)
                if request.transport is None or request.transport.is_closing():
                    raise ConnectionResetError("The client has gone.")
            return reading.result()
        finally:
            reading.cancel()


async def ask(address: Address, question: Question, tls: OriginTls | None = None) -> Relay:
    """`tls`: what is expected of the server's certificate; None: plain HTTP.

    Raises Unreachable.
    """
    host, port = address
    scheme = "https" if tls else "http"
    query = f"?{question.query}" if question.query else ""
    session = aiohttp.ClientSession(
        auto_decompress=False, timeout=_PATIENCE, skip_auto_headers=_NO_DEFAULTS
    )
    try:
        response = await session.request(
            question.method,
            URL(f"{scheme}://{host}:{port}{question.path}{query}", encoded=True),
            headers=_without(question.headers, _NOT_SENT),
            data=question.body or None,
            allow_redirects=False,
            ssl=tls.context if tls else True,
            server_hostname=tls.host_name if tls else None,
        )
    except (aiohttp.ClientError, TimeoutError, OSError) as failure:
        await session.close()
        raise Unreachable from failure
    except BaseException:
        await session.close()
        raise
    return Relay(session, response)


def _without(
    headers: Mapping[str, str], names: tuple[str, ...] | frozenset[str]
) -> CIMultiDict[str]:
    """Also without what the header Connection names."""
    kept = CIMultiDict(headers)
    named = [each.strip().lower() for each in kept.get("Connection", "").split(",")]
    for name in {*names, *filter(None, named)}:
        kept.popall(name, None)
    return kept
