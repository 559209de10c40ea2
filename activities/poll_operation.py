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
    return (await _poll(poll, clients)).about(poll.handle.resource_id)


async def _poll(poll: OperationPoll, clients: ClientFactory) -> Outcome:
    handle, only_looks = poll.handle, poll.asks_operation is False
    if only_looks or (poll.asks_operation is None and handle.operation_url):
        motion = await _look_at_cluster(handle, clients)
        if motion or only_looks:
            return motion or Outcome.succeeded().seen_at_resource()
    return await _ask(handle, clients)


async def _look_at_cluster(handle: Handle, clients: ClientFactory) -> Outcome | None:
    cluster_id = find_cluster_id(handle)
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
