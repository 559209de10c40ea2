"""Begins the next request on a GPU pool's way back to its kept settings."""

from typing import Any

from activities.arm_outcomes import failed
from activities.begin_resource import begun
from clients.factory import ClientFactory
from domain import naming
from domain.outcomes import Outcome
from domain.payloads import PoolInput
from domain.pool_scaling import plan_wake
from domain.resources import KINDS


async def begin_wake_gpu_pool(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    pool = PoolInput.from_wire(value)
    assert pool.kept, "waking goes back to kept settings"
    subscription_id = clients.settings.subscription_id
    pool_id = naming.agent_pool_id(subscription_id, pool.spec.name, pool.region)
    api_version = KINDS["managedCluster"].api_version
    existing = await clients.arm.get(pool_id, api_version)
    if not existing.is_success:
        return failed(existing, "GET agentPool").about(pool_id)
    body = plan_wake(existing.body, pool.kept)
    if body is None:
        return Outcome.succeeded().about(pool_id)
    answer = await clients.arm.put(pool_id, api_version, body)
    return begun(answer, "managedCluster", pool_id).about(pool_id)
