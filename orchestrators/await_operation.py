"""Waits for one long-running ARM operation; no other module does.

1. Sleep: for Retry-After if Azure sent one, otherwise at the pace of the kind of resource.
2. Poll. Only Succeeded, Failed and Canceled end an operation; any other status is progress.
3. A refused poll says nothing about the operation: after three the resource is read.
4. At the deadline the next answered poll decides, so a late success is still a success.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.arm.operation_polling import decide_after_poll, decide_poll_delay
from domain.arm.resource_kinds import KINDS
from domain.durable.inputs import OperationPoll, OperationWait
from domain.durable.names import ActivityName
from domain.outcomes import Handle, Outcome, Status
from orchestrators.activity_calls import call_activity
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.step_reports import report_step
from orchestrators.waiting import continue_as_new, sleep_unless_canceled

POLLS_PER_RUN = 40
"""After these a new run begins, so no history grows with the length of the wait."""


def await_operation(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    wait = OperationWait.from_wire(value)
    operation = OperationContext.open(context, wait.operation)
    progress, detail = wait.progress, None
    retry_after = progress.handle.retry_after_seconds
    for _ in range(POLLS_PER_RUN):
        elapsed = (operation.now - wait.begun_at).total_seconds()
        delay = decide_poll_delay(retry_after, elapsed, KINDS[progress.handle.kind].pace)
        if not (yield from sleep_unless_canceled(operation, delay)):
            return Outcome.canceled().to_wire()
        poll = yield from _poll(operation, progress.handle)
        overdue = (operation.now - operation.ref.deadline).total_seconds()
        decided = decide_after_poll(progress, poll, step=wait.step.name, overdue_seconds=overdue)
        if isinstance(decided, Outcome):
            return _with_handle(decided, progress.handle).to_wire()
        if poll.detail and poll.detail != detail:
            report_step(operation, wait.step, Status.RUNNING, detail=poll.detail)
        progress, detail, retry_after = decided, poll.detail, poll.retry_after_seconds
    return continue_as_new(operation, wait.model_copy(update={"progress": progress}).to_wire())


def _poll(operation: OperationContext, handle: Handle) -> Steps[Outcome]:
    poll = OperationPoll(operation_id=operation.ref.operation_id, handle=handle)
    return call_activity(operation, ActivityName.POLL_OPERATION, poll.to_wire())


def _with_handle(outcome: Outcome, handle: Handle) -> Outcome:
    result = {**handle.result, **outcome.result}
    return outcome.model_copy(update={"result": result}).about(handle.resource_id)
