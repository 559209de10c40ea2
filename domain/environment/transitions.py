"""How an environment's record changes: operations start, report their steps and end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.environment.applied_spec import applied_after
from domain.environment.failures import OPERATION_ABORTED
from domain.environment.gpu_observations import (
    spent_until_end,
    usage_after_end,
    usage_after_step,
)
from domain.environment.gpu_usage import GpuUsage
from domain.environment.health import Health
from domain.environment.idle_notes import IdleNotes
from domain.environment.kept_pool import KeptPool
from domain.environment.operation import (
    Operation,
    OperationKind,
    Step,
    StepChange,
    change_step,
    has_changed_nothing,
)
from domain.environment.operation_request import (
    BRING_A_SPEC,
    BUILDS,
    IdempotencyRecord,
    OperationRequest,
)
from domain.environment.phases import AT_REST, IN_MOTION, Phase, can_move
from domain.environment.pinned_image import find_image_warnings
from domain.environment.record import (
    NOTHING_BUILT,
    CellState,
    EnvironmentRecord,
    OperationEnd,
    RecordWarning,
    TimelineEvent,
)
from domain.environment.step_keys import StepKey
from domain.environment.steps import (
    plan_delete_steps,
    plan_provision_steps,
    plan_scale_down_steps,
    plan_wake_steps,
    with_dns_steps,
    with_identity_steps,
)
from domain.outcomes import Outcome, Status
from domain.spec.role_access import GrantedRole

KEPT_OPERATIONS = 10
KEPT_EVENTS = 200
KEPT_REQUESTS = 50
"""Repeated requests arrive within minutes; this many last for days."""

STARTING_PHASE = {
    OperationKind.PROVISION: Phase.PROVISIONING,
    OperationKind.UPDATE: Phase.UPDATING,
    OperationKind.DELETE: Phase.DELETING,
    OperationKind.SCALE_DOWN: Phase.UPDATING,
    OperationKind.WAKE: Phase.WAKING,
    OperationKind.REPAIR: Phase.UPDATING,
}


def plan_steps(
    kind: OperationKind,
    regions: Sequence[str],
    roles: Sequence[GrantedRole] = (),
    records: str | None = None,
    *,
    has_private_origins: bool,
) -> tuple[StepKey, ...]:
    match kind:
        case OperationKind.PROVISION | OperationKind.UPDATE | OperationKind.REPAIR:
            return with_dns_steps(
                plan_provision_steps(regions, roles, has_private_origins=has_private_origins),
                records,
            )
        case OperationKind.DELETE:
            return plan_delete_steps(
                regions, roles, records, has_private_origins=has_private_origins
            )
        case OperationKind.SCALE_DOWN:
            return plan_scale_down_steps(regions)
        case OperationKind.WAKE:
            return plan_wake_steps(regions)


def start_operation(
    record: EnvironmentRecord | None, request: OperationRequest, at: datetime
) -> EnvironmentRecord | None:
    """The record with the operation started, or None if it may not start any more.

    Idempotent: an operation that is on record and runs is left as it is, and does not run on for
    another request under its id.
    """
    known = record.find_operation(request.operation_id) if record else None
    if record and known:
        is_same = (known.kind, record.spec) == (request.kind, request.spec)
        return record if is_same and not known.has_ended else None
    if record is None:
        record = _new_record(request, at)
    elif not _may_start(record, request):
        return None
    elif record.phase is Phase.DELETED:
        record = _recreated(record, at)
    started = _new_operation(request, at, record.phase)
    record = record.model_copy(
        update={
            "phase": STARTING_PHASE[request.kind],
            "spec": request.spec,
            "sequence": request.sequence,
            "generation": record.generation + (request.kind in BRING_A_SPEC),
            "active_operation": request.operation_id,
            "failure": None,
            "remaining": (),
            "warnings": (),
            "health": Health(since=at),
            "idle_notes": _idle_notes_after(record, request.kind),
            "granted_roles": request.all_granted_roles,
            "operations": (*record.operations, started)[-KEPT_OPERATIONS:],
            "requests": _with_request(record, request),
        }
    )
    return add_event(
        record,
        at,
        "OperationStarted",
        f"{request.kind} started",
        operation_id=request.operation_id,
    )


def record_step(record: EnvironmentRecord, change: StepChange) -> EnvironmentRecord:
    """The record with a step's progress; a change of its status goes on the timeline."""
    operation = record.find_operation(change.operation_id)
    if operation is None or operation.has_ended:
        return record
    changed = change_step(operation, change)
    usage = usage_after_step(record, operation, change)
    record = _with_operation(record, changed).model_copy(update={"gpu_usage": usage})
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
        }
    )
    applied = applied_after(record.applied, operation, record.spec, end.outcome)
    changes: dict[str, Any] = {"applied": applied, "gpu_usage": usage}
    if end.outcome.is_success and operation.kind in BUILDS:
        changes["granted_roles"] = record.spec.granted_roles
    record = _with_operation(record, ended).model_copy(update=changes)
    end = end.model_copy(update={"phase": decide_phase_after(operation, end)})
    if record.active_operation == end.operation_id and can_move(record.phase, end.phase):
        record = _moved(record, end)
    message = f"{operation.kind} {status}" + (f": {failure.message}" if failure else "")
    return add_event(record, end.at, f"Operation{status}", message, operation_id=end.operation_id)


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
        record = _with_operation(record, operation.model_copy(update={"warnings": warnings}))
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
) -> EnvironmentRecord:
    """The record with another event on its timeline."""
    event = TimelineEvent(
        at=at, type=event_type, message=message, operation_id=operation_id, evidence=evidence
    )
    events = (*record.events, event)[-KEPT_EVENTS:]
    return record.model_copy(update={"events": events, **touch(record, at)})


