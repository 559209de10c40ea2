"""Clients of a store that believe what they are told: a watcher and a reader of pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from emulators.azure.kubernetes import listing
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.feeds import Feed
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.listing import Selection
from emulators.azure.kubernetes.store import Key, Store, key_of

State = Mapping[Key, Object]
"""All objects of a kind at one version."""


def version_of(subject: Object) -> int:
    return int(subject["metadata"]["resourceVersion"])


def in_order(state: State) -> list[Object]:
    return [state[key] for key in sorted(state, key="/".join)]


def selected(selection: Selection, state: State) -> dict[Key, Object]:
    return {key: each for key, each in state.items() if selection.includes(each)}


@dataclass
class Watcher:
    """Keeps a cache as client libraries do, and insists on what they rely on."""

    selection: Selection
    feed: Feed
    cache: dict[Key, Object]
    last_told: int
    """The version before which nothing can happen any more."""

    def hear(self) -> None:
        """Everything that was told since the last time."""
        while not self.feed.events.empty():
            self._believe(self.feed.events.get_nowait())

    def _believe(self, event: Object) -> None:
        subject = event["object"]
        key = key_of(subject)
        assert version_of(subject) > self.last_told
        self.last_told = version_of(subject)
        if event["type"] == "DELETED":
            assert self.cache.pop(key)["metadata"]["uid"] == subject["metadata"]["uid"]
            return
        assert (event["type"] == "MODIFIED") == (key in self.cache)
        self.cache[key] = subject


def watch(store: Store, selection: Selection, version: int, then: State) -> Watcher:
    """From a version at which `then` was there."""
    feed = Feed(store, selection, version)
    return Watcher(selection, feed, selected(selection, then), version)


def watch_from_now(store: Store, selection: Selection) -> Watcher:
    """What is there comes first, in the order of keys, so that versions come later in order."""
    feed = Feed(store, selection)
    present = [feed.events.get_nowait() for _ in range(feed.events.qsize())]
    assert {each["type"] for each in present} <= {"ADDED"}
    cache = {key_of(each["object"]): each["object"] for each in present}
    assert len(cache) == len(present)
    return Watcher(selection, feed, cache, store.version)


@dataclass
class Reader:
    """Reads a list page by page, all of them as of the first one."""

    store: Store
    selection: Selection
    limit: int
    version: int = 0
    token: str = ""
    read: list[Object] = field(default_factory=list[Object])

    def read_page(self) -> bool:
        """Whether there is more to read."""
        query = {"limit": str(self.limit), "continue": self.token}
        page = listing.page(self.store, self.selection, query)
        assert page.version == (self.version or self.store.version)
        assert len(page.items) <= self.limit
        self.version, self.token = page.version, page.next_token
        self.read += page.items
        return bool(self.token)

    def is_too_late(self) -> bool:
        return self.version < self.store.oldest_version

    def read_the_rest_as_it_is_now(self, now: State) -> None:
        """Be refused, with a token that goes on behind what was read."""
        with pytest.raises(ApiError) as refusal:
            self.read_page()
        assert refusal.value.code == 410
        query = {"continue": refusal.value.metadata["continue"]}
        last = "/".join(key_of(self.read[-1]))
        rest = [each for each in in_order(now) if "/".join(key_of(each)) > last]
        assert listing.page(self.store, self.selection, query).items == rest
