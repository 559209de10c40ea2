"""Starts and ends the real processes that the tests of the Functions host talk to."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

REPOSITORY = Path(__file__).resolve().parents[4]
APPS = Path(__file__).parent / "apps"
WEBHOOKS = "/runtime/webhooks/durabletask"
_READY_SECONDS = 20.0
_LOOK_SECONDS = 0.02


@dataclass
class ServerProcess:
    """A process that writes a ready file once it serves."""

    arguments: list[str]
    folder: Path
    name: str
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return (self.folder / f"{self.name}.log").read_text()

    def start(self) -> dict[str, Any]:
        ready_file = self.folder / f"{self.name}.json"
        ready_file.unlink(missing_ok=True)
        with (self.folder / f"{self.name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *self.arguments, "--ready-file", str(ready_file)],
                stderr=log,
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(REPOSITORY), **self.environment},
            )
        self.process = process
        eventually(lambda: ready_file.exists() or process.poll() is not None)
        if not ready_file.exists():
            raise AssertionError(f"{self.name} did not start:\n{self.log}")
        return json.loads(ready_file.read_text())

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=5)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


def eventually[T](look: Any, timeout: float = _READY_SECONDS) -> Any:
    """Look again and again until there is something true to see."""
    deadline = time.monotonic() + timeout
    while True:
        if seen := look():
            return seen
        if time.monotonic() > deadline:
            raise AssertionError("It did not happen in time.")
        time.sleep(_LOOK_SECONDS)


class TaskHub(ServerProcess):
    """The task hub on a database of its own, 3600 times as fast as the wall clock."""

    def __init__(self, folder: Path, time_scale: int = 3600) -> None:
        super().__init__(
            [
                "-m",
                "emulators.functions_host.task_hub",
                "--database",
                str(folder / "hub.db"),
                "--time-scale",
                str(time_scale),
            ],
            folder,
            "task_hub",
        )
        self.address = "127.0.0.1:0"

    def start(self) -> dict[str, Any]:
        """Start at the port it had before, if it ran already."""
        port = self.address.rpartition(":")[2]
        arguments = self.arguments
        self.arguments = [*arguments, "--port", port]
        try:
            ready = super().start()
        finally:
            self.arguments = arguments
        self.address = ready["address"]
        return ready


class FunctionsHost(ServerProcess):
    """The Functions host under one app, and a client of its URL."""

    def __init__(
        self,
        folder: Path,
        app: Path,
        task_hub: str | None,
        options: Sequence[str] = (),
        **environment: str,
    ) -> None:
        hub = ["--task-hub", task_hub] if task_hub else []
        super().__init__(
            [
                "-m",
                "emulators.functions_host",
                "start",
                "--port",
                "0",
                "--app",
                str(app),
                *hub,
                *options,
            ],
            folder,
            "functions_host",
            environment,
        )
        self.http = httpx.Client()

    def start(self) -> dict[str, Any]:
        ready = super().start()
        self.http.close()
        self.http = httpx.Client(base_url=ready["url"], timeout=20)
        return ready

    def begin(self, name: str, given: Any = None) -> str:
        """Start an orchestration by the management API and return its id."""
        started = self.http.post(f"{WEBHOOKS}/orchestrators/{name}", json=given)
        assert started.status_code == 202, started.text
        return started.json()["id"]

    def finished(self, instance_id: str) -> dict[str, Any]:
        """Wait until an orchestration is over and return its status."""

        def look() -> dict[str, Any] | None:
            answer = self.http.get(f"{WEBHOOKS}/instances/{instance_id}")
            return answer.json() if answer.status_code == 200 else None

        return eventually(look)

    def result(self, name: str, given: Any = None) -> Any:
        status = self.finished(self.begin(name, given))
        assert status["runtimeStatus"] == "Completed", status
        return status["output"]


@contextmanager
def ended_afterwards(*processes: ServerProcess) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            if isinstance(process, FunctionsHost):
                process.http.close()
            if process.is_running():
                process.end(signal.SIGKILL)
