"""Reads the status of a long-running ARM operation once. All waits poll through this activity.

Of AKS it reads the cluster, and the operation only if the cluster is at rest or cannot be read.
"""

from typing import Any

from clients.answers import ArmAnswer
from clients.factory import ClientFactory
from domain.arm.cluster_motion import find_cluster_id, read_motion
from domain.arm.operation_polling import read_poll
from domain.durable.inputs import OperationPoll
from domain.outcomes import Handle, Outcome


async def poll_operation(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    poll = OperationPoll.from_wire(value)
    outcome = None if poll.asks_operation else await _look_at_cluster(poll.handle, clients)
    return (outcome or await _ask(poll.handle, clients)).about(poll.handle.resource_id)


async def _look_at_cluster(handle: Handle, clients: ClientFactory) -> Outcome | None:
    cluster_id = find_cluster_id(handle) if handle.operation_url else None
    if cluster_id is None:
        return None
    cluster = await clients.resources.get(cluster_id)
    return read_motion(cluster.status, cluster.body, cluster.headers)


async def _ask(handle: Handle, clients: ClientFactory) -> Outcome:
    if handle.operation_url:
        answer = await clients.resources.follow(handle.resource_id, handle.operation_url)
    else:
        answer = await clients.resources.get(handle.resource_id)
    return _read_answer(answer, handle)


def _read_answer(answer: ArmAnswer, handle: Handle) -> Outcome:
    return read_poll(
        answer.status,
        answer.body,
        answer.headers,
        operation=f"{'DELETE' if handle.deleting else 'PUT'} {handle.kind}",
        gone_is_success=handle.deleting and handle.operation_url is None,
    )
