"""How operations start on an environment's record."""

from collections.abc import Sequence
from datetime import datetime

from domain.environment.approval import ApprovalState, ApprovedPlan
from domain.environment.failures import approval_overtaken
from domain.environment.gpu_usage import GpuUsage
from domain.environment.health import Health
from domain.environment.idle_notes import IdleNotes
from domain.environment.lifetime import past_after
from domain.environment.operation import Operation, OperationKind, Step
from domain.environment.operation_request import (
    BRING_A_SPEC,
    BUILDS,
    IdempotencyRecord,
    OperationRequest,
)
from domain.environment.phases import Phase, can_move
from domain.environment.pinned_image import find_image_warnings
from domain.environment.record import NOTHING_BUILT, EnvironmentRecord
from domain.environment.started_versions import keep_former, versions_after_start
from domain.environment.step_keys import StepKey
from domain.environment.steps import (
    plan_delete_steps,
    plan_provision_steps,
    plan_scale_down_steps,
    plan_wake_steps,
    with_dns_steps,
    with_identity_steps,
    with_shift_steps,
)
from domain.environment.transitions import add_event
from domain.outcomes import Status
from domain.spec.role_access import GrantedRole

KEPT_OPERATIONS = 10
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
    if record and known and known.was_never_begun:
        return _begin_approved(record, request, at, known)
    if record and known:
        is_same = (known.kind, record.spec) == (request.kind, request.spec)
        return record if is_same and not known.has_ended else None
    if record and not _may_start(record, request):
        return None
    record = withdraw_waiting(prepare_record(record, request, at), at, request.operation_id)
    started = build_operation(request, at, record.phase)
    operations = (*record.operations, started)[-KEPT_OPERATIONS:]
    return _started(record, request, at, operations, with_request(record, request))


def prepare_record(
    record: EnvironmentRecord | None, request: OperationRequest, at: datetime
) -> EnvironmentRecord:
    if record is None:
        return _new_record(request, at)
    return _recreated(record, at) if record.phase is Phase.DELETED else record


def withdraw_waiting(
    record: EnvironmentRecord, at: datetime, overtaken_by: str = ""
) -> EnvironmentRecord:
    """The record without an operation that waits: another one has come before it."""
    waiting = [o for o in record.operations if o.approval and o.status is Status.NOT_STARTED]
    if not waiting:
        return record
    ended = {
        operation.id: operation.model_copy(
            update={
                "status": Status.CANCELED,
                "last_action_at": at,
                "failure": approval_overtaken(overtaken_by) if overtaken_by else None,
                "approval": operation.approval
                and operation.approval.model_copy(
                    update={"state": ApprovalState.WITHDRAWN, "decided_at": at}
                ),
            }
        )
        for operation in waiting
    }
    operations = tuple(ended.get(o.id, o) for o in record.operations)
    return record.model_copy(update={"operations": operations})


def _begin_approved(
    record: EnvironmentRecord, request: OperationRequest, at: datetime, known: Operation
) -> EnvironmentRecord | None:
    """Only if nothing has happened since it was requested: no other operation has its number."""
    approval = known.approval
    is_approved = approval is not None and approval.state is ApprovalState.APPROVED
    is_next = record.sequence == request.sequence and not known.has_ended
    if not (is_approved and is_next and can_move(record.phase, STARTING_PHASE[request.kind])):
        return None
    started = build_operation(request, at, known.phase_before or record.phase)
    started = started.model_copy(
        update={"created_at": known.created_at, "approval": known.approval}
    )
    operations = tuple(started if o.id == known.id else o for o in record.operations)
    demand = request.approval
    approved = demand and ApprovedPlan(
        spec_digest=demand.spec_digest, usd_per_month=demand.usd_per_month
    )
    record = record.model_copy(update={"approved": approved})
    return _started(record, request, at, operations, record.requests)


def _started(
    record: EnvironmentRecord,
    request: OperationRequest,
    at: datetime,
    operations: tuple[Operation, ...],
    requests: tuple[IdempotencyRecord, ...],
) -> EnvironmentRecord:
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
            "created_at": at if record.was_never_begun else record.created_at,
            "versions": versions_after_start(record, request, at),
            "former": keep_former(record, request),
            **({"image": request.image} if request.rollback else {}),
            "operations": operations,
            "requests": requests,
        }
    )
    return add_event(
        record,
        at,
        "OperationStarted",
        _describe_start(request),
        operation_id=request.operation_id,
        actor=request.requested_by,
        evidence=request.rollback and request.rollback.to_wire(),
    )


def _describe_start(request: OperationRequest) -> str:
    rollback = request.rollback
    return f"{request.kind} started" + (f", a {rollback.describe()}" if rollback else "")


def _idle_notes_after(record: EnvironmentRecord, kind: OperationKind) -> IdleNotes:
    """A wake clears the off-hours flag; a later scale-down may be manual."""
    if kind is not OperationKind.WAKE:
        return record.idle_notes
    return record.idle_notes.model_copy(update={"slept_for_off_hours": False})


def with_request(
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
        phase=Phase.AWAITING_APPROVAL if request.approval else STARTING_PHASE[request.kind],
        spec=request.spec,
        sequence=0,
        generation=0,
        revision=0,
        created_at=at,
        updated_at=at,
    )


def _recreated(record: EnvironmentRecord, at: datetime) -> EnvironmentRecord:
    """A deleted environment's name is used again: operations, requests and costs stay."""
    fresh = {
        "created_at": at,
        "first_sequence": record.sequence + 1,
        "events": (),
        "gpu_usage": GpuUsage(),
        "past_days": past_after(record),
    }
    return record.model_copy(update={**NOTHING_BUILT, **fresh})


def build_operation(request: OperationRequest, at: datetime, phase_before: Phase) -> Operation:
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
        stamp=request.stamp,
        phase_before=phase_before,
        rollback=request.rollback,
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
    steps = with_identity_steps(steps, *access)
    if request.former and request.spec.update:
        steps = with_shift_steps(steps, request.regions, request.spec.update.weights())
    return steps
