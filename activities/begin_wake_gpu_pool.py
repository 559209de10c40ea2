"""Begins the next PUT that brings a GPU pool back to its kept settings."""

from typing import Any

from activities.begin_resource import read_put
from activities.ownership import find_gpu_pool
from clients.factory import ClientFactory
from domain.arm import naming
from domain.arm.agent_pool_scaling import plan_wake
from domain.durable.inputs import PoolInput
from domain.outcomes import Outcome


async def begin_wake_gpu_pool(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    pool = PoolInput.from_wire(value)
    assert pool.kept, "a wake restores kept settings"
    existing = await find_gpu_pool(pool, clients)
    if isinstance(existing, Outcome):
        return existing
    pool_id = naming.agent_pool_id(clients.settings.subscription_id, pool.environment, pool.region)
    body = plan_wake(existing, pool.kept)
    if body is None:
        return Outcome.succeeded().about(pool_id)
    answer = await clients.resources.begin_put(pool_id, body)
    return read_put(answer, "managedCluster", pool_id).about(pool_id)
