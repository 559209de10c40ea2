"""How an environment's record changes: operations start, report steps and end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.environment.idle_notes import IdleNotes
from domain.environment.kept_pool import KeptPool
from domain.environment.operation import (
    Operation,
    OperationKind,
    OperationStatus,
    Step,
    StepChange,
    change_step,
    status_of,
)
from domain.environment.operation_request import BRING_A_SPEC, IdempotencyRecord, OperationRequest
from domain.environment.phases import Phase, is_allowed
from domain.environment.record import CellState, EnvironmentRecord, Event, OperationEnd
from domain.environment.steps import (
    plan_delete_steps,
    plan_provision_steps,
    plan_scale_down_steps,
    plan_wake_steps,
)

KEPT_OPERATIONS = 10


KEPT_EVENTS = 200


KEPT_REQUESTS = 50
"""A repetition comes minutes after the first; this many take days."""


STARTING_PHASE = {
    OperationKind.PROVISION: Phase.PROVISIONING,
    OperationKind.UPDATE: Phase.UPDATING,
    OperationKind.DELETE: Phase.DELETING,
    OperationKind.SCALE_DOWN: Phase.UPDATING,
    OperationKind.WAKE: Phase.WAKING,
}


PLANS = {
    OperationKind.PROVISION: plan_provision_steps,
    OperationKind.UPDATE: plan_provision_steps,
    OperationKind.DELETE: plan_delete_steps,
    OperationKind.SCALE_DOWN: plan_scale_down_steps,
    OperationKind.WAKE: plan_wake_steps,
}


def start_operation(
    record: EnvironmentRecord | None, request: OperationRequest, at: datetime
) -> EnvironmentRecord | None:
    """The record with the operation begun, or None if the record has moved on without it.

    Telling it twice changes nothing: a running operation that is known is left as it is.
    """
    known = record.find_operation(request.operation_id) if record else None
    if known:
        return None if known.has_ended else record
    if record is None:
        record = _new_record(request, at)
    elif not _may_start(record, request):
        return None
    elif record.phase is Phase.DELETED:
        record = record.model_copy(
            update={
                "endpoint": None,
                "cells": (),
                "kept_pools": {},
                "idle_notes": IdleNotes(),
                "created_at": at,
                "events": (),
            }
        )
    record = record.model_copy(
        update={
            "phase": STARTING_PHASE[request.kind],
            "spec": request.spec,
            "sequence": request.sequence,
            "generation": record.generation + (request.kind in BRING_A_SPEC),
            "active_operation": request.operation_id,
            "failure": None,
            "remaining": (),
            "idle_notes": _notes_after(record, request.kind),
            "operations": (*record.operations, _new_operation(request, at))[-KEPT_OPERATIONS:],
            "requests": _with_request(record, request),
        }
    )
    return _noted(record, at, "OperationStarted", f"{request.kind} started", request.operation_id)


def record_step(record: EnvironmentRecord, change: StepChange) -> EnvironmentRecord:
    """The record with a step's news; the timeline gets a line when the step's status changes."""
    operation = record.find_operation(change.operation_id)
    if operation is None or operation.has_ended:
        return record
    changed = change_step(operation, change)
    record = _with_operation(record, changed)
    if _statuses(operation) == _statuses(changed):
        return record.model_copy(update=_touch(record, change.at))
    message = f"{change.step}: {change.status}"
    if change.failure:
        message += f" ({change.failure.reason}: {change.failure.message})"
    elif change.detail:
        message += f" ({change.detail})"
    return _noted(record, change.at, "StepChanged", message, change.operation_id)


def keep_pool(record: EnvironmentRecord, region: str, kept: KeptPool) -> EnvironmentRecord:
    """The record with a pool's settings kept: the first ones, until a wake went back to them."""
    if region in record.kept_pools:
        return record
    return record.model_copy(update={"kept_pools": {**record.kept_pools, region: kept}})


