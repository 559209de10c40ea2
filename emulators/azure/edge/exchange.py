"""A request on its way from the edge to a pod, and the answer on its way back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from aiohttp import web
from multidict import CIMultiDict


class Unreachable(Exception):
    """Nobody accepts the connection."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a client asks: `path` as it was sent, `query` without its question mark."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    @property
    def decoded(self) -> str:
        """Path and query as rules look at them."""
        return unquote_plus(f"{self.path}?{self.query}" if self.query else self.path)


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    async def send(self, request: web.BaseRequest, headers: Mapping[str, str]) -> web.Response:
        """Whole, when the handler of the request returns."""
        del request
        return self.response(headers)

    async def close(self) -> None:
        """Nothing is open."""

    def response(self, headers: Mapping[str, str] | None = None) -> web.Response:
        return web.Response(
            status=self.status,
            body=self.body,
            headers={
                "Content-Type": self.content_type,
                **self.headers,
                **(headers or {}),
            },
        )


async def read_question(request: web.BaseRequest) -> Question:
    return Question(
        request.method,
        request.rel_url.raw_path,
        request.rel_url.raw_query_string,
        CIMultiDict(request.headers),
        await request.read(),
    )
