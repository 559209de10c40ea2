"""Starts processes, waits until they are ready, and stops them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READY_TIMEOUT_SECONDS = 30.0
STOP_TIMEOUT_SECONDS = 5.0
POLL_SECONDS = 0.02
LAST_LINES = 15


class ProcessFailed(Exception):
    """A process ended, or did not become ready in time."""


@dataclass(frozen=True, slots=True)
class ManagedProcess:
    """A running process and the content of its ready file."""

    name: str
    popen: subprocess.Popen[bytes]
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
    name: str,
    module_arguments: Sequence[str],
    ready_file: Path,
    log_file: Path,
    environment: Mapping[str, str],
    folder: Path,
) -> ManagedProcess:
    """Runs `python -m <module_arguments>`. Raises ProcessFailed with the last log lines."""
    ready_file.unlink(missing_ok=True)
    with log_file.open("ab") as log:
        popen = subprocess.Popen(
            [sys.executable, "-m", *module_arguments],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + READY_TIMEOUT_SECONDS
    while not ready_file.exists():
        if popen.poll() is not None or time.monotonic() > deadline:
            popen.kill()
            popen.wait()
            raise ProcessFailed(
                f"{name} did not start (exit code {popen.returncode}). Last lines of "
                f"{log_file}:\n{_read_last_lines(log_file)}"
            )
        time.sleep(POLL_SECONDS)
    return ManagedProcess(name, popen, json.loads(ready_file.read_text()))


def _read_last_lines(log_file: Path) -> str:
    return "\n".join(log_file.read_text(errors="replace").splitlines()[-LAST_LINES:])
