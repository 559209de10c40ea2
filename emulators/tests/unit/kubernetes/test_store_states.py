"""Random lives of objects: every watch sees each change once and in order, every list one moment.

A model beside the store keeps the objects of all versions, which the store does not. What watchers
and readers of pages are told is compared with it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
)

from emulators.azure.clock import Clock
from emulators.azure.kubernetes import listing, patches
from emulators.azure.kubernetes.admission import Writing
from emulators.azure.kubernetes.deletion import Deletion
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.feeds import Feed
from emulators.azure.kubernetes.kinds import CONFIG_MAP, NAMESPACE, SECRET, Kind, Object
from emulators.azure.kubernetes.listing import Selection
from emulators.azure.kubernetes.registry import Registry
from emulators.azure.kubernetes.service_addresses import ServiceAddresses
from emulators.azure.kubernetes.store import Key, Store, copy_of, key_of
from emulators.tests.unit.kubernetes.store_clients import (
    Reader,
    State,
    Watcher,
    in_order,
    selected,
    version_of,
    watch,
    watch_from_now,
)

REMEMBERED = 4
"""Changes, so few that most lives run past it."""

KINDS = (CONFIG_MAP, SECRET)
NAMESPACES = ("a", "a-b")
"""As keys `a-b/x` comes before `a/x`, as names after it."""

_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

kinds = st.sampled_from(KINDS)
keys = st.tuples(st.sampled_from(NAMESPACES), st.sampled_from("xy"))
tiers = st.sampled_from(("front", "back"))
ages = st.integers(0, REMEMBERED + 2)
"""How many versions ago something was seen."""

selections = st.builds(
    lambda kind, namespace, labels: Selection.read(kind, namespace, {"labelSelector": labels}),
    kinds,
    st.sampled_from(("", *NAMESPACES)),
    st.sampled_from(("", "tier=front", "tier!=front")),
)


class StoreStates(RuleBasedStateMachine):
    """What clients do, in any order."""

    watchers = Bundle("watchers")
    readers = Bundle("readers")

    def __init__(self) -> None:
        super().__init__()
        clock = Clock(origin=_NOON, real_time=_NOON.timestamp)
        self.store = Store(history_length=REMEMBERED)
        self.registry = Registry(self.store, clock, ServiceAddresses(self.store))
        self.watching: list[Watcher] = []
        self.past: dict[int, dict[Kind, State]] = {}

    @initialize(tier=tiers)
    def begin(self, tier: str) -> None:
        for namespace in NAMESPACES:
            self.registry.create(NAMESPACE, "", {"metadata": {"name": namespace}})
        for key in ((namespace, name) for namespace in NAMESPACES for name in "xy"):
            self.registry.create(CONFIG_MAP, key[0], _manifest(key, tier))
        self._remember()

    def teardown(self) -> None:
        for each in list(self.watching):
            self.stop_watching(each)

    @rule(kind=kinds, key=keys, tier=tiers, kept=st.booleans())
    def create(self, kind: Kind, key: Key, tier: str, kept: bool) -> None:
        refused = _refusal_of(
            lambda: self.registry.create(kind, key[0], _manifest(key, tier, kept))
        )
        assert refused == (409 if key in self._now(kind) else None)
        self._expect_change(not refused)

    @rule(kind=kinds, key=keys, tier=tiers, text=st.sampled_from("pq"))
    def patch(self, kind: Kind, key: Key, tier: str, text: str) -> None:
        live = self._now(kind).get(key)
        change = {"metadata": {"labels": {"tier": tier}, "annotations": {"text": text}}}
        refused = _refusal_of(lambda: self._merge(kind, key, change))
        assert refused == (404 if live is None else None)
        self._expect_change(live is not None and patches.merge(live, change) != live)

    @rule(kind=kinds, key=keys, age=st.integers(0, 2), text=st.text("pq", max_size=2))
    def update_what_was_read(self, kind: Kind, key: Key, age: int, text: str) -> None:
        read, live = self._then(kind, age).get(key), self._now(kind).get(key)
        if read is None or live is None:
            return
        body = copy_of(read)
        body["metadata"]["annotations"] = {"text": text}
        refused = _refusal_of(
            lambda: self.registry.update(kind, *key, lambda _: copy_of(body), Writing())
        )
        stale = version_of(read) != version_of(live)
        assert refused == (409 if stale else None)
        same = live["metadata"].get("annotations") == body["metadata"]["annotations"]
        self._expect_change(not stale and not same)

    @rule(kind=kinds, key=keys)
    def delete(self, kind: Kind, key: Key) -> None:
        live = self._now(kind).get(key)
        refused = _refusal_of(lambda: self.registry.delete(kind, *key))
        assert refused == (404 if live is None else None)
        self._expect_change(live is not None and not _is_leaving(live))

    @rule(kind=kinds, key=keys, age=st.integers(0, 2))
    def delete_what_was_read(self, kind: Kind, key: Key, age: int) -> None:
        read, live = self._then(kind, age).get(key), self._now(kind).get(key)
        if read is None or live is None:
            return
        options = Deletion(resource_version=str(version_of(read)))
        refused = _refusal_of(lambda: self.registry.delete(kind, *key, options))
        stale = version_of(read) != version_of(live)
        assert refused == (409 if stale else None)
        self._expect_change(not stale and not _is_leaving(live))

    @rule(kind=kinds, key=keys)
    def take_finalizers_away(self, kind: Kind, key: Key) -> None:
        """What is being deleted goes with them, in one version."""
        live = self._now(kind).get(key)
        if live is None or "finalizers" not in live["metadata"]:
            return
        self._merge(kind, key, {"metadata": {"finalizers": None}})
        assert (self.store.get(kind, *key) is None) == _is_leaving(live)
        self._expect_change(True)

    @rule(target=watchers, selection=selections)
    def watch_from_now(self, selection: Selection) -> Watcher:
        self.watching.append(watch_from_now(self.store, selection))
        assert self.watching[-1].cache == selected(selection, self._now(selection.kind))
        return self.watching[-1]

    @rule(target=watchers, selection=selections, age=ages)
    def watch_from(self, selection: Selection, age: int) -> Any:
        version = self._version(age)
        if version < self.store.oldest_version:
            assert _refusal_of(lambda: Feed(self.store, selection, version)) == 410
            return multiple()
        then = self._then(selection.kind, age)
        self.watching.append(watch(self.store, selection, version, then))
        return self.watching[-1]

    @rule(watcher=watchers)
    def hear(self, watcher: Watcher) -> None:
        watcher.hear()
        assert watcher.cache == selected(watcher.selection, self._now(watcher.selection.kind))

    @rule(watcher=consumes(watchers))
    def stop_watching(self, watcher: Watcher) -> None:
        self.hear(watcher)
        watcher.feed.close()
        self.watching.remove(watcher)

    @rule(target=readers, selection=selections, limit=st.integers(1, 3))
    def begin_to_read(self, selection: Selection, limit: int) -> Any:
        return self._read(Reader(self.store, selection, limit))

    @rule(target=readers, reader=consumes(readers))
    def read_on(self, reader: Reader) -> Any:
        if not reader.is_too_late():
            return self._read(reader)
        now = selected(reader.selection, self._now(reader.selection.kind))
        reader.read_the_rest_as_it_is_now(now)
        return multiple()

    def _read(self, reader: Reader) -> Any:
        goes_on = reader.read_page()
        then = self.past[reader.version][reader.selection.kind]
        expected = in_order(selected(reader.selection, then))
        assert reader.read == (expected[: len(reader.read)] if goes_on else expected)
        return reader if goes_on else multiple()

    @rule(selection=selections, age=ages)
    def read_as_it_was(self, selection: Selection, age: int) -> None:
        version = self._version(age)
        query = {"resourceVersion": str(version), "resourceVersionMatch": "Exact"}
        if version < self.store.oldest_version:
            assert _refusal_of(lambda: listing.page(self.store, selection, query)) == 410
            return
        page = listing.page(self.store, selection, query)
        then = selected(selection, self._then(selection.kind, age))
        assert (page.items, page.version) == (in_order(then), version)

    def _merge(self, kind: Kind, key: Key, change: Object) -> Object:
        return self.registry.update(
            kind, *key, lambda live: patches.merge(live, change), Writing()
        )

    def _version(self, age: int) -> int:
        """The version `age` changes ago, or the first that the model knows."""
        return max(self.store.version - age, min(self.past))

    def _then(self, kind: Kind, age: int) -> State:
        return self.past[self._version(age)][kind]

    def _now(self, kind: Kind) -> State:
        return self.past[max(self.past)][kind]

    def _expect_change(self, changed: bool) -> None:
        """A change makes one version, everything else none."""
        assert self.store.version == max(self.past) + changed
        self._remember()

    def _remember(self) -> None:
        self.past[self.store.version] = {
            kind: {key_of(each): copy_of(each) for each in self.store.list(kind)} for kind in KINDS
        }


def _manifest(key: Key, tier: str, kept: bool = False) -> Object:
    finalizers = {"finalizers": ["example.com/kept"]} if kept else {}
    return {"metadata": {"name": key[1], "labels": {"tier": tier}, **finalizers}}


def _is_leaving(subject: Object) -> bool:
    return "deletionTimestamp" in subject["metadata"]


def _refusal_of(act: Callable[[], object]) -> int | None:
    """The status code with which the API would refuse, None when it does not."""
    try:
        act()
    except ApiError as refusal:
        return refusal.code
    return None


StoreStates.TestCase.settings = settings(
    max_examples=200, stateful_step_count=50, derandomize=True, deadline=None, database=None
)
test_store_states = StoreStates.TestCase
