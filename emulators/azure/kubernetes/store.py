"""The cluster's objects with their resource versions, and the changes that watchers read."""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from emulators.azure.kubernetes import errors
from emulators.azure.kubernetes.kinds import KINDS, Kind, Object

Key = tuple[str, str]
"""Namespace (empty for cluster-wide objects) and name."""

HISTORY_LENGTH = 4000


class ChangeType(StrEnum):
    """What happened to an object, in the words of the watch protocol."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the store: `previous` is what was there before, None for a new object."""

    type: ChangeType
    kind: Kind
    object: Object
    previous: Object | None
    version: int


Listener = Callable[[Change], None]


def copy_of(value: Any) -> Any:
    """A deep copy of JSON data."""
    if isinstance(value, dict):
        return {key: copy_of(each) for key, each in value.items()}
    if isinstance(value, list):
        return [copy_of(each) for each in value]
    return value


def key_of(subject: Object) -> Key:
    metadata = subject["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


def _in_order(objects: Mapping[Key, Object], namespace: str | None = None) -> list[Object]:
    """By the text of their keys, where namespace `a-b` comes before `a` with its slash."""
    return [
        objects[key]
        for key in sorted(objects, key="/".join)
        if namespace is None or key[0] == namespace
    ]


class Store:
    """Everything the API server keeps. Objects in it are replaced, never changed in place.

    Each change makes a version. The last `history_length` changes are remembered: so far back
    watches can begin and lists can be read.
    """

    def __init__(self, history_length: int = HISTORY_LENGTH) -> None:
        self.version = 1
        self._objects: dict[Kind, dict[Key, Object]] = {each: {} for each in KINDS}
        self._history: deque[Change] = deque(maxlen=history_length)
        self._listeners: list[Listener] = []

    def __getstate__(self) -> dict[str, Any]:
        """Without those who listen: they end with the process."""
        return {**self.__dict__, "_listeners": []}

    def get(self, kind: Kind, namespace: str, name: str) -> Object | None:
        return self._objects[kind].get((namespace, name))

    def read(self, kind: Kind, namespace: str, name: str) -> Object:
        """Like `get`, but a missing object is the 404 that the API answers."""
        found = self.get(kind, namespace, name)
        if found is None:
            raise errors.not_found(kind, name)
        return found

    def list(self, kind: Kind, namespace: str | None = None) -> list[Object]:
        """All objects of a kind, in the order in which etcd keeps them."""
        return _in_order(self._objects[kind], namespace)

    def list_at(self, kind: Kind, version: int) -> Sequence[Object]:
        """All objects of a kind as they were at a version; 410 when that is forgotten."""
        if version < self.oldest_version:
            raise errors.expired_list()
        objects = dict(self._objects[kind])
        for change in reversed(self._history):
            if change.version <= version:
                break
            if change.kind is not kind:
                continue
            if change.previous is None:
                del objects[key_of(change.object)]
            else:
                objects[key_of(change.object)] = change.previous
        return _in_order(objects)

    @property
    def oldest_version(self) -> int:
        """The oldest version that is remembered, which older ones were compacted into."""
        return self._history[0].version if self._history else self.version

    def add(self, kind: Kind, subject: Object) -> Object:
        """Store a new object."""
        key = key_of(subject)
        if key in self._objects[kind]:
            raise errors.already_exists(kind, key[1])
        return self._put(ChangeType.ADDED, kind, subject, None)

    def replace(self, kind: Kind, subject: Object) -> Object:
        """Store a new state of an object; an unchanged one keeps its resource version."""
        namespace, name = key_of(subject)
        present = self.read(kind, namespace, name)
        subject["metadata"]["resourceVersion"] = present["metadata"]["resourceVersion"]
        if subject == present:
            return present
        return self._put(ChangeType.MODIFIED, kind, subject, present)

    def change(
        self, kind: Kind, namespace: str, name: str, edit: Callable[[Object], None]
    ) -> Object | None:
        """Apply `edit` to a copy and store it; None when the object is gone by now."""
        present = self.get(kind, namespace, name)
        if present is None:
            return None
        subject = copy_of(present)
        edit(subject)
        return self.replace(kind, subject)

    def remove(self, kind: Kind, namespace: str, name: str) -> Object | None:
        """Take an object away, whatever its finalizers say."""
        present = self._objects[kind].pop((namespace, name), None)
        if present is None:
            return None
        gone = copy_of(present)
        self.version += 1
        gone["metadata"]["resourceVersion"] = str(self.version)
        self._publish(Change(ChangeType.DELETED, kind, gone, present, self.version))
        return gone

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        self._listeners.remove(listener)

    def everything(self) -> Sequence[Change]:
        """All that is there, as if it had come just now."""
        return [
            Change(ChangeType.ADDED, kind, each, None, self.version)
            for kind in KINDS
            for each in self.list(kind)
        ]

    def changes_since(self, version: int) -> Sequence[Change]:
        """What happened after `version`; 410 when that is no longer remembered."""
        if version < self.oldest_version:
            raise errors.expired(version, self.oldest_version)
        return [each for each in self._history if each.version > version]

    def _put(
        self, change: ChangeType, kind: Kind, subject: Object, previous: Object | None
    ) -> Object:
        self.version += 1
        subject["metadata"]["resourceVersion"] = str(self.version)
        self._objects[kind][key_of(subject)] = subject
        self._publish(Change(change, kind, subject, previous, self.version))
        return subject

    def _publish(self, change: Change) -> None:
        self._history.append(change)
        for listener in list(self._listeners):
            listener(change)


def as_json(subject: Any) -> bytes:
    """JSON as the API server writes it: compact, with a final newline."""
    return json.dumps(subject, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
