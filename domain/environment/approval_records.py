"""How an environment's record changes while an operation waits for approval.

A creation waits in the phase AwaitingApproval. A change of a live environment leaves it as it is:
the operation is on record, but not active, and the first other operation overtakes it.
"""

from datetime import datetime, timedelta
from typing import Any

from domain.environment.approval import (
    Approval,
    ApprovalDecision,
    ApprovalState,
)
from domain.environment.failures import (
    approval_rejected,
    approval_timed_out,
)
from domain.environment.operation import Operation, OperationKind
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase, can_move
from domain.environment.record import EnvironmentRecord
from domain.environment.starts import (
    KEPT_OPERATIONS,
    STARTING_PHASE,
    build_operation,
    prepare_record,
    start_operation,
    with_request,
    withdraw_waiting,
)
from domain.environment.transitions import add_event
from domain.outcomes import Failure, Status

DECISION_EVENTS = {
    ApprovalState.APPROVED: ("ApprovalGranted", "approved"),
    ApprovalState.REJECTED: ("ApprovalRejected", "rejected"),
    ApprovalState.TIMED_OUT: ("ApprovalTimedOut", "not approved in time"),
    ApprovalState.WITHDRAWN: ("ApprovalWithdrawn", "withdrawn"),
}
"""Type of the timeline's entry, and what its text says."""


def begin_on_record(
    record: EnvironmentRecord | None, request: OperationRequest, at: datetime
) -> EnvironmentRecord | None:
    """The record as it is once the operation's orchestration has reached it first."""
    if request.approval:
        return request_approval(record, request, at)
    return start_operation(record, request, at)


def request_approval(
    record: EnvironmentRecord | None, request: OperationRequest, at: datetime
) -> EnvironmentRecord | None:
    """The record with the operation waiting; None if it may not begin any more. Idempotent."""
    demand = request.approval
    known = record.find_operation(request.operation_id) if record else None
    if record and known:
        return None if known.has_ended else record
    if demand is None or not _may_wait(record, request):
        return None
    record = withdraw_waiting(prepare_record(record, request, at), at)
    before = Phase.AWAITING_APPROVAL if record.was_never_begun else record.phase
    waiting = build_operation(request, at, before).model_copy(
        update={
            "status": Status.NOT_STARTED,
            "approval": Approval(
                demand=demand,
                request_digest=request.digest,
                requested_at=at,
                deadline=at + timedelta(hours=demand.deadline_hours),
            ),
        }
    )
    changes: dict[str, Any] = {
        "sequence": request.sequence,
        "operations": (*record.operations, waiting)[-KEPT_OPERATIONS:],
        "requests": with_request(record, request),
    }
    if request.kind is OperationKind.PROVISION:
        changes |= {
            "phase": Phase.AWAITING_APPROVAL,
            "spec": request.spec,
            "active_operation": request.operation_id,
            "failure": None,
        }
    return add_event(
        record.model_copy(update=changes),
        at,
        "ApprovalRequested",
        f"{request.kind} waits for approval: {' '.join(demand.reasons)}",
        operation_id=request.operation_id,
        actor=request.requested_by,
    )


def remind_of_approval(
    record: EnvironmentRecord, operation_id: str, at: datetime
) -> EnvironmentRecord | None:
    operation = record.find_operation(operation_id)
    if operation is None or not operation.is_waiting or operation.approval is None:
        return None
    message = f"{operation.kind} waits for approval until {operation.approval.deadline}"
    return add_event(record, at, "ApprovalReminder", message, operation_id=operation_id)


def decide_approval(
    record: EnvironmentRecord, decision: ApprovalDecision
) -> EnvironmentRecord | None:
    """The record with the answer; None if the operation does not wait any more."""
    operation = record.find_operation(decision.operation_id)
    if operation is None or not operation.is_waiting or operation.approval is None:
        return None
    answered = operation.approval.model_copy(
        update={
            "state": decision.state,
            "decided_by": decision.actor,
            "decided_at": decision.at,
            "reason": decision.reason,
        }
    )
    changes: dict[str, Any] = {"approval": answered, "last_action_at": decision.at}
    failure = _find_failure(decision)
    if decision.state is not ApprovalState.APPROVED:
        changes |= {"status": Status.CANCELED, "failure": failure}
        record = _without_active(record, operation, failure)
    operations = tuple(
        o.model_copy(update=changes) if o.id == operation.id else o for o in record.operations
    )
    event, word = DECISION_EVENTS[decision.state]
    reason = f": {decision.reason}" if decision.reason else ""
    return add_event(
        record.model_copy(update={"operations": operations}),
        decision.at,
        event,
        f"{operation.kind} {word}{reason}",
        operation_id=operation.id,
        actor=decision.actor,
    )


def _may_wait(record: EnvironmentRecord | None, request: OperationRequest) -> bool:
    if record is None:
        return True
    if request.sequence <= record.sequence:
        return False
    is_creation = request.kind is OperationKind.PROVISION
    target = Phase.AWAITING_APPROVAL if is_creation else STARTING_PHASE[request.kind]
    return can_move(record.phase, target)


def _without_active(
    record: EnvironmentRecord, operation: Operation, failure: Failure | None
) -> EnvironmentRecord:
    """A creation that is not approved ends canceled; a live environment stays as it is."""
    if record.active_operation != operation.id:
        return record
    changes = {"phase": Phase.CANCELED, "active_operation": None, "failure": failure}
    return record.model_copy(update=changes)


def _find_failure(decision: ApprovalDecision) -> Failure | None:
    """None if it was canceled: that is no failure of anything."""
    match decision.state:
        case ApprovalState.REJECTED:
            return approval_rejected(decision.reason or "")
        case ApprovalState.TIMED_OUT:
            return approval_timed_out()
        case _:
            return None
