"""Reads once how a long-running ARM operation stands. The one seam through which waiters ask."""

from typing import Any

from clients.answers import ArmAnswer
from clients.factory import ClientFactory
from domain.arm.operation_polling import (
    Canceled,
    Failed,
    Running,
    Succeeded,
    decide_operation_state,
)
from domain.durable.inputs import OperationPoll
from domain.outcomes import Handle, Outcome


async def poll_operation(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    handle = OperationPoll.from_wire(value).handle
    if handle.operation_url:
        answer = await clients.resources.follow(handle.resource_id, handle.operation_url)
    else:
        answer = await clients.resources.get(handle.resource_id)
    return _outcome(answer, handle).about(handle.resource_id)


def _outcome(answer: ArmAnswer, handle: Handle) -> Outcome:
    state = decide_operation_state(
        answer.status,
        answer.body,
        answer.headers,
        operation=handle.kind,
        gone_is_success=handle.deleting,
    )
    match state:
        case Running(detail, retry_after):
            return Outcome.running(detail, retry_after)
        case Succeeded():
            return Outcome.succeeded()
        case Failed(failure) | Canceled(failure):
            return Outcome.failed(failure)
