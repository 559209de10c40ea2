"""What one watcher is told: each change of its selection once and in order, from a version on."""

import asyncio
from collections.abc import Iterator

from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.listing import Selection
from emulators.azure.kubernetes.store import Change, ChangeType, Store, copy_of


class Feed:
    """The events that a watcher has not had yet. Close it, or it grows for ever."""

    def __init__(self, store: Store, selection: Selection, version: int | None = None) -> None:
        """Begins after `version`, else with what is there. Raises the 410 of a forgotten one."""
        self.events: asyncio.Queue[Object] = asyncio.Queue()
        self._store = store
        self._selection = selection
        self._told = store.version if version is None else version
        if version is None:
            self._tell_what_is_there()
        else:
            for change in store.changes_since(version):
                self._note(change)
        store.listen(self._note)

    def close(self) -> None:
        self._store.unlisten(self._note)

    def add_bookmark(self, *, initial: bool = False) -> None:
        """Tell how far the watcher has come; `initial`: that it has had what was there."""
        kind = self._selection.kind
        metadata: Object = {"resourceVersion": str(self._told), "creationTimestamp": None}
        if initial:
            metadata["annotations"] = {"k8s.io/initial-events-end": "true"}
        subject = {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": metadata}
        self.events.put_nowait({"type": "BOOKMARK", "object": subject})

    def _tell_what_is_there(self) -> None:
        for each in self._store.list(self._selection.kind):
            if self._selection.includes(each):
                self.events.put_nowait({"type": "ADDED", "object": each})

    def _note(self, change: Change) -> None:
        if change.version > self._told:
            self._told = change.version
            for event in _events(change, self._selection):
                self.events.put_nowait(event)


def _events(change: Change, selection: Selection) -> Iterator[Object]:
    """A change as the watcher of a selection sees it: an object can come into it and leave it."""
    if change.kind is not selection.kind:
        return
    was_in = change.previous is not None and selection.includes(change.previous)
    is_in = change.type is not ChangeType.DELETED and selection.includes(change.object)
    if is_in:
        yield {"type": "MODIFIED" if was_in else "ADDED", "object": change.object}
    elif was_in and change.previous is not None:
        yield {"type": "DELETED", "object": _as_it_was(change.previous, change.version)}


def _as_it_was(previous: Object, version: int) -> Object:
    """What left the selection is shown as it was in it, at the version at which it left."""
    left = copy_of(previous)
    left["metadata"]["resourceVersion"] = str(version)
    return left
