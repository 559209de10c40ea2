"""Hands out work items to the workers' streams and takes them back from those that are lost."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.task_hub.filters import WorkFilters

_REST_SECONDS = 0.5


class Kind(StrEnum):
    ORCHESTRATION = "orchestration"
    ENTITY = "entity"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work as read from the store: the item to send and what its answer needs."""

    item: pb.WorkItem
    state: Any


class WorkSource(Protocol):
    def begin(self, subject: Any) -> Work | None:
        """Read the work that is there for `subject` now; None when there is none any more."""
        ...

    def token(self, subject: Any, attempt: int) -> str: ...

    def name_and_version(self, subject: Any) -> tuple[str, str] | None: ...


@dataclass(slots=True, eq=False)
class Stream:
    """One GetWorkItems call: how much it takes of each kind, and what it has."""

    limits: Mapping[Kind, int]
    filters: WorkFilters
    in_flight: Counter[Kind] = field(default_factory=Counter)
    leases: dict["Lease", None] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def has_room(self, kind: Kind) -> bool:
        limit = self.limits[kind]
        return limit <= 0 or self.in_flight[kind] < limit


@dataclass(slots=True, eq=False)
class Lease:
    kind: Kind
    subject: Hashable
    token: str
    state: Any
    stream: Stream
    expiry: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class _Queue:
    """Subjects with work: each is leased once at most, and queued again when more came."""

    source: WorkSource
    waiting: OrderedDict[Hashable, None] = field(default_factory=OrderedDict)
    leased: set[Hashable] = field(default_factory=set)
    again: set[Hashable] = field(default_factory=set)

    def offer(self, subject: Hashable, *, first: bool = False) -> None:
        if subject in self.leased:
            self.again.add(subject)
            return
        self.waiting[subject] = None
        if first:
            self.waiting.move_to_end(subject, last=False)

    def free(self, subject: Hashable, *, has_work: bool) -> None:
        self.leased.discard(subject)
        if has_work or subject in self.again:
            self.again.discard(subject)
            self.offer(subject, first=has_work)


class WorkItems:
    def __init__(self, sources: Mapping[Kind, WorkSource], lease_seconds: float) -> None:
        self._queues = {kind: _Queue(source) for kind, source in sources.items()}
        self._lease_seconds = lease_seconds
        self._streams: dict[Stream, None] = {}
        self._leases: dict[str, Lease] = {}
        self._attempts = 0
        self._order = list(self._queues)

    def open(self, stream: Stream) -> None:
        self._streams[stream] = None

    def close(self, stream: Stream) -> None:
        """What the stream still had is handed out again, in its order, before all that waits."""
        self._streams.pop(stream, None)
        for lease in reversed(list(stream.leases)):
            self._lose(lease)

    def offer(self, kind: Kind, subject: Hashable) -> None:
        self._queues[kind].offer(subject)
        self._tell_streams()

    def take(self, stream: Stream) -> pb.WorkItem | None:
        """The next item for `stream`; the kinds take turns, so that none starves another."""
        for kind in list(self._order):
            if not stream.has_room(kind):
                continue
            item = self._take(kind, stream)
            if item is not None:
                self._order.remove(kind)
                self._order.append(kind)
                return item
        return None

    def leased(self, kind: Kind, token: str) -> Lease | None:
        lease = self._leases.get(token)
        return lease if lease is not None and lease.kind == kind else None

    def release(self, lease: Lease) -> None:
        """The work is done (or void): make room for more."""
        self._forget(lease)
        self._queues[lease.kind].free(lease.subject, has_work=False)
        self._tell_streams()

    def give_back(self, lease: Lease) -> None:
        """A worker that refuses an item would get it again at once: let it rest a moment."""
        if lease.expiry is not None:
            lease.expiry.cancel()
        lease.expiry = asyncio.get_running_loop().call_later(_REST_SECONDS, self._lose, lease)

    def clear(self) -> None:
        for lease in list(self._leases.values()):
            self._forget(lease)
        for queue in self._queues.values():
            queue.waiting.clear()
            queue.leased.clear()
            queue.again.clear()

    def _take(self, kind: Kind, stream: Stream) -> pb.WorkItem | None:
        queue = self._queues[kind]
        while (subject := _first_match(queue, kind, stream.filters)) is not None:
            del queue.waiting[subject]
            work = queue.source.begin(subject)
            if work is not None:
                return self._lease(kind, subject, work, stream)
        return None

    def _lease(self, kind: Kind, subject: Hashable, work: Work, stream: Stream) -> pb.WorkItem:
        self._attempts += 1
        queue = self._queues[kind]
        token = queue.source.token(subject, self._attempts)
        lease = Lease(kind, subject, token, work.state, stream)
        if kind is not Kind.ACTIVITY:
            # An activity may run for long: its lease ends with the stream alone.
            loop = asyncio.get_running_loop()
            lease.expiry = loop.call_later(self._lease_seconds, self._lose, lease)
        queue.leased.add(subject)
        self._leases[token] = lease
        stream.leases[lease] = None
        stream.in_flight[kind] += 1
        work.item.completionToken = token
        return work.item

    def _lose(self, lease: Lease) -> None:
        if self._leases.get(lease.token) is not lease:
            return
        self._forget(lease)
        self._queues[lease.kind].free(lease.subject, has_work=True)
        self._tell_streams()

    def _forget(self, lease: Lease) -> None:
        if lease.expiry is not None:
            lease.expiry.cancel()
        self._leases.pop(lease.token, None)
        if lease in lease.stream.leases:
            del lease.stream.leases[lease]
            lease.stream.in_flight[lease.kind] -= 1

    def _tell_streams(self) -> None:
        for stream in self._streams:
            stream.news.set()


def _first_match(queue: _Queue, kind: Kind, filters: WorkFilters) -> Hashable | None:
    if filters.accepts_all:
        return next(iter(queue.waiting), None)
    for subject in queue.waiting:
        described = queue.source.name_and_version(subject)
        if described is not None and filters.accept(kind, *described):
            return subject
    return None
