"""Saves a whole simulator into a file and brings it back: resources, clusters, messages, tokens.

What is under way is saved as what is still to happen. What belongs to the running process is not:
its clock, connections, and tasks, which `Simulator.resume` starts again. A file is good only for
the sources that wrote it, and as every pickle it can do anything: read none that is not yours.
"""

import asyncio
import hashlib
import io
import pickle
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cloudpickle

from emulators.azure.clock import Clock
from emulators.azure.server import Simulator

SOURCES = Path(__file__).parent
MAGIC = b"simulated Azure "
OF_THE_PROCESS = (asyncio.Future, asyncio.TimerHandle, asyncio.Server)


class CannotBeRead(Exception):
    """The file was written by other sources, or is no saved state."""


@dataclass(frozen=True, slots=True)
class SavedState:
    """A simulator, and the authority whose certificate its clients know."""

    simulator: Simulator
    ca_pem: bytes
    ca_key_pem: bytes


def save(path: Path, state: SavedState) -> None:
    """Whole or not at all, readable to nobody else."""
    partial = path.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_bytes(MAGIC + fingerprint() + dumps(state, state.simulator.clock))
    partial.replace(path)


def load(path: Path, clock: Clock) -> SavedState:
    """Raises CannotBeRead. The clock has to have reached the moment of saving."""
    content = path.read_bytes()
    head = MAGIC + fingerprint()
    if not content.startswith(head):
        raise CannotBeRead(f"{path} was not written by this version of the simulator.")
    return loads(content[len(head) :], clock)


def dumps(subject: Any, clock: Clock) -> bytes:
    """Any part of a simulator, without its clock."""
    content = io.BytesIO()
    _Pickler(content, clock).dump(subject)
    return content.getvalue()


def loads(content: bytes, clock: Clock) -> Any:
    """The part with another clock; what it has under way waits for its `resume`."""
    return _Unpickler(io.BytesIO(content), clock).load()


def fingerprint() -> bytes:
    """Of the simulator's sources: a changed class would make another object of the same data."""
    digest = hashlib.sha256()
    for source in sorted(SOURCES.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.digest()


class _Pickler(cloudpickle.Pickler):
    def __init__(self, file: io.BytesIO, clock: Clock) -> None:
        super().__init__(file)
        self._clock = clock
        self._constants = dict(_constants())

    def persistent_id(self, obj: Any) -> Any:
        if obj is self._clock:
            return ("clock",)
        if isinstance(obj, OF_THE_PROCESS):
            return ("nothing",)
        if isinstance(obj, asyncio.Event):
            return ("event",)
        return self._constants.get(id(obj))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, clock: Clock) -> None:
        super().__init__(file)
        self._clock = clock

    def persistent_load(self, pid: Any) -> Any:
        match pid:
            case ("clock",):
                return self._clock
            case ("nothing",):
                return None
            case ("event",):
                return asyncio.Event()
            case ("constant", module, name):
                return getattr(sys.modules[module], name)
            case _:
                raise pickle.UnpicklingError(f"{pid} is nothing that was saved")


def _constants() -> Iterator[tuple[int, tuple[str, str, str]]]:
    """Constants of modules, such as the kinds of objects, which are compared by identity."""
    for name, module in list(sys.modules.items()):
        if name.startswith("emulators.azure"):
            for constant, value in vars(module).items():
                if type(value).__module__.startswith("emulators.azure."):
                    yield id(value), ("constant", name, constant)
