"""Opens and closes operations on the record, and lists the resources that remain."""

from datetime import timedelta
from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.arm.pacing import decide_read_delay
from domain.durable.inputs import OperationRef, RemainingResourcesInput
from domain.durable.names import ActivityName
from domain.environment.failures import remaining_resources_unknown
from domain.environment.operation_request import OperationRequest
from domain.environment.record import OperationEnd
from orchestrators.activity_calls import call_activity
from orchestrators.approval_steps import await_approval
from orchestrators.operation_context import OperationContext, Steps, utc_now
from orchestrators.waiting import sleep_unless_canceled

RETRY_LISTING_SECONDS = 15.0


def open_operation(
    context: OrchestrationContext, request: OperationRequest, timeout: float
) -> Steps[OperationContext | None]:
    """The recorded operation, once it is approved; None if it was not, or if the record has moved
    on without it."""
    timeout += request.further_offers * deadlines.ANOTHER_OFFER
    timeout += deadlines.further_startup(request.startup_minutes)
    timeout += _time_beside(request)
    operation = OperationContext.open(
        context,
        OperationRef(
            environment=request.spec.name,
            operation_id=request.operation_id,
            deadline=utc_now(context) + timedelta(seconds=timeout),
        ),
    )
    if request.approval:
        if not (yield from await_approval(operation, request, request.approval)):
            return None
        operation = operation.begun_now(timeout)
    accepted = yield from operation.environment.start_operation(request, operation.now)
    return operation if accepted else None


def _time_beside(request: OperationRequest) -> float:
    update, workload = request.spec.update, request.spec.workload
    if request.former is None or update is None:
        return 0
    beside = deadlines.beside(
        len(update.weights()), update.watched_minutes, workload.termination_grace_seconds
    )
    return beside + deadlines.further_startup(workload.rollout_minutes)


def find_regions(operation: OperationContext, request: OperationRequest) -> Steps[tuple[str, ...]]:
    """Where the cells are now: an operation may have moved them."""
    if not request.spec.placement.regions:
        return request.regions
    return (yield from operation.environment.get_regions())


def close_operation(operation: OperationContext, end: OperationEnd) -> Steps[dict[str, Any]]:
    """Records the end before the orchestration itself ends."""
    yield from operation.environment.end_operation(end)
    return end.outcome.to_wire()


def close_with_remaining(
    operation: OperationContext, request: OperationRequest, end: OperationEnd
) -> Steps[dict[str, Any]]:
    """Closes the operation; after a failure the record lists what Azure still has."""
    if not end.outcome.is_success:
        remaining = yield from list_remaining(operation, request)
        unknown = (
            () if remaining is not None else (remaining_resources_unknown(request.spec.name),)
        )
        listed = {"at": operation.now, "remaining": remaining or (), "warnings": unknown}
        end = end.model_copy(update=listed)
    return (yield from close_operation(operation, end))


def list_remaining(
    operation: OperationContext, request: OperationRequest
) -> Steps[tuple[str, ...] | None]:
    """Ids of the environment's resources that Azure still lists; None if the listing failed."""
    value = RemainingResourcesInput(
        operation_id=request.operation_id,
        environment=request.spec.name,
        regions=request.all_regions,
        granted_roles=request.all_granted_roles or None,
    ).to_wire()
    limit = operation.now + timedelta(seconds=deadlines.REMAINING_RESOURCES)
    attempt = 0
    while True:
        attempt += 1
        outcome = yield from call_activity(operation, ActivityName.LIST_REMAINING_RESOURCES, value)
        if outcome.is_success:
            return tuple(outcome.result["resourceIds"])
        if not outcome.is_worth_retrying or operation.now >= limit:
            return None
        key = f"{request.operation_id} {operation.now}"
        delay = decide_read_delay(outcome, RETRY_LISTING_SECONDS, key, attempt)
        if not (yield from sleep_unless_canceled(operation, delay)):
            return None
