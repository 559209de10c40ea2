"""Event objects: what controllers tell a person, counted when it happens again."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulators.azure.clock import Clock
from emulators.azure.kubernetes.kinds import EVENT, NAMESPACE, Kind, Object
from emulators.azure.kubernetes.store import Store
from emulators.azure.kubernetes.times import stamp

RETENTION = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Source:
    """The component that reports, and the node it runs on if it matters."""

    component: str
    host: str = ""


class EventRecorder:
    """Writes events into the store and forgets them after an hour, as the API server does."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def normal(
        self, source: Source, kind: Kind, subject: Object, reason: str, message: str
    ) -> None:
        self._record(source, kind, subject, ("Normal", reason, message))

    def warning(
        self, source: Source, kind: Kind, subject: Object, reason: str, message: str
    ) -> None:
        self._record(source, kind, subject, ("Warning", reason, message))

    def _record(
        self, source: Source, kind: Kind, subject: Object, what: tuple[str, str, str]
    ) -> None:
        namespace = subject["metadata"].get("namespace", "default")
        if self._store.get(NAMESPACE, "", namespace) is None:
            return
        now = self._clock.now()
        self._forget_old(now)
        name = _event_name(source, subject, what)
        if self._store.get(EVENT, namespace, name) is not None:
            self._store.change(EVENT, namespace, name, lambda event: _count(event, stamp(now)))
            return
        self._store.add(EVENT, _new_event(namespace, name, source, kind, subject, what, now))

    def _forget_old(self, now: datetime) -> None:
        oldest = stamp(now - RETENTION)
        for event in self._store.list(EVENT):
            if (event.get("lastTimestamp") or "9") < oldest:
                metadata = event["metadata"]
                self._store.remove(EVENT, metadata["namespace"], metadata["name"])


def _event_name(source: Source, subject: Object, what: tuple[str, str, str]) -> str:
    metadata = subject["metadata"]
    about = "|".join((metadata.get("uid", ""), source.component, source.host, *what))
    digest = hashlib.sha256(about.encode()).hexdigest()
    return f"{metadata['name']}.{digest[:16]}"


def _count(event: Object, now: str) -> None:
    event["count"] += 1
    event["lastTimestamp"] = now


def _new_event(
    namespace: str,
    name: str,
    source: Source,
    kind: Kind,
    subject: Object,
    what: tuple[str, str, str],
    now: datetime,
) -> Object:
    metadata = subject["metadata"]
    digest = hashlib.md5(f"{namespace}/{name}".encode(), usedforsecurity=False).hexdigest()
    involved: Object = {
        "kind": kind.kind,
        "namespace": metadata.get("namespace", ""),
        "name": metadata["name"],
        "uid": metadata.get("uid", ""),
        "apiVersion": kind.api_version,
        "resourceVersion": metadata.get("resourceVersion", ""),
    }
    return {
        "apiVersion": EVENT.api_version,
        "kind": EVENT.kind,
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-9{digest[17:20]}-{digest[20:]}",
            "creationTimestamp": stamp(now),
        },
        "involvedObject": {key: value for key, value in involved.items() if value},
        "type": what[0],
        "reason": what[1],
        "message": what[2],
        "source": {"component": source.component} | ({"host": source.host} if source.host else {}),
        "firstTimestamp": stamp(now),
        "lastTimestamp": stamp(now),
        "count": 1,
        "eventTime": None,
        "reportingComponent": source.component,
        "reportingInstance": source.host,
    }
