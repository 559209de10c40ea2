"""Starts processes, waits until they are ready, and stops them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

READY_TIMEOUT_SECONDS = 30.0
STOP_TIMEOUT_SECONDS = 5.0
POLL_SECONDS = 0.02
LAST_LINES = 15


class ProcessFailed(Exception):
    """A process ended, or did not become ready in time."""


class StartedProcess(Protocol):
    """What is used of subprocess.Popen, which is one."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def kill(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Command:
    """`python -m <arguments>` in `folder`; what it prints is appended to `log_file`."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    """In addition to the environment of this process."""
    folder: Path
    log_file: Path


type Launch = Callable[[Command], StartedProcess]


def launch(command: Command) -> subprocess.Popen[bytes]:
    with command.log_file.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", *command.arguments],
            cwd=command.folder,
            env={**os.environ, **command.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


@dataclass(frozen=True, slots=True)
class ManagedProcess:
    """A running process and the content of its ready file."""

    name: str
    popen: StartedProcess
    ready: Mapping[str, Any]

    def stop(self) -> None:
        """SIGTERM, then SIGKILL if it has not ended after STOP_TIMEOUT_SECONDS."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL: nothing is saved, as in a power failure."""
        self.popen.kill()
        self.popen.wait()


def start_process(
    name: str, command: Command, ready_file: Path, launch: Launch = launch
) -> ManagedProcess:
    """Returns once the process is ready. Raises ProcessFailed with the last log lines."""
    ready_file.unlink(missing_ok=True)
    popen = launch(command)
    deadline = time.monotonic() + READY_TIMEOUT_SECONDS
    while not ready_file.exists():
        if popen.poll() is not None or time.monotonic() > deadline:
            popen.kill()
            raise ProcessFailed(
                f"{name} did not start (exit code {popen.wait()}). Last lines of "
                f"{command.log_file}:\n{_read_last_lines(command.log_file)}"
            )
        time.sleep(POLL_SECONDS)
    return ManagedProcess(name, popen, json.loads(ready_file.read_text()))


def _read_last_lines(log_file: Path) -> str:
    return "\n".join(log_file.read_text(errors="replace").splitlines()[-LAST_LINES:])
