"""Queries over many instances or entities, page by page; a token names the last one seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from durabletask.internal import orchestrator_service_pb2 as pb
from google.protobuf.message import Message

from emulators.functions_host.task_hub import events
from emulators.functions_host.task_hub.entity_table import Entity
from emulators.functions_host.task_hub.instance_table import FINISHED, Instance
from emulators.functions_host.task_hub.refusals import InvalidRequest
from emulators.functions_host.task_hub.store import Store

_PAGE = 100
_TOKEN_SEPARATOR = "|"
_LAST_CHARACTER = "\U0010ffff"


@dataclass(slots=True)
class _Where:
    conditions: list[str] = field(default_factory=lambda: ["1"])
    values: list[object] = field(default_factory=list)

    def add(self, condition: str, *values: object) -> None:
        self.conditions.append(condition)
        self.values.extend(values)

    def any_of(self, column: str, values: Sequence[int]) -> None:
        if values:
            self.add(f"{column} IN ({', '.join('?' * len(values))})", *values)

    def between(self, column: str, query: Message, start: str, end: str) -> None:
        first, last = events.moment_or_none(query, start), events.moment_or_none(query, end)
        if first is not None:
            self.add(f"{column} >= ?", first)
        if last is not None:
            self.add(f"{column} <= ?", last)

    def prefix(self, column: str, query: Message, name: str) -> None:
        """As a range of keys, which is what Azure's task hub makes of it, so that no other row is
        read."""
        prefix = events.text_or_none(query, name)
        if prefix:
            self.add(f"{column} >= ? AND {column} < ?", prefix, prefix + _LAST_CHARACTER)

    def after(self, column: str, query: Message) -> None:
        token = events.text_or_none(query, "continuationToken")
        if token:
            self.add(f"{column} > ?", token)

    def __str__(self) -> str:
        return " AND ".join(self.conditions)


@dataclass(frozen=True, slots=True)
class Page[Row]:
    rows: list[Row]
    token: str | None


def instances(store: Store, query: pb.InstanceQuery) -> Page[Instance]:
    where = _Where()
    where.any_of("status", query.runtimeStatus)
    where.between("created_at", query, "createdTimeFrom", "createdTimeTo")
    where.prefix("instance_id", query, "instanceIdPrefix")
    where.after("instance_id", query)
    size = query.maxInstanceCount if query.maxInstanceCount > 0 else _PAGE
    rows = store.instances.select(f"{where} ORDER BY instance_id", where.values, size + 1)
    return Page(rows[:size], rows[size - 1].instance_id if len(rows) > size else None)


def finished_ids(store: Store, request: pb.ListInstanceIdsRequest) -> Page[str]:
    """In order of completion, for exports that go on where the last one ended."""
    where = _Where()
    where.any_of("status", request.runtimeStatus)
    where.any_of("status", sorted(FINISHED))
    where.between("completed_at", request, "completedTimeFrom", "completedTimeTo")
    last = events.text_or_none(request, "lastInstanceKey")
    if last:
        where.add("(completed_at, instance_id) > (?, ?)", *_completion_key(last))
    size = request.pageSize if request.pageSize > 0 else _PAGE
    rows = store.instances.select(
        f"{where} ORDER BY completed_at, instance_id", where.values, size + 1
    )
    token = None
    if len(rows) > size:
        token = f"{rows[size - 1].completed_at}{_TOKEN_SEPARATOR}{rows[size - 1].instance_id}"
    return Page([row.instance_id for row in rows[:size]], token)


def purgeable(store: Store, wanted: pb.PurgeInstanceFilter) -> list[str]:
    where = _Where()
    where.any_of("status", wanted.runtimeStatus)
    where.any_of("status", sorted(FINISHED))
    where.between("created_at", wanted, "createdTimeFrom", "createdTimeTo")
    rows = store.instances.select(str(where), where.values, -1)
    return [row.instance_id for row in rows]


def entities(store: Store, query: pb.EntityQuery) -> Page[Entity]:
    """An entity without state is none, but for its traces when transient ones are asked for."""
    where = _Where()
    if not query.includeTransient:
        where.add("state IS NOT NULL")
    where.between("modified_at", query, "lastModifiedFrom", "lastModifiedTo")
    where.prefix("entity_id", query, "instanceIdStartsWith")
    where.after("entity_id", query)
    size = query.pageSize.value if query.pageSize.value > 0 else _PAGE
    rows = store.entities.select(str(where), where.values, size + 1)
    return Page(rows[:size], rows[size - 1].entity_id if len(rows) > size else None)


def _completion_key(token: str) -> tuple[int, str]:
    completed_at, _, instance_id = token.partition(_TOKEN_SEPARATOR)
    if not completed_at.isdecimal():
        raise InvalidRequest(f"'{token}' is no continuation token of this task hub.")
    return int(completed_at), instance_id
