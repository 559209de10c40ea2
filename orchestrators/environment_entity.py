"""The durable entity `environment`: applies the domain's decisions to the stored record.

It is also the outbox of events, of the directory and of the audit: an event is scheduled, and
shards are told its row and its entry, together with the change that they report.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import reduce
from typing import Any

from durabletask.entities import EntityContext, EntityInstanceId

from domain.audit.derive import derive_audit
from domain.audit.shard import audit_key
from domain.directory.news import find_directory_news
from domain.directory.shard import ShardRows, shard_key
from domain.durable.names import (
    AUDIT_ENTITY,
    DIRECTORY_ENTITY,
    AuditOperation,
    DirectoryOperation,
    EntityOperation,
    Orchestrator,
)
from domain.environment.approval import ApprovalDecision
from domain.environment.approval_records import (
    decide_approval,
    remind_of_approval,
    request_approval,
)
from domain.environment.cancellations import NoteCancellation, note_cancellation
from domain.environment.counters import RecordCounters
from domain.environment.found_profile import FoundProfile
from domain.environment.gpu_usage import RecordGpuNodes
from domain.environment.health import RecordHealth
from domain.environment.health_changes import record_health
from domain.environment.idle_notes import IdleNote
from domain.environment.image_records import record_image
from domain.environment.kept_pool import KeptPool
from domain.environment.operation import StepChange
from domain.environment.operation_request import OperationRequest
from domain.environment.pinned_image import RecordImage
from domain.environment.placements import record_attempt
from domain.environment.profile_records import keep_profile
from domain.environment.record import EnvironmentRecord, OperationEnd, RecordWarning
from domain.environment.scaling_events import record_scaling
from domain.environment.starts import start_operation
from domain.environment.tombstones import bury
from domain.environment.transitions import end_operation, keep_pool, record_step, record_warning
from domain.events.cloud_events import derive_event
from domain.placement.attempts import RecordAttempt
from domain.sweep.counters import record_counters
from domain.sweep.model import SweepAction
from domain.sweep.own_requests import note_own_request
from domain.sweep.record_notes import (
    plan_swept_operation,
    read_end,
    read_sweep_state,
    record_idle_note,
)

type Change = Callable[[EnvironmentRecord, Any], EnvironmentRecord | None]
type Begin = Callable[
    [EnvironmentRecord | None, OperationRequest, datetime], EnvironmentRecord | None
]
type LogChange = Callable[[EnvironmentRecord | None, EnvironmentRecord], None]
type Query = Callable[[EnvironmentRecord, Any], Any]

CHANGES: Mapping[str, Change] = {
    EntityOperation.RECORD_STEP: lambda record, value: record_step(
        record, StepChange.from_wire(value)
    ),
    EntityOperation.RECORD_STEPS: lambda record, value: reduce(
        record_step, map(StepChange.from_wire, value), record
    ),
    EntityOperation.END_OPERATION: lambda record, value: end_operation(
        record, OperationEnd.from_wire(value)
    ),
    EntityOperation.KEEP_POOL: lambda record, value: keep_pool(
        record, value["region"], KeptPool.from_wire(value["kept"])
    ),
    EntityOperation.KEEP_PROFILE: lambda record, value: keep_profile(
        record, FoundProfile.from_wire(value)
    ),
    EntityOperation.RECORD_IDLE_NOTE: lambda record, value: record_idle_note(
        record, IdleNote.from_wire(value)
    ),
    EntityOperation.RECORD_WARNING: lambda record, value: record_warning(
        record, RecordWarning.from_wire(value)
    ),
    EntityOperation.RECORD_HEALTH: lambda record, value: record_health(
        record, RecordHealth.from_wire(value)
    ),
    EntityOperation.RECORD_GPU_NODES: lambda record, value: record_scaling(
        record, RecordGpuNodes.from_wire(value)
    ),
    EntityOperation.RECORD_ATTEMPT: lambda record, value: record_attempt(
        record, RecordAttempt.from_wire(value)
    ),
    EntityOperation.RECORD_IMAGE: lambda record, value: record_image(
        record, RecordImage.from_wire(value)
    ),
    EntityOperation.DECIDE_APPROVAL: lambda record, value: decide_approval(
        record, ApprovalDecision.from_wire(value)
    ),
    EntityOperation.NOTE_CANCELLATION: lambda record, value: note_cancellation(
        record, NoteCancellation.from_wire(value)
    ),
    EntityOperation.REMIND_OF_APPROVAL: lambda record, value: remind_of_approval(
        record, value["operationId"], datetime.fromisoformat(value["at"])
    ),
    EntityOperation.BURY: lambda record, value: bury(record, datetime.fromisoformat(value)),
    EntityOperation.NOTE_OWN_REQUEST: lambda record, value: note_own_request(
        record, datetime.fromisoformat(value)
    ),
    EntityOperation.RECORD_COUNTERS: lambda record, value: record_counters(
        record, RecordCounters.from_wire(value)
    ),
}
"""Changes of an existing record; the result is False if there is none, or it does not change."""


BEGINNINGS: Mapping[str, Begin] = {
    EntityOperation.START_OPERATION: start_operation,
    EntityOperation.REQUEST_APPROVAL: request_approval,
}
"""Changes that may create the record."""


def _has_ended(record: EnvironmentRecord, operation_id: str) -> bool:
    operation = record.find_operation(operation_id)
    return operation is None or operation.has_ended


QUERIES: Mapping[str, tuple[Query, Any]] = {
    EntityOperation.HAS_ENDED: (_has_ended, True),
    EntityOperation.GET_END: (lambda record, value: read_end(record, value), None),
    EntityOperation.GET_KEPT_POOLS: (
        lambda record, value: {r: kept.to_wire() for r, kept in record.kept_pools.items()},
        {},
    ),
    EntityOperation.GET_REGIONS: (lambda record, value: record.regions, []),
    EntityOperation.GET_SWEEP_STATE: (
        lambda record, value: read_sweep_state(record).to_wire(),
        None,
    ),
    EntityOperation.PLAN_OPERATION: (
        lambda record, value: plan_swept_operation(record, SweepAction(value)),
        None,
    ),
}
"""Each query, and its result without a record."""


def environment(
    context: EntityContext,
    value: Any,
    event_source: str | None = None,
    log_change: LogChange = lambda before, after: None,
) -> Any:
    """`event_source`: the source of its events; None: no events are published."""
    state = context.get_state()
    record = EnvironmentRecord.from_wire(state) if state else None
    if context.operation in QUERIES:
        query, without_record = QUERIES[context.operation]
        return query(record, value) if record else without_record
    changed = _change(context.operation, record, value)
    if changed is None:
        return False
    context.set_state(changed.to_wire())
    log_change(record, changed)
    _tell_directory(context, record, changed)
    _tell_audit(context, record, changed)
    if event_source:
        _schedule_event(context, record, changed, event_source)
    return True


def _change(
    operation: str, record: EnvironmentRecord | None, value: Any
) -> EnvironmentRecord | None:
    if operation in BEGINNINGS:
        at = datetime.fromisoformat(value["at"])
        return BEGINNINGS[operation](record, OperationRequest.from_wire(value["request"]), at)
    if operation not in CHANGES:
        raise ValueError(f"the entity 'environment' has no operation '{operation}'")
    return CHANGES[operation](record, value) if record else None


def _tell_directory(
    context: EntityContext, before: EnvironmentRecord | None, after: EnvironmentRecord
) -> None:
    news = find_directory_news(before, after)
    if news:
        operation = (
            DirectoryOperation.FORGET if news.is_to_be_forgotten else DirectoryOperation.PUT
        )
        shard = EntityInstanceId(DIRECTORY_ENTITY, shard_key(after.name))
        context.signal_entity(shard, operation, ShardRows.of(news.row).to_wire())


def _tell_audit(
    context: EntityContext, before: EnvironmentRecord | None, after: EnvironmentRecord
) -> None:
    entry = derive_audit(before, after)
    if entry:
        shard = EntityInstanceId(AUDIT_ENTITY, audit_key(entry.environment, entry.at))
        context.signal_entity(shard, AuditOperation.ADD, entry.to_wire())


def _schedule_event(
    context: EntityContext,
    before: EnvironmentRecord | None,
    after: EnvironmentRecord,
    event_source: str,
) -> None:
    """State and action are committed together, so neither is ever without the other."""
    publication = derive_event(before, after, event_source)
    if publication:
        context.schedule_new_orchestration(
            Orchestrator.DELIVER_EVENT, publication.to_wire(), instance_id=publication.event.id
        )
