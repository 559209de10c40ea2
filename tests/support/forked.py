"""Stacks whose processes are forked from one that has imported what they import.

Of a process that lives as long as a test, imports take most of the processor time. Here each
worker of pytest imports once, in one process; what is forked from that is a process like any
other, with an environment, a folder and an output of its own.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from emulators.stack.processes import Command
from emulators.stack.stack import Stack, running_stack


@contextmanager
def forked_stack(work_dir: Path, **options: Any) -> Iterator[Stack]:
    """As `running_stack`, for an app that is the one of this repository."""
    with running_stack(work_dir, launch=fork, **options) as stack:
        yield stack


def fork(command: Command) -> "ForkedProcess":
    environment = {**os.environ, **command.environment}
    arguments = (command.arguments, environment, command.folder, command.log_file)
    process = _context().Process(target=_run, args=arguments, daemon=True)
    process.start()
    return ForkedProcess(process)


class ForkedProcess:
    """With the methods of subprocess.Popen."""

    def __init__(self, process: ForkServerProcess) -> None:
        assert process.pid, "it was started"
        self._process = process
        self.pid = process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.preloaded"])
    return context


def _run(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log_file: Path
) -> None:
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    with log_file.open("ab") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
        os.dup2(log.fileno(), sys.stderr.fileno())
    sys.argv[1:] = arguments[1:]
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
