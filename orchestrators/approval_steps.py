"""Waits for a second person before an operation begins.

1. Put the operation on record as waiting.
2. Wait for the answer, a cancellation or the deadline; remind once.
3. Record what it came to.
"""

from datetime import timedelta
from typing import Any

from durabletask.task import Task, when_any

from domain.durable.names import APPROVAL_EVENT
from domain.environment.approval import ApprovalDecision, ApprovalDemand, ApprovalState
from domain.environment.operation_request import OperationRequest
from orchestrators.operation_context import OperationContext, Steps


def await_approval(
    operation: OperationContext, request: OperationRequest, demand: ApprovalDemand
) -> Steps[bool]:
    """Whether the operation may begin."""
    if not (yield from operation.environment.request_approval(request, operation.now)):
        return False
    decision = yield from _await_answer(operation, request.operation_id, demand)
    is_recorded = yield from operation.environment.decide_approval(decision)
    return is_recorded and decision.state is ApprovalState.APPROVED


def _await_answer(
    operation: OperationContext, operation_id: str, demand: ApprovalDemand
) -> Steps[ApprovalDecision]:
    answer = operation.context.wait_for_external_event(APPROVAL_EVENT)
    reminder, rest = demand.remind_after_hours, demand.deadline_hours - demand.remind_after_hours
    if (yield from _is_silent(operation, answer, reminder)):
        operation.environment.signal_approval_reminder(operation_id, operation.now)
        yield from _is_silent(operation, answer, rest)
    if answer.is_complete:
        return ApprovalDecision.from_wire(answer.get_result())
    state = ApprovalState.WITHDRAWN if operation.is_canceled else ApprovalState.TIMED_OUT
    return ApprovalDecision(operation_id=operation_id, state=state, at=operation.now)


def _is_silent(operation: OperationContext, answer: Task[Any], hours: int) -> Steps[bool]:
    """Whether the hours have passed without an answer or a cancellation."""
    timer = operation.context.create_timer(timedelta(hours=hours))
    yield when_any([timer, answer, operation.canceled])
    if timer.is_complete:
        return not (answer.is_complete or operation.is_canceled)
    timer.cancel()
    return False
