"""Reads work from the store when a stream has room for it: turns, activities, entity batches."""

import secrets

from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.clock import Clock
from emulators.functions_host.task_hub import entities, events, turns
from emulators.functions_host.task_hub.identifiers import entity_name
from emulators.functions_host.task_hub.store import Store
from emulators.functions_host.task_hub.work_items import Work


class Turns:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._nonce = secrets.token_hex(4)

    def begin(self, subject: str) -> Work | None:
        begun = turns.begin(self._store, subject, self._clock.microseconds())
        if begun is None:
            return None
        turn, request = begun
        return Work(pb.WorkItem(orchestratorRequest=request), turn)

    def token(self, subject: str, attempt: int) -> str:
        return f"turn-{self._nonce}-{attempt}"

    def name_and_version(self, subject: str) -> tuple[str, str] | None:
        if self._store.instances.get(subject) is None:
            return None
        started = self._store.instances.started(subject)
        return started.name, started.version.value


class EntityBatches:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._nonce = secrets.token_hex(4)

    def begin(self, subject: str) -> Work | None:
        begun = entities.begin(self._store, subject)
        if begun is None:
            return None
        batch, request = begun
        return Work(pb.WorkItem(entityRequestV2=request), batch)

    def token(self, subject: str, attempt: int) -> str:
        return f"batch-{self._nonce}-{attempt}"

    def name_and_version(self, subject: str) -> tuple[str, str] | None:
        return entity_name(subject), ""


class ActivityTasks:
    """Its tokens outlive the hub: a result that comes after a restart is as good as any."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hub_id = store.database.hub_id

    def begin(self, subject: int) -> Work | None:
        activity = self._store.activities.get(subject)
        if activity is None:
            return None
        return Work(pb.WorkItem(activityRequest=activity.request), activity)

    def token(self, subject: int, attempt: int) -> str:
        return f"activity-{self._hub_id}-{subject}-{attempt}"

    def position(self, token: str) -> int | None:
        kind, _, rest = token.partition("-")
        hub_id, _, numbers = rest.partition("-")
        position = numbers.partition("-")[0]
        if kind != "activity" or hub_id != self._hub_id or not position.isdecimal():
            return None
        return int(position)

    def name_and_version(self, subject: int) -> tuple[str, str] | None:
        activity = self._store.activities.get(subject)
        if activity is None:
            return None
        return activity.request.name, events.text_or_none(activity.request, "version") or ""
