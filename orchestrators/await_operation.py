"""Waits for one long-running ARM operation; no other module does.

1. Sleep: for Retry-After if Azure sent one, otherwise at the pace of the kind of resource.
2. Poll. Only Succeeded, Failed and Canceled end an operation; any other status is progress.
3. At the deadline the last poll decides, so a late success is still a success.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.arm.failures import deadline_exceeded
from domain.arm.operation_polling import decide_poll_delay, is_unfinished
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
    handle, progress = wait.handle, None
    poll = OperationPoll(operation_id=wait.operation.operation_id, handle=handle).to_wire()
    retry_after = handle.retry_after_seconds
    for _ in range(POLLS_PER_RUN):
        elapsed = (operation.now - wait.begun_at).total_seconds()
        delay = decide_poll_delay(retry_after, elapsed, KINDS[handle.kind].pace)
        if not (yield from sleep_unless_canceled(operation, delay)):
            return Outcome.canceled().to_wire()
        outcome = yield from call_activity(operation, ActivityName.POLL_OPERATION, poll)
        if not is_unfinished(outcome):
            return _with_handle(outcome, handle).to_wire()
        if operation.is_overdue:
            return Outcome.failed(deadline_exceeded(wait.step.name, outcome.detail)).to_wire()
        if outcome.detail and outcome.detail != progress:
            report_step(operation, wait.step, Status.RUNNING, detail=outcome.detail)
        progress, retry_after = outcome.detail, outcome.retry_after_seconds
    return continue_as_new(operation, value)


def _with_handle(outcome: Outcome, handle: Handle) -> Outcome:
    result = {**handle.result, **outcome.result}
    return outcome.model_copy(update={"result": result}).about(handle.resource_id)
