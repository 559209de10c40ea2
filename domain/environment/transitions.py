"""How an environment's record changes while operations run and when they end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.environment.applied_spec import applied_after
from domain.environment.failures import OPERATION_ABORTED
from domain.environment.gpu_observations import (
    saved_until_end,
    spent_until_end,
    usage_after_end,
    usage_after_step,
)
from domain.environment.gpu_usage_views import describe_costs
from domain.environment.kept_pool import KeptPool
from domain.environment.operation import (
    Operation,
    Step,
    StepChange,
    change_step,
    has_changed_nothing,
)
from domain.environment.operation_request import (
    BRING_A_SPEC,
    BUILDS,
    GET_NODES,
)
from domain.environment.phases import AT_REST, IN_MOTION, Phase, can_move
from domain.environment.record import (
    CellState,
    EnvironmentRecord,
    OperationEnd,
    RecordWarning,
    TimelineEvent,
)
from domain.environment.restored_version import restore_former
from domain.environment.versions import end_version, with_present_built
from domain.outcomes import Outcome, Status

KEPT_EVENTS = 200


def record_step(record: EnvironmentRecord, change: StepChange) -> EnvironmentRecord:
    """The record with a step's progress; a change of its status goes on the timeline."""
    operation = record.find_operation(change.operation_id)
    if operation is None or operation.has_ended:
        return record
    changed = change_step(operation, change)
    usage = usage_after_step(record, operation, change)
    record = with_operation(record, changed).model_copy(update={"gpu_usage": usage})
    if _statuses(operation) == _statuses(changed):
        return record.model_copy(update=touch(record, change.at))
    message = f"{change.step}: {change.status}"
    if change.failure:
        message += f" ({change.failure.reason}: {change.failure.message})"
    elif change.detail:
        message += f" ({change.detail})"
    return add_event(record, change.at, "StepChanged", message, operation_id=change.operation_id)


def keep_pool(record: EnvironmentRecord, region: str, kept: KeptPool) -> EnvironmentRecord:
    """The record with a pool's settings kept: the first ones, until a wake has restored them."""
    if region in record.kept_pools:
        return record
    return record.model_copy(update={"kept_pools": {**record.kept_pools, region: kept}})


def decide_end_phase(outcome: Outcome, on_success: Phase) -> Phase:
    """The phase after an operation. One that was canceled in Azure has failed its environment."""
    if outcome.is_success:
        return on_success
    canceled_here = outcome.status is Status.CANCELED and outcome.failure is None
    return Phase.CANCELED if canceled_here else Phase.FAILED


def decide_phase_after(operation: Operation, end: OperationEnd) -> Phase:
    """The phase before an operation that did not succeed and has changed nothing.

    An operation that brings a specification has changed that; one that was under way before a
    deletion was canceled by it.
    """
    before, failure = operation.phase_before, end.outcome.failure
    is_aborted = failure is not None and failure.reason == OPERATION_ABORTED
    if end.outcome.is_success or is_aborted or operation.kind in BRING_A_SPEC:
        return end.phase
    if before is None or before in IN_MOTION or not has_changed_nothing(operation):
        return end.phase
    return before


def end_operation(record: EnvironmentRecord, end: OperationEnd) -> EnvironmentRecord:
    """The record with the operation ended; only the active operation moves the phase."""
    operation = record.find_operation(end.operation_id)
    if operation is None or operation.has_ended:
        return record
    status, failure = end.outcome.status, end.outcome.failure
    usage = usage_after_end(record, operation.kind, end)
    ended = operation.model_copy(
        update={
            "status": status,
            "last_action_at": end.at,
            "failure": failure,
            "steps": _closed_steps(operation.steps, end),
            "warnings": (*operation.warnings, *end.warnings),
            "gpu_spending": spent_until_end(operation.kind, usage, end),
            "gpu_saving": saved_until_end(operation.kind, usage, end),
        }
    )
    applied = applied_after(record.applied, operation, record.spec, end.outcome)
    versions = end_version(record.versions, operation.id, status, record.image)
    if end.outcome.is_success and operation.kind in GET_NODES:
        versions = with_present_built(versions, record.image)
    changes: dict[str, Any] = {
        "applied": applied,
        "gpu_usage": usage,
        "versions": versions,
    }
    if end.outcome.is_success and operation.kind in BUILDS:
        changes["granted_roles"] = record.spec.granted_roles
    record = with_operation(record, ended).model_copy(update=changes)
    record = _restored(record, end)
    end = end.model_copy(update={"phase": decide_phase_after(operation, end)})
    if record.active_operation == end.operation_id and can_move(record.phase, end.phase):
        record = _moved(record, end)
    message = f"{operation.kind} {status}" + (f": {failure.message}" if failure else "")
    message += describe_costs(ended.gpu_spending, ended.gpu_saving)
    return add_event(record, end.at, f"Operation{status}", message, operation_id=end.operation_id)


