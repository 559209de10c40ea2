"""One ARM resource as one step of an operation: begin, wait, retry transient failures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from domain import deadlines
from domain.arm.aks_error_rules import CLUSTER_STOPPED
from domain.arm.operation_polling import THROTTLED, OperationProgress, is_outage
from domain.arm.pacing import decide_retry_delay
from domain.arm.resource_kinds import KINDS
from domain.durable.inputs import OperationWait, PoolInput, ResourceInput
from domain.durable.names import ActivityName, Orchestrator
from domain.environment.failures import gpu_cost_not_stopped
from domain.environment.record import RecordWarning
from domain.environment.step_keys import StepKey, stop_gpu_cost_step
from domain.environment.steps import PlannedResource
from domain.outcomes import Failure, Handle, Outcome, Status
from domain.placement.offers import Offer
from orchestrators.activity_calls import call_activity
from orchestrators.children import run_child
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.step_reports import report_step, report_step_result, report_warnings
from orchestrators.waiting import sleep_unless_canceled

_CREATIONS: Mapping[str, ActivityName] = {"privateLink": ActivityName.BEGIN_APPROVE_CONNECTION}
"""Connections are made by Front Door."""


@dataclass(frozen=True, slots=True)
class FirstInput:
    """What the first attempt of a step is called with."""

    value: Mapping[str, Any]
    until: datetime
    """From then it is as any other."""


def create_resource(
    operation: OperationContext,
    resource: PlannedResource,
    offer: Offer | None = None,
    *,
    new_until: datetime | None = None,
) -> Steps[Outcome]:
    """`new_until`: its group has nothing that is not this operation's, so that the first request
    that Azure takes is sent without a look; all others look."""
    value = _input(operation, resource, offer)
    timeout = KINDS[resource.kind].create_timeout
    if resource.awaits_cells:
        timeout += deadlines.FIRST_ORIGIN
    activity = _CREATIONS.get(resource.kind, ActivityName.BEGIN_RESOURCE)
    first = FirstInput({**value, "inNewGroup": True}, new_until) if new_until else None
    return run_step(operation, resource.step, activity, value, timeout, first=first)


def delete_resource(operation: OperationContext, resource: PlannedResource) -> Steps[Outcome]:
    value = _input(operation, resource)
    timeout = KINDS[resource.kind].delete_timeout
    return run_step(operation, resource.step, ActivityName.BEGIN_DELETE_RESOURCE, value, timeout)


def stop_gpu_cost(operation: OperationContext, regions: Sequence[str]) -> Steps[list[Outcome]]:
    """Scales GPU pools to zero after a failure, within a deadline of its own."""
    deadline = operation.now + timedelta(seconds=deadlines.EMPTY_GPU_POOL * len(regions))
    cleanup = replace(operation, ref=operation.ref_until(deadline))
    outcomes: list[Outcome] = []
    for region in regions:
        outcome = yield from empty_gpu_pool(cleanup, stop_gpu_cost_step(region), region)
        if outcome.failure and outcome.failure.reason == CLUSTER_STOPPED:
            outcome = Outcome.succeeded()  # a stopped cluster has no nodes
        outcomes.append(outcome)
        if outcome.failure:
            _warn_of_gpu_cost(operation, region, outcome.failure)
    return outcomes


def _warn_of_gpu_cost(operation: OperationContext, region: str, failure: Failure) -> None:
    ref = operation.ref
    warning = RecordWarning(
        operation_id=ref.operation_id,
        at=operation.now,
        warning=gpu_cost_not_stopped(ref.environment, region, failure),
        is_standing=True,
    )
    operation.environment.signal_warning(warning)


def empty_gpu_pool(
    operation: OperationContext,
    step: StepKey,
    region: str,
    *,
    once_begun: Callable[[], Steps[None]] | None = None,
) -> Steps[Outcome]:
    ref = operation.ref
    value = PoolInput(operation_id=ref.operation_id, environment=ref.environment, region=region)
    return run_step(
        operation,
        step,
        ActivityName.BEGIN_EMPTY_GPU_POOL,
        value.to_wire(),
        deadlines.EMPTY_GPU_POOL,
        once_begun=once_begun,
    )


def run_step(
    operation: OperationContext,
    step: StepKey,
    activity: ActivityName,
    value: Mapping[str, Any],
    timeout: float,
    *,
    first: FirstInput | None = None,
    once_begun: Callable[[], Steps[None]] | None = None,
) -> Steps[Outcome]:
    """Runs `activity`, and the ARM operation that it began, to the end within `timeout` seconds.

    Each attempt is done, retried after a delay, or given up because the operation was canceled.
    `first`: the input until Azure has taken a request: one that its limits refused has changed
    nothing.
    `once_begun` runs once Azure has accepted the request, before the wait for its end.
    """
    if operation.is_canceled:
        return Outcome.canceled()
    deadline = operation.deadline_in(timeout)
    report_step(operation, step, Status.RUNNING)
    outcome = Outcome.canceled()
    for attempt in count(1):
        present = first.value if first and operation.now < first.until else value
        begun = yield from call_activity(operation, activity, present)
        if begun.failure is None or begun.failure.reason != THROTTLED:
            first = None
        report_warnings(operation, begun)
        if once_begun and begun.failure is None:
            yield from once_begun()
            once_begun = None
        outcome = yield from _finish(operation, step, begun, deadline, attempt)
        if begun.handle is None and is_outage(begun.failure):
            # An outage of Azure costs time, not the step: only the operation's deadline counts.
            deadline = operation.deadline_in(timeout)
        delay = decide_retry_delay(
            outcome,
            adopted=begun.handle is not None and begun.handle.adopted,
            seconds_left=(deadline - operation.now).total_seconds(),
            key=f"{operation.ref.operation_id} {step.name} {attempt}",
            attempt=attempt,
        )
        if delay is None:
            break
        if delay and not (yield from _sleep_before_retry(operation, step, outcome, delay)):
            outcome = Outcome.canceled()
            break
    report_step_result(operation, step, outcome)
    return outcome


def _finish(
    operation: OperationContext, step: StepKey, begun: Outcome, deadline: datetime, attempt: int
) -> Steps[Outcome]:
    """Waits for the ARM operation that was begun, if there is one."""
    if begun.handle is None:
        return begun
    return (yield from _await_handle(operation, step, begun.handle, deadline, attempt))


def _await_handle(
    operation: OperationContext, step: StepKey, handle: Handle, deadline: datetime, attempt: int
) -> Steps[Outcome]:
    report_step(operation, step, Status.RUNNING, resource_id=handle.resource_id)
    wait = OperationWait(
        operation=operation.ref_until(deadline),
        step=step,
        progress=OperationProgress(handle=handle),
        begun_at=operation.now,
    )
    child_id = operation.ref.child_id(*step.path, str(attempt))
    return run_child(operation, Orchestrator.AWAIT_OPERATION, wait.to_wire(), child_id)


def _sleep_before_retry(
    operation: OperationContext, step: StepKey, outcome: Outcome, delay: float
) -> Steps[bool]:
    detail = outcome.failure.message if outcome.failure else None
    report_step(operation, step, Status.RUNNING, detail=detail)
    return (yield from sleep_unless_canceled(operation, delay))


def _input(
    operation: OperationContext, resource: PlannedResource, offer: Offer | None = None
) -> dict[str, Any]:
    return ResourceInput(
        operation_id=operation.ref.operation_id,
        environment=operation.ref.environment,
        kind=resource.kind,
        region=resource.region,
        offer=offer,
        scope=resource.scope,
        role=resource.role,
        record=resource.record,
    ).to_wire()
