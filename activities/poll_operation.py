"""Reads the status of a long-running ARM operation once. All waits poll through this activity."""

from typing import Any

from clients.answers import ArmAnswer
from clients.factory import ClientFactory
from domain.arm.operation_polling import read_poll
from domain.durable.inputs import OperationPoll
from domain.outcomes import Handle, Outcome


async def poll_operation(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    handle = OperationPoll.from_wire(value).handle
    if handle.operation_url:
        answer = await clients.resources.follow(handle.resource_id, handle.operation_url)
    else:
        answer = await clients.resources.get(handle.resource_id)
    return _read_answer(answer, handle).about(handle.resource_id)


def _read_answer(answer: ArmAnswer, handle: Handle) -> Outcome:
    return read_poll(
        answer.status,
        answer.body,
        answer.headers,
        operation=f"{'DELETE' if handle.deleting else 'PUT'} {handle.kind}",
        gone_is_success=handle.deleting and handle.operation_url is None,
    )
