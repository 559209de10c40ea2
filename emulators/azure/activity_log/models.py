"""What the log keeps of each write, and the events that can be read of it by now.

A write shows as up to three events: it began, it was answered, and its operation ended. Their
fields are those of the specification's example. That events appear some minutes late is
documented (3 to 20 minutes); how the delays spread in between is assumed.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from emulators.azure.arm.operations import Operation
from emulators.azure.clock import Clock
from emulators.azure.identifiers import Identifiers
from emulators.azure.latency import Duration, Latencies

REMEMBERED_WRITES = 20_000
INGESTION = Duration(180, 300, 1200)

BEGIN = "BeginRequest"
END = "EndRequest"


@dataclass(frozen=True, slots=True)
class Write:
    """One request that changed something or tried to, and the operation that it began."""

    action: str
    resource_id: str
    resource_type: str
    method: str
    correlation_id: str
    claims: Mapping[str, Any]
    started_at: datetime
    answered_at: datetime
    status: int
    error: Mapping[str, Any] | None = None
    operation: Operation | None = None
    client_request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log; `status` as in `Started`, `sub_status` as in `Created`."""

    write: Write
    id: str
    name: str
    status: str
    sub_status: str
    at: datetime
    submitted_at: datetime
    error: Mapping[str, Any] | None = None


@dataclass(slots=True)
class _Kept:
    write: Write
    ids: tuple[str, str, str]
    delay: timedelta


@dataclass(slots=True)
class ActivityLog:
    """Keeps the latest writes. Its draws are its own, so that logging changes no other draw."""

    clock: Clock
    latencies: Latencies
    identifiers: Identifiers
    _kept: deque[_Kept] = field(default_factory=lambda: deque[_Kept](maxlen=REMEMBERED_WRITES))

    def add(self, write: Write) -> None:
        ids = (self.identifiers.guid(), self.identifiers.guid(), self.identifiers.guid())
        delay = timedelta(seconds=self.latencies.sample(INGESTION))
        self._kept.append(_Kept(write, ids, delay))

    def events(self) -> list[Event]:
        """Every event that has been taken in by now, the latest first."""
        now = self.clock.now()
        found = [event for kept in self._kept for event in _events(kept)]
        visible = [event for event in found if event.submitted_at <= now]
        return sorted(visible, key=lambda event: event.at, reverse=True)


def _events(kept: _Kept) -> Iterator[Event]:
    write, delay = kept.write, kept.delay

    def event(
        index: int, name: str, status: str, sub_status: str, at: datetime, error: Any = None
    ) -> Event:
        return Event(write, kept.ids[index], name, status, sub_status, at, at + delay, error)

    yield event(0, BEGIN, "Started", "", write.started_at)
    yield event(
        1, END, _status(write), _REASONS.get(write.status, ""), write.answered_at, write.error
    )
    operation = write.operation
    if operation is not None and operation.ended_at is not None:
        yield event(2, END, operation.status, "", operation.ended_at, operation.error)


def _status(write: Write) -> str:
    if write.status >= 400:
        return "Failed"
    return "Succeeded" if write.operation is None else "Accepted"


_REASONS = {
    200: "OK",
    201: "Created",
    202: "Accepted",
    204: "NoContent",
    400: "BadRequest",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    429: "TooManyRequests",
}
