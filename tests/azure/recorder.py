"""Records every request of a run and its answer, without what must not leave the subscription."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp

from tests.azure.redaction import Redactor

CREDENTIALS = ("/msi/token", "/oauth2/", "/metadata/identity", "login.microsoftonline")
"""In addresses of requests for tokens, which are not recorded at all."""


@dataclass(slots=True)
class Exchange:
    """One request; the answer comes later, or never."""

    at: datetime
    method: str
    url: str
    request_headers: dict[str, str]
    request_body: bytearray = field(default_factory=bytearray)
    seconds: float | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytearray = field(default_factory=bytearray)
    error: str = ""


class Recorder:
    """Appends the exchanges of one check to one file of JSON lines."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now
        self._exchanges: list[Exchange] = []
        self._file = folder / "00-before.jsonl"
        self._count = 0
        self.redactor = Redactor()
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self, name: str) -> Path:
        """The file that everything from now on is recorded in."""
        self.flush()
        self._count += 1
        self._file = self._folder / f"{self._count:02}-{name}.jsonl"
        return self._file

    def flush(self) -> None:
        exchanges, self._exchanges = self._exchanges, []
        with self._file.open("a") as file:
            file.writelines(f"{json.dumps(self._line(each))}\n" for each in exchanges)

    def trace(self) -> aiohttp.TraceConfig:
        """For a session whose requests are recorded."""
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._started)
        trace.on_request_chunk_sent.append(self._sent)
        trace.on_request_end.append(self._ended)
        trace.on_request_exception.append(self._failed)
        trace.on_response_chunk_received.append(self._received)
        return trace

    async def _started(self, _: Any, context: SimpleNamespace, params: Any) -> None:
        url = str(params.url)
        headers = dict(params.headers)
        context.exchange = Exchange(self._now(), params.method, url, headers)
        if not any(each in url for each in CREDENTIALS):
            self._exchanges.append(context.exchange)

    async def _sent(self, _: Any, context: SimpleNamespace, params: Any) -> None:
        context.exchange.request_body += params.chunk

    async def _ended(self, _: Any, context: SimpleNamespace, params: Any) -> None:
        exchange: Exchange = context.exchange
        exchange.seconds = (self._now() - exchange.at).total_seconds()
        exchange.status = params.response.status
        exchange.headers = dict(params.response.headers)

    async def _failed(self, _: Any, context: SimpleNamespace, params: Any) -> None:
        context.exchange.error = f"{type(params.exception).__name__}: {params.exception}"

    async def _received(self, _: Any, context: SimpleNamespace, params: Any) -> None:
        context.exchange.body += params.chunk

    def _line(self, exchange: Exchange) -> dict[str, Any]:
        redact = self.redactor
        return {
            "at": exchange.at.isoformat(timespec="milliseconds"),
            "seconds": exchange.seconds,
            "method": exchange.method,
            "url": redact.text(exchange.url),
            "requestHeaders": redact.headers(exchange.request_headers),
            "requestBody": redact.body(bytes(exchange.request_body)),
            "status": exchange.status,
            "headers": redact.headers(exchange.headers),
            "body": redact.body(bytes(exchange.body)),
            **({"error": redact.text(exchange.error)} if exchange.error else {}),
        }