def _restored(record: EnvironmentRecord, end: OperationEnd) -> EnvironmentRecord:
    changes = restore_former(record, end)
    record = record.model_copy(update=changes)
    if "versions" not in changes:
        return record
    restored = record.versions[-1]
    rollback, is_asked = restored.rollback, end.outcome.status is Status.CANCELED
    said = rollback.describe() if rollback else ""
    return add_event(
        record,
        end.at,
        "RolledBack",
        said if is_asked else f"automatic {said}",
        operation_id=end.operation_id,
        evidence=rollback and rollback.to_wire(),
        actor=restored.requested_by,
    )


def record_warning(record: EnvironmentRecord, warned: RecordWarning) -> EnvironmentRecord:
    """The record with the warning on its timeline, and on the operation if it is about one.

    The phase and the operation's status stay: a warning fails nothing. A standing one is recorded
    once while it holds.
    """
    if warned.is_standing:
        if warned.warning in record.warnings:
            return record
        record = record.model_copy(update={"warnings": (*record.warnings, warned.warning)})
    operation = record.find_operation(warned.operation_id) if warned.operation_id else None
    if operation:
        if warned.warning in operation.warnings:
            return record
        warnings = (*operation.warnings, warned.warning)
        record = with_operation(record, operation.model_copy(update={"warnings": warnings}))
    return add_event(
        record,
        warned.at,
        warned.warning.code,
        f"{warned.warning.target}: {warned.warning.message}",
        operation_id=operation.id if operation else None,
    )


def add_event(
    record: EnvironmentRecord,
    at: datetime,
    event_type: str,
    message: str,
    *,
    operation_id: str | None = None,
    evidence: dict[str, Any] | None = None,
    actor: str | None = None,
) -> EnvironmentRecord:
    """The record with another event on its timeline."""
    event = TimelineEvent(
        at=at,
        type=event_type,
        message=message,
        operation_id=operation_id,
        evidence=evidence,
        actor=actor,
    )
    events = (*record.events, event)[-KEPT_EVENTS:]
    return record.model_copy(update={"events": events, **touch(record, at)})


def touch(record: EnvironmentRecord, at: datetime) -> dict[str, Any]:
    """What changes with every change of a record."""
    return {"revision": record.revision + 1, "updated_at": at}


def _moved(record: EnvironmentRecord, end: OperationEnd) -> EnvironmentRecord:
    return record.model_copy(
        update={
            "phase": end.phase,
            "active_operation": None,
            "failure": end.outcome.failure,
            "endpoint": end.endpoint or record.endpoint,
            "cells": _with_cells(record, end.cells),
            "remaining": () if end.phase in AT_REST else end.remaining,
            "kept_pools": {} if end.phase is Phase.READY else record.kept_pools,
        }
    )


def _closed_steps(steps: Sequence[Step], end: OperationEnd) -> tuple[Step, ...]:
    """A step that is still running on the record ends with its operation.

    After a success its own report is merely late; otherwise the step was abandoned. A step that
    never began was not needed for a success: its cell was built by another attempt.
    """
    ended: dict[str, Any] = {"status": Status.CANCELED, "ended_at": end.at}
    if end.outcome.is_success:
        ended |= {"status": Status.SUCCEEDED, "failure": None}
        steps = [step for step in steps if step.status is not Status.NOT_STARTED]
    return tuple(
        step.model_copy(update=ended) if step.status is Status.RUNNING else step for step in steps
    )


def _with_cells(record: EnvironmentRecord, changed: Sequence[CellState]) -> tuple[CellState, ...]:
    """An operation that failed in one region reports nothing about the cell there."""
    by_region = {cell.region: cell for cell in (*record.cells, *changed)}
    return tuple(cell for region, cell in by_region.items() if region in record.regions)


def with_operation(record: EnvironmentRecord, operation: Operation) -> EnvironmentRecord:
    operations = tuple(operation if o.id == operation.id else o for o in record.operations)
    return record.model_copy(update={"operations": operations})


def _statuses(operation: Operation) -> list[Status]:
    return [step.status for step in operation.steps]
