"""The durable entity `environment`: applies the domain's decisions to the stored record.

It is the outbox of events, too: what a change has to tell is scheduled together with the change.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from durabletask.entities import EntityContext

from domain.durable import names
from domain.environment.idle_notes import IdleNote
from domain.environment.kept_pool import KeptPool
from domain.environment.operation import StepChange
from domain.environment.operation_request import OperationRequest
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.transitions import end_operation, keep_pool, record_step, start_operation
from domain.events.cloud_events import derive_event
from domain.events.delivery import RecordWarning, record_warning
from domain.sweep.model import SweepAction
from domain.sweep.record_notes import plan_swept_operation, read_end, read_sweep_state, take_note

type Change = Callable[[EnvironmentRecord, Any], EnvironmentRecord]
type LogChange = Callable[[EnvironmentRecord | None, EnvironmentRecord], None]
type Question = Callable[[EnvironmentRecord, Any], Any]

CHANGES: dict[str, Change] = {
    "record_step": lambda record, value: record_step(record, StepChange.from_wire(value)),
    "end_operation": lambda record, value: end_operation(record, OperationEnd.from_wire(value)),
    "keep_pool": lambda record, value: keep_pool(
        record, value["region"], KeptPool.from_wire(value["kept"])
    ),
    "take_note": lambda record, value: take_note(record, IdleNote.from_wire(value)),
    "record_warning": lambda record, value: record_warning(record, RecordWarning.from_wire(value)),
}
"""They change a record that is there, and answer whether it is."""


def _has_ended(record: EnvironmentRecord, operation_id: str) -> bool:
    operation = record.find_operation(operation_id)
    return operation is None or operation.has_ended


QUESTIONS: dict[str, tuple[Question, Any]] = {
    "has_ended": (_has_ended, True),
    "get_end": (lambda record, value: read_end(record, value), None),
    "get_kept_pools": (
        lambda record, value: {r: kept.to_wire() for r, kept in record.kept_pools.items()},
        {},
    ),
    "get_sweep_state": (lambda record, value: read_sweep_state(record).to_wire(), None),
    "plan_operation": (
        lambda record, value: plan_swept_operation(record, SweepAction(value)),
        None,
    ),
}
"""What they answer, and what they answer where there is no record."""


def environment(
    context: EntityContext,
    value: Any,
    event_source: str | None = None,
    log_change: LogChange = lambda before, after: None,
) -> Any:
    """`event_source`: in whose name its events are published; None: nobody is told."""
    state = context.get_state()
    record = EnvironmentRecord.from_wire(state) if state else None
    if context.operation in QUESTIONS:
        question, unknown = QUESTIONS[context.operation]
        return question(record, value) if record else unknown
    changed = _change(context.operation, record, value)
    if changed is None:
        return False
    context.set_state(changed.to_wire())
    log_change(record, changed)
    if event_source:
        _schedule_news(context, record, changed, event_source)
    return True


def _change(
    operation: str, record: EnvironmentRecord | None, value: Any
) -> EnvironmentRecord | None:
    if operation == "start_operation":
        at = datetime.fromisoformat(value["at"])
        return start_operation(record, OperationRequest.from_wire(value["request"]), at)
    if operation not in CHANGES:
        raise ValueError(f"the entity 'environment' has no operation '{operation}'")
    return CHANGES[operation](record, value) if record else None


def _schedule_news(
    context: EntityContext,
    before: EnvironmentRecord | None,
    after: EnvironmentRecord,
    event_source: str,
) -> None:
    """State and action commit together, so that no change is untold and none is told alone."""
    news = derive_event(before, after, event_source)
    if news:
        context.schedule_new_orchestration(
            names.DELIVER_EVENT, news.to_wire(), instance_id=news.event.id
        )
