"""The process of one container: started, read, ended."""

import os
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

MAX_LINES = 20_000
"""Older lines of a log are dropped, as a kubelet rotates its files."""

_ON_LINUX = sys.platform == "linux"
_LAUNCHER = (sys.executable, "-I", "-S", str(Path(__file__).with_name("launcher.py")))


@dataclass(frozen=True, slots=True)
class Line:
    """One line with the moment at which it was written, as metadata writes it."""

    at: str
    text: str


class ContainerProcess:
    """Runs as long as the simulator at most: on Linux the kernel ends it with its parent,
    elsewhere it stays in the parent's process group, for whoever ends that."""

    def __init__(
        self,
        log_file: Path,
        now: Callable[[], str],
        take_line: Callable[[str], None] = lambda text: None,
    ) -> None:
        """`take_line` is called once with each line."""
        self._log_file = log_file
        self._now = now
        self._take_line = take_line
        self._read = 0
        self._rest = b""
        self._process: subprocess.Popen[bytes] | None = None
        self.lines: deque[Line] = deque(maxlen=MAX_LINES)
        self.line_count = 0
        """Of all lines, those that were dropped as well."""

    @classmethod
    def of_hook(cls) -> Self:
        """A command whose output nobody reads."""
        return cls(Path(os.devnull), str)

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Raises OSError."""
        if shutil.which(command[0]) is None:
            raise FileNotFoundError(f'exec: "{command[0]}": executable file not found in $PATH')
        launched = [*_LAUNCHER, str(os.getpid()), *command] if _ON_LINUX else command
        with self._log_file.open("wb") as log:
            self._process = subprocess.Popen(
                launched,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=_ON_LINUX,
            )

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    @property
    def exit_code(self) -> int | None:
        """None while it runs; after a signal 128 and its number, as containers have it."""
        code = self._process.poll() if self._process is not None else None
        return code if code is None or code >= 0 else 128 - code

    def read(self) -> None:
        """Take over what it has written since, as written now."""
        with self._log_file.open("rb") as log:
            log.seek(self._read)
            written = log.read()
        self._read += len(written)
        *whole, self._rest = (self._rest + written).split(b"\n")
        if self.exit_code is not None and self._rest:
            whole, self._rest = [*whole, self._rest], b""
        at = self._now()
        for each in whole:
            line = Line(at, each.decode(errors="replace"))
            self.lines.append(line)
            self._take_line(line.text)
        self.line_count += len(whole)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """And wait: it goes at once."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def finish(self) -> None:
        """Kill it, and take over its last lines."""
        self.kill()
        if self._log_file.exists():
            self.read()

    def _signal(self, number: int) -> None:
        """To all that it has started, too, where it has a process group of its own."""
        if self._process is None or self._process.poll() is not None:
            return
        if _ON_LINUX:
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)
