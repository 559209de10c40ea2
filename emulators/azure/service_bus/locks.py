"""Locks on messages, by lock token. They belong to the queue and outlive a connection."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulators.azure.service_bus.lanes import Lane
from emulators.azure.service_bus.message import Message
from emulators.azure.service_bus.times import Alarms, Times


@dataclass(slots=True, eq=False)
class Lock:
    """A message that a consumer holds. In a session the session's lock decides when it ends."""

    token: bytes
    message: Message
    lane: Lane
    ends_at: float | None


class Locks:
    """Knows all locks of a queue and ends those that nobody renews."""

    def __init__(self, times: Times, alarms: Alarms, on_expired: Callable[[Lock], None]) -> None:
        self._times = times
        self._alarms = alarms
        self._on_expired = on_expired
        self._locks: dict[bytes, Lock] = {}

    def __len__(self) -> int:
        return len(self._locks)

    def add(self, message: Message, lane: Lane, ends_at: float | None) -> Lock:
        """`ends_at` None: for as long as the session is locked.

        The token is the delivery tag, with the bytes of a GUID in the order of .NET.
        """
        lock = Lock(uuid.uuid4().bytes_le, message, lane, ends_at)
        message.is_locked = True
        self._locks[lock.token] = lock
        if ends_at is not None:
            self._watch(lock.token, ends_at)
        return lock

    def find(self, token: Any) -> Lock | None:
        """A lock that still holds, even if the alarm at its end is late."""
        lock = self._locks.get(token)
        if lock is not None and lock.ends_at is not None and lock.ends_at <= self._times.now():
            self._expire(lock)
            return None
        return lock

    def remove(self, lock: Lock) -> None:
        del self._locks[lock.token]
        lock.message.is_locked = False

    def of(self, lane: Lane) -> list[Lock]:
        return [lock for lock in self._locks.values() if lock.lane is lane]

    def _watch(self, token: bytes, moment: float) -> None:
        self._alarms.at(moment, lambda: self._on_alarm(token))

    def _on_alarm(self, token: bytes) -> None:
        lock = self.find(token)
        if lock is not None and lock.ends_at is not None:
            self._watch(token, lock.ends_at)

    def _expire(self, lock: Lock) -> None:
        self.remove(lock)
        self._on_expired(lock)
