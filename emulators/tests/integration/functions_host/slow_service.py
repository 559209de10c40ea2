"""A service that answers 202 until its work is done, for durable HTTP to poll."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

POLLS = 3


class _Handler(BaseHTTPRequestHandler):
    polls = 0

    def do_GET(self) -> None:
        if self.path == "/done" and type(self).polls >= POLLS:
            self._answer(200, b"worth the wait")
            return
        type(self).polls += self.path == "/done"
        self._answer(202, b"", {"Location": "/done", "Retry-After": "60"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The test's output is not the place for it."""


@contextmanager
def slow_service() -> Iterator[str]:
    class Handler(_Handler):
        """Counts its polls from zero."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/work"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
