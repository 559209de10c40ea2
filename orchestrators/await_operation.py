"""Waits for one long-running ARM operation; no other module does.

1. Sleep: for Retry-After if Azure sent one, otherwise at the pace of the kind of resource.
2. Poll. Only Succeeded, Failed and Canceled end an operation; any other status is progress. Of AKS
   the cluster is read, and the operation itself once the cluster is at rest, and now and then.
3. A refused poll says nothing about the operation: after three the resource is read.
4. At the deadline the next answered poll decides, so a late success is still a success.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.arm.cluster_motion import find_cluster_id
from domain.arm.operation_polling import decide_after_poll
from domain.arm.pacing import (
    asks_operation,
    decide_poll_delay,
    decide_poll_retry_after,
)
from domain.arm.resource_kinds import KINDS
from domain.durable.inputs import OperationPoll, OperationWait
from domain.durable.names import ActivityName
from domain.environment.step_keys import StepKey
from domain.outcomes import Handle, Outcome, Status
from orchestrators.activity_calls import call_activity
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.step_reports import report_step
from orchestrators.waiting import READS_PER_RUN, continue_as_new, sleep_unless_canceled

Told = dict[bool | None, str | None]
"""The latest text of progress by whether it was read from the resource."""


def await_operation(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    wait = OperationWait.from_wire(value)
    operation = OperationContext.open(context, wait.operation)
    progress, told = wait.progress, Told()
    pace = KINDS[progress.handle.kind].pace
    delay, unanswered = wait.delay_seconds, 0
    if delay is None:
        delay = decide_poll_delay(progress.handle.retry_after_seconds, pace)
    polls = wait.polls + READS_PER_RUN
    for number in range(wait.polls + 1, polls + 1):
        if not (yield from sleep_unless_canceled(operation, delay)):
            return Outcome.canceled().to_wire()
        overdue = (operation.now - operation.ref.deadline).total_seconds()
        poll = yield from _poll(operation, progress.handle, number, overdue)
        decided = decide_after_poll(progress, poll, step=wait.step.name, overdue_seconds=overdue)
        if isinstance(decided, Outcome):
            return _with_handle(decided, progress.handle).to_wire()
        _report(operation, wait.step, poll, told)
        progress = decided
        unanswered = 0 if poll.answered else unanswered + 1
        retry_after = decide_poll_retry_after(poll, wait.key(number), unanswered)
        delay = decide_poll_delay(retry_after, pace)
    rest = wait.model_copy(update={"progress": progress, "polls": polls, "delay_seconds": delay})
    return continue_as_new(operation, rest.to_wire())


def _poll(
    operation: OperationContext, handle: Handle, number: int, overdue: float
) -> Steps[Outcome]:
    asks = asks_operation(number, overdue_seconds=overdue)
    if handle.operation_url and find_cluster_id(handle) and not asks:
        look = yield from _read(operation, handle.without_operation(), asks=False)
        if not look.is_at_rest:
            return look
        asks = True
    return (yield from _read(operation, handle, asks=asks or None))


def _read(operation: OperationContext, handle: Handle, *, asks: bool | None) -> Steps[Outcome]:
    poll = OperationPoll(
        operation_id=operation.ref.operation_id, handle=handle, asks_operation=asks
    )
    return call_activity(operation, ActivityName.POLL_OPERATION, poll.to_wire())


def _report(operation: OperationContext, step: StepKey, poll: Outcome, told: Told) -> None:
    """An operation says more than its cluster: what it said stays until the motion changes."""
    if poll.detail and poll.detail != told.get(poll.at_resource):
        report_step(operation, step, Status.RUNNING, detail=poll.detail)
    told[poll.at_resource] = poll.detail


def _with_handle(outcome: Outcome, handle: Handle) -> Outcome:
    result = {**handle.result, **outcome.result}
    return outcome.model_copy(update={"result": result}).about(handle.resource_id)
