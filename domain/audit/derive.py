"""The record of a change that an environment's record shows.

It is sent together with the change, so that no operation begins without its entry: a request whose
process ends before it can write one has left its stamp with the operation.
"""

from domain.audit.record import AuditDecision, AuditRecord, build_record
from domain.environment.call_stamp import Door
from domain.environment.operation import Operation
from domain.environment.record import EnvironmentRecord, TimelineEvent
from domain.wire import format_time

OPERATION_STARTED = "OperationStarted"
SWEEP_EVENTS = frozenset(
    {
        "IdleWarned",
        "IdleWarningWithdrawn",
        "IdleScaledToZero",
        "GpuCostStopped",
        "IdleDeleted",
        "RepairStarted",
        "OffHoursOver",
        "ExpiryWarned",
        "Expired",
        "WakeRequested",
        "BudgetWarned",
        "BudgetScaledDown",
        "ApprovalTimedOut",
        "FailedCreationDeleted",
    }
)
"""Types of the timeline's entries for what Gridplane does by itself."""


def derive_audit(before: EnvironmentRecord | None, after: EnvironmentRecord) -> AuditRecord | None:
    """None if the change was not requested, such as progress of an operation."""
    latest = after.events[-1]
    if before and before.events[-1:] == (latest,):
        return None
    if latest.type == OPERATION_STARTED and latest.operation_id:
        operation = after.find_operation(latest.operation_id)
        return _of_start(after, operation, latest) if operation else None
    return _of_sweep(after, latest) if latest.type in SWEEP_EVENTS else None


def _of_start(
    record: EnvironmentRecord, operation: Operation, latest: TimelineEvent
) -> AuditRecord:
    if operation.stamp:
        return build_record(
            operation.stamp,
            AuditDecision.ACCEPTED,
            environment=record.name,
            cost_center=record.spec.cost_center,
            operation_id=operation.id,
        )
    started = _of_sweep(record, latest)
    return started.model_copy(
        update={
            "id": operation.id,
            "action": str(operation.kind),
            "actor": operation.requested_by,
            "detail": None,
        }
    )


def _of_sweep(record: EnvironmentRecord, latest: TimelineEvent) -> AuditRecord:
    return AuditRecord(
        id=f"{record.name}.{latest.type}.{format_time(latest.at)}",
        at=latest.at,
        door=Door.SWEEP,
        action=latest.type,
        decision=AuditDecision.ACCEPTED,
        detail=latest.message,
        actor=latest.actor,
        environment=record.name,
        cost_center=record.spec.cost_center,
        operation_id=latest.operation_id,
    )