def touch(record: EnvironmentRecord, at: datetime) -> dict[str, Any]:
    """What changes with every change of a record."""
    return {"revision": record.revision + 1, "updated_at": at}


def _idle_notes_after(record: EnvironmentRecord, kind: OperationKind) -> IdleNotes:
    """A wake clears the off-hours flag; a later scale-down may be manual."""
    if kind is not OperationKind.WAKE:
        return record.idle_notes
    return record.idle_notes.model_copy(update={"slept_for_off_hours": False})


def _with_request(
    record: EnvironmentRecord, request: OperationRequest
) -> tuple[IdempotencyRecord, ...]:
    if request.request_id is None:
        return record.requests
    accepted = IdempotencyRecord(
        id=request.request_id, operation_id=request.operation_id, digest=request.digest
    )
    return (*record.requests, accepted)[-KEPT_REQUESTS:]


def _may_start(record: EnvironmentRecord, request: OperationRequest) -> bool:
    return request.sequence > record.sequence and can_move(
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


def _recreated(record: EnvironmentRecord, at: datetime) -> EnvironmentRecord:
    """A deleted environment's name is used again: operations, requests and daily costs stay."""
    usage = GpuUsage(days=record.gpu_usage.days)
    fresh = {"created_at": at, "events": (), "gpu_usage": usage}
    return record.model_copy(update={**NOTHING_BUILT, **fresh})


def _new_operation(request: OperationRequest, at: datetime, phase_before: Phase) -> Operation:
    return Operation(
        id=request.operation_id,
        kind=request.kind,
        environment=request.spec.name,
        status=Status.RUNNING,
        created_at=at,
        last_action_at=at,
        steps=tuple(Step(name=key.name) for key in _plan_steps(request)),
        warnings=find_image_warnings(request.spec) if request.kind in BRING_A_SPEC else (),
        requested_by=request.requested_by,
        traceparent=request.traceparent,
        phase_before=phase_before,
    )


def _plan_steps(request: OperationRequest) -> tuple[StepKey, ...]:
    workload, is_deletion = request.spec.workload, request.kind is OperationKind.DELETE
    certificate = request.spec.edge.origin_certificate
    roles = request.all_granted_roles if is_deletion else request.spec.granted_roles
    steps = plan_steps(
        request.kind,
        request.all_regions if is_deletion else request.regions,
        roles,
        certificate and certificate.records,
        has_private_origins=request.spec.edge.has_private_origins,
    )
    if request.kind not in BUILDS:
        return steps
    access = (workload.vault_access, workload.weights_access, certificate and certificate.access)
    return with_identity_steps(steps, *access)


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


def _with_operation(record: EnvironmentRecord, operation: Operation) -> EnvironmentRecord:
    operations = tuple(operation if o.id == operation.id else o for o in record.operations)
    return record.model_copy(update={"operations": operations})


def _statuses(operation: Operation) -> list[Status]:
    return [step.status for step in operation.steps]
