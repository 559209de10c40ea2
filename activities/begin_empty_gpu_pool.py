"""Begins to scale a cell's GPU pool to zero: the largest cost must not outlive a failure."""

from typing import Any

from activities.arm_outcomes import failed
from activities.begin_resource import read_put
from activities.ownership import check_ownership
from clients.factory import ClientFactory
from domain.arm import naming
from domain.arm.agent_pool import build_empty_gpu_pool
from domain.arm.resource_kinds import ResourceTarget
from domain.durable.inputs import PoolInput
from domain.outcomes import Outcome

KIND = "managedCluster"


async def begin_empty_gpu_pool(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    pool = PoolInput.from_wire(value)
    subscription_id = clients.settings.subscription_id
    cluster = ResourceTarget(KIND, pool.environment, pool.region, subscription_id)
    pool_id = naming.agent_pool_id(subscription_id, pool.environment, pool.region)
    outcome = await check_ownership(cluster, clients)
    if outcome is None:
        outcome = await _begin(pool_id, clients)
    return outcome.about(pool_id)


async def _begin(pool_id: str, clients: ClientFactory) -> Outcome:
    existing = await clients.resources.get(pool_id)
    if existing.status == 404:
        return Outcome.succeeded()
    if not existing.is_success:
        return failed(existing, "GET agentPool")
    body = build_empty_gpu_pool(existing.body)
    if body is None:
        return Outcome.succeeded()
    return read_put(await clients.resources.begin_put(pool_id, body), KIND, pool_id)
