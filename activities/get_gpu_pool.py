"""Reads the settings of a cell's GPU pool that have to be kept before it goes to zero."""

from typing import Any

from activities.arm_outcomes import failed
from activities.ownership import find_obstacle
from clients.factory import ClientFactory
from domain import naming
from domain.outcomes import Outcome
from domain.payloads import PoolInput
from domain.pool_scaling import keep_settings
from domain.resources import KINDS, Target


async def get_gpu_pool(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    pool = PoolInput.from_wire(value)
    subscription_id = clients.settings.subscription_id
    cluster = Target("managedCluster", pool.spec.name, pool.region, subscription_id)
    obstacle = await find_obstacle(cluster, clients)
    if obstacle and not obstacle.is_success:
        return obstacle
    pool_id = naming.agent_pool_id(subscription_id, pool.spec.name, pool.region)
    existing = await clients.arm.get(pool_id, KINDS["managedCluster"].api_version)
    if not existing.is_success:
        return failed(existing, "GET agentPool").about(pool_id)
    kept = keep_settings(existing.body, pool.spec.workload.replicas, pool.kept)
    return Outcome.succeeded(**kept.to_wire()).about(pool_id)
