"""A model on loopback that answers what a test asks it for, and remembers what it received."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

EVENTS = (b"data: one\n\n", b"data: caf\xc3", b"\xa9\n\ndata: [DONE]\n\n")
"""A character is split between two of them."""

SECONDS = 20
"""Until an answer is given up that no test lets go on."""

LOOPBACK = "127.0.0.1"

POLL_SECONDS = 0.02
"""Until a server notices that it is to stop."""


@dataclass
class ReceivedRequest:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class ModelServer(ThreadingHTTPServer):
    """`POST /echo` answers its body, after `seconds` and with `status`; `/events` streams
    `EVENTS`, each once the one before was read (`go_on`), `/silent` waits for that before it
    answers at all."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, host: str = LOOPBACK) -> None:
        super().__init__((host, port), _Model)
        self.received: list[ReceivedRequest] = []
        self.seconds = 0.0
        self.status = 200
        self.gate = threading.Semaphore(0)

    @property
    def port(self) -> int:
        return self.server_address[1]

    def go_on(self) -> None:
        """Lets the newest answer that waits take its next step."""
        self.gate.release()

    def new_gate(self) -> threading.Semaphore:
        self.gate = threading.Semaphore(0)
        return self.gate

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers hang up on purpose."""


class _Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: ModelServer  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self._body()
        path = self.path.partition("?")[0]
        headers = list(self.headers.items())
        self.server.received.append(ReceivedRequest(self.command, self.path, headers, body))
        match path:
            case "/events":
                self._stream()
            case "/silent":
                self.server.new_gate().acquire(timeout=SECONDS)
                self._send(200, b"late", "text/plain")
            case "/broken":
                self.close_connection = True
            case "/empty":
                self._send(204, b"", "text/plain")
            case "/refused":
                self._send(503, b'{"from": "the model"}', "application/json")
            case _:
                time.sleep(self.server.seconds)
                kind = self.headers.get("Content-Type", "application/json")
                self._send(self.server.status, body, kind)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts: list[bytes] = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self) -> None:
        gate = self.server.new_gate()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for event in EVENTS:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
            self.wfile.flush()
            gate.acquire(timeout=SECONDS)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Not on the terminal."""


@contextmanager
def running_model(port: int = 0, host: str = LOOPBACK) -> Iterator[ModelServer]:
    server = ModelServer(port, host)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
