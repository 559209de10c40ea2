"""What every controller works with, and the loop that calls controllers when something changed."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from emulators.azure.clock import Clock
from emulators.azure.kubernetes.background import Background
from emulators.azure.kubernetes.events import EventRecorder
from emulators.azure.kubernetes.faults import Faults
from emulators.azure.kubernetes.kinds import EVENT, Kind, Object
from emulators.azure.kubernetes.registry import Registry
from emulators.azure.kubernetes.store import Change, Key, Store, copy_of
from emulators.azure.kubernetes.times import stamp
from emulators.azure.latency import Latencies

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Machinery:
    """The cluster's parts that controllers share."""

    store: Store
    registry: Registry
    events: EventRecorder
    clock: Clock
    latencies: Latencies
    background: Background
    faults: Faults

    def now(self) -> str:
        return stamp(self.clock.now())

    def set_status(self, kind: Kind, subject: Object, status: Object) -> None:
        """Store a new status, unless it is the present one."""
        metadata = subject["metadata"]
        self.store.change(
            kind,
            metadata.get("namespace", ""),
            metadata["name"],
            lambda present: present.update(status=copy_of(status)),
        )


class Controller(Protocol):
    """Says which of its objects a change concerns, and brings one of them where it should be."""

    def keys_of(self, change: Change) -> Iterable[Key]: ...

    def reconcile(self, key: Key) -> None: ...


Work = tuple[Controller, Key]


class ControllerLoop:
    """Calls `reconcile` once for each object that changes concern; asleep when nothing changes."""

    def __init__(self, store: Store, controllers: Sequence[Controller]) -> None:
        self._store = store
        self._controllers = controllers
        self._waiting: dict[Work, None] = {}
        self._work = asyncio.Event()
        store.listen(self._note)

    async def run(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while self._waiting:
                work = next(iter(self._waiting))
                del self._waiting[work]
                _reconcile(*work)

    def add(self, controller: Controller, key: Key) -> None:
        """Have one object looked at, though nothing in the store changed."""
        self._waiting[controller, key] = None
        self._work.set()

    def look_at_everything(self) -> None:
        for change in self._store.everything():
            self._note(change)

    def _note(self, change: Change) -> None:
        if change.kind is EVENT:
            return
        for controller in self._controllers:
            for key in controller.keys_of(change):
                self.add(controller, key)


def _reconcile(controller: Controller, key: Key) -> None:
    try:
        controller.reconcile(key)
    except Exception:
        _LOG.exception("%s failed on %s", type(controller).__name__, "/".join(key))


def controlled_by(subject: Object, owner: Object) -> bool:
    """Whether `owner` is the controller that `subject` belongs to."""
    return any(
        each["uid"] == owner["metadata"]["uid"] and each.get("controller")
        for each in subject["metadata"].get("ownerReferences") or []
    )


def owner_keys(subject: Object, kind: Kind) -> list[Key]:
    """The keys of the owners of `subject` that are of `kind`."""
    metadata = subject["metadata"]
    return [
        (metadata.get("namespace", ""), each["name"])
        for each in metadata.get("ownerReferences") or []
        if each["kind"] == kind.kind
    ]


def owner_reference(kind: Kind, owner: Object) -> Object:
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def is_deleted(subject: Object) -> bool:
    return "deletionTimestamp" in subject["metadata"]