def end_operation(record: EnvironmentRecord, end: OperationEnd) -> EnvironmentRecord:
    """The record with the operation ended; only the active operation moves the phase."""
    operation = record.find_operation(end.operation_id)
    if operation is None or operation.has_ended:
        return record
    status = status_of(end.outcome)
    ended = operation.model_copy(
        update={
            "status": status,
            "last_action_at": end.at,
            "failure": end.outcome.failure,
            "steps": _closed_steps(operation.steps, end),
        }
    )
    record = _with_operation(record, ended)
    message = f"{operation.kind} {status}"
    if end.outcome.failure:
        message += f": {end.outcome.failure.message}"
    if record.active_operation == end.operation_id and is_allowed(record.phase, end.phase):
        record = record.model_copy(
            update={
                "phase": end.phase,
                "active_operation": None,
                "failure": end.outcome.failure,
                "endpoint": end.endpoint or record.endpoint,
                "cells": _with_cells(record.cells, end.cells),
                "remaining": end.remaining,
                "kept_pools": {} if end.phase is Phase.READY else record.kept_pools,
            }
        )
    return _noted(record, end.at, f"Operation{status}", message, end.operation_id)


def note_event(
    record: EnvironmentRecord,
    at: datetime,
    event_type: str,
    message: str,
    *,
    operation_id: str | None = None,
    evidence: dict[str, Any] | None = None,
) -> EnvironmentRecord:
    """The record with another line on its timeline."""
    event = Event(
        at=at, type=event_type, message=message, operation_id=operation_id, evidence=evidence
    )
    events = (*record.events, event)[-KEPT_EVENTS:]
    return record.model_copy(update={"events": events, **_touch(record, at)})


def _notes_after(record: EnvironmentRecord, kind: OperationKind) -> IdleNotes:
    """Whoever wakes it ends the sleep for off hours; the next one may be somebody's wish."""
    if kind is not OperationKind.WAKE:
        return record.idle_notes
    return record.idle_notes.model_copy(update={"slept_for_off_hours": False})


def _with_request(
    record: EnvironmentRecord, request: OperationRequest
) -> tuple[IdempotencyRecord, ...]:
    if request.request_id is None:
        return record.requests
    taken = IdempotencyRecord(
        id=request.request_id, operation_id=request.operation_id, digest=request.digest
    )
    return (*record.requests, taken)[-KEPT_REQUESTS:]


def _may_start(record: EnvironmentRecord, request: OperationRequest) -> bool:
    return request.sequence > record.sequence and is_allowed(
        record.phase, STARTING_PHASE[request.kind]
    )


def _new_record(request: OperationRequest, at: datetime) -> EnvironmentRecord:
    return EnvironmentRecord(
        name=request.spec.name,
        phase=STARTING_PHASE[request.kind],
        spec=request.spec,
        sequence=0,
        generation=0,
        revision=0,
        created_at=at,
        updated_at=at,
    )


def _new_operation(request: OperationRequest, at: datetime) -> Operation:
    plan = PLANS[request.kind]
    return Operation(
        id=request.operation_id,
        kind=request.kind,
        environment=request.spec.name,
        status=OperationStatus.RUNNING,
        created_at=at,
        last_action_at=at,
        steps=tuple(Step(name=name) for name in plan(request.spec.regions)),
        traceparent=request.traceparent,
    )


def _closed_steps(steps: Sequence[Step], end: OperationEnd) -> tuple[Step, ...]:
    """A step that still runs on the record shares the fate of its operation.

    After success its own news is merely late; otherwise it was given up.
    """
    fate = OperationStatus.SUCCEEDED if end.outcome.is_success else OperationStatus.CANCELED
    return tuple(
        step.model_copy(update={"status": fate, "ended_at": end.at})
        if step.status is OperationStatus.RUNNING
        else step
        for step in steps
    )


def _with_cells(known: Sequence[CellState], changed: Sequence[CellState]) -> tuple[CellState, ...]:
    """An operation that failed in one region tells nothing about the cell there."""
    by_region = {cell.region: cell for cell in (*known, *changed)}
    return tuple(by_region.values())


def _with_operation(record: EnvironmentRecord, operation: Operation) -> EnvironmentRecord:
    operations = tuple(operation if o.id == operation.id else o for o in record.operations)
    return record.model_copy(update={"operations": operations})


def _statuses(operation: Operation) -> list[OperationStatus]:
    return [step.status for step in operation.steps]


def _touch(record: EnvironmentRecord, at: datetime) -> dict[str, Any]:
    return {"revision": record.revision + 1, "updated_at": at}


def _noted(
    record: EnvironmentRecord, at: datetime, event_type: str, message: str, operation_id: str
) -> EnvironmentRecord:
    return note_event(record, at, event_type, message, operation_id=operation_id)
