"""Reports a step's progress to the environment's record, without waiting for it."""

from domain.environment.operation import StepChange
from domain.environment.record import RecordWarning
from domain.environment.step_keys import StepKey
from domain.outcomes import Failure, Outcome, Status
from orchestrators.operation_context import OperationContext


def report_step(
    operation: OperationContext,
    step: StepKey,
    status: Status,
    *,
    detail: str | None = None,
    resource_id: str | None = None,
    failure: Failure | None = None,
) -> None:
    operation.environment.signal_step(
        StepChange(
            operation_id=operation.ref.operation_id,
            step=step.name,
            status=status,
            at=operation.now,
            detail=detail,
            resource_id=resource_id,
            failure=failure,
        )
    )


def report_step_result(operation: OperationContext, step: StepKey, outcome: Outcome) -> None:
    report_step(operation, step, outcome.status, failure=outcome.failure)


def report_warnings(operation: OperationContext, outcome: Outcome) -> None:
    """The record keeps each of them once, however often a step is attempted."""
    for warning in outcome.warnings or ():
        operation.environment.signal_warning(
            RecordWarning(
                operation_id=operation.ref.operation_id, at=operation.now, warning=warning
            )
        )
