"""Waits for one long-running ARM operation: the one place that does.

1. Pause: Retry-After where Azure sent one, our own pace where not.
2. Poll. Only Succeeded, Failed and Canceled end an operation; anything else is progress.
3. At the deadline the last poll decides, so a late success is still a success.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.arm.operation_polling import decide_poll_delay
from domain.arm.resource_kinds import KINDS
from domain.durable import names
from domain.durable.inputs import OperationPoll, OperationWait
from domain.environment.operation import OperationStatus
from domain.outcomes import NO_ANSWER, Failure, Handle, Outcome, Status
from orchestrators.story import ACTIVITY_FAILED, Steps, Story

NOT_POLLED = frozenset({ACTIVITY_FAILED, NO_ANSWER})

POLLS_PER_RUN = 40
"""Then a new run begins, so that no history grows with the length of the wait."""


def await_operation(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    wait = OperationWait.from_wire(value)
    story = Story.open(context, wait.story)
    handle, detail = wait.handle, None
    poll = OperationPoll(operation_id=wait.story.operation_id, handle=handle).to_wire()
    retry_after = handle.retry_after_seconds
    for _ in range(POLLS_PER_RUN):
        elapsed = (story.now - wait.begun_at).total_seconds()
        delay = decide_poll_delay(retry_after, elapsed, KINDS[handle.kind].pace)
        if not (yield from story.pause(delay)):
            return Outcome.canceled().to_wire()
        outcome = yield from story.call(names.POLL_OPERATION, poll)
        if not _is_open(outcome):
            return _with_handle(outcome, handle).to_wire()
        if story.now >= story.ref.deadline:
            return Outcome.failed(_too_late(wait, outcome.detail)).to_wire()
        if outcome.detail and outcome.detail != detail:
            story.note(wait.step, OperationStatus.RUNNING, detail=outcome.detail)
        detail, retry_after = outcome.detail, outcome.retry_after_seconds
    return story.go_on(value)


def _is_open(outcome: Outcome) -> bool:
    """A poll that could not be made says nothing about the operation."""
    unknown = outcome.failure is not None and outcome.failure.reason in NOT_POLLED
    return unknown or outcome.status is Status.RUNNING


def _with_handle(outcome: Outcome, handle: Handle) -> Outcome:
    result = {**handle.result, **outcome.result}
    return outcome.model_copy(update={"result": result}).about(handle.resource_id)


def _too_late(wait: OperationWait, detail: str | None) -> Failure:
    said = f" Azure last said: {detail}." if detail else ""
    return Failure(
        reason="DeadlineExceeded",
        message=f"'{wait.step}' was still running at its deadline.{said}",
        retryable=False,
        suggested_action="Look at the resource in Azure. If it completes later, send the request "
        "again: what exists is adopted.",
    )
