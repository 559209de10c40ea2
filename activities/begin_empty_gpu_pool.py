"""Begins to force a cell's GPU pool to zero nodes: what costs most must not outlive a failure."""

from typing import Any

from activities.arm_outcomes import failed
from activities.begin_resource import begun
from activities.ownership import find_obstacle
from clients.factory import ClientFactory
from domain.arm import naming
from domain.arm.agent_pool import build_empty_gpu_pool
from domain.durable.inputs import ResourceInput
from domain.outcomes import Outcome


async def begin_empty_gpu_pool(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    cell = ResourceInput.from_wire(value)
    subscription_id = clients.settings.subscription_id
    pool_id = naming.agent_pool_id(subscription_id, cell.spec.name, cell.region)
    outcome = await find_obstacle(cell.target(subscription_id), clients)
    if outcome is None:
        outcome = await _begin(cell.kind, pool_id, clients)
    return outcome.about(pool_id)


async def _begin(kind: str, pool_id: str, clients: ClientFactory) -> Outcome:
    existing = await clients.resources.get(pool_id)
    if existing.status == 404:
        return Outcome.succeeded()
    if not existing.is_success:
        return failed(existing, "GET agentPool")
    body = build_empty_gpu_pool(existing.body)
    if body is None:
        return Outcome.succeeded()
    return begun(await clients.resources.begin_put(pool_id, body), kind, pool_id)
