"""How a delivery ends: read from a disposition, and written into one."""

from dataclasses import dataclass, field
from typing import Any

from emulators.azure.service_bus.errors import AmqpError, Condition
from emulators.azure.service_bus.values import Described, ULong

ACCEPTED = 0x24
REJECTED = 0x25
RELEASED = 0x26
MODIFIED = 0x27

_TERMINAL = frozenset((ACCEPTED, REJECTED, RELEASED, MODIFIED))

ACCEPT = Described(ULong(ACCEPTED), [])


@dataclass(frozen=True, slots=True)
class Outcome:
    """A terminal state that a receiver gave to a delivery. `info` comes with a rejection."""

    code: int
    delivery_failed: bool = False
    undeliverable_here: bool = False
    description: str | None = None
    info: dict[Any, Any] = field(default_factory=dict[Any, Any])

    def wire(self) -> Described:
        """The same outcome as an answer. A rejection that carried an error would be a failure."""
        if self.code == REJECTED:
            return Described(ULong(REJECTED), [None])
        if self.code == MODIFIED:
            return Described(ULong(MODIFIED), [self.delivery_failed, self.undeliverable_here])
        return Described(ULong(self.code), [])


_PLAIN = {code: Outcome(code) for code in (ACCEPTED, RELEASED)}


def rejection(error: AmqpError) -> Described:
    return Described(ULong(REJECTED), [error.wire()])


def read_outcome(state: Described | None) -> Outcome | None:
    """The outcome in a disposition, or None while the state is not terminal."""
    if state is None or state.descriptor not in _TERMINAL:
        return None
    if not isinstance(state.value, list):
        raise AmqpError(Condition.DECODE_ERROR, "A delivery state is a list.")
    plain = _PLAIN.get(state.descriptor)
    if plain is not None:
        return plain
    fields = [*state.value, None, None]
    if state.descriptor == MODIFIED:
        return Outcome(MODIFIED, fields[0] is True, fields[1] is True)
    return _rejected(fields[0])


def _rejected(error: Any) -> Outcome:
    if not isinstance(error, Described) or not isinstance(error.value, list):
        return Outcome(REJECTED)
    _, description, info, *_ = [*error.value, None, None, None]
    return Outcome(
        REJECTED,
        description=description if isinstance(description, str) else None,
        info=info if isinstance(info, dict) else {},
    )
