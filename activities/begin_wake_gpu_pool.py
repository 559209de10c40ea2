"""Begins the next request that brings a GPU pool back to its kept settings."""

from typing import Any

from activities.begin_resource import begin_resource, read_put
from activities.ownership import find_gpu_pool
from activities.recorded_spec import RecordReader, read_specs
from clients.factory import ClientFactory
from domain.arm.agent_pool_scaling import plan_wake
from domain.arm.existing_resource import find_pool_to_replace
from domain.arm.failures import GPU_POOL_MISSING
from domain.arm.resource_kinds import KINDS
from domain.durable.inputs import PoolInput, ResourceInput
from domain.outcomes import Outcome


async def begin_wake_gpu_pool(
    value: dict[str, Any], clients: ClientFactory, hub: RecordReader
) -> Outcome:
    """A pool of another offer, which a wake has left, is replaced; a missing one is built."""
    pool = PoolInput.from_wire(value)
    assert pool.kept, "a wake restores kept settings"
    assert pool.offer, "a wake knows which nodes it is to get"
    resource = ResourceInput(
        operation_id=pool.operation_id,
        environment=pool.environment,
        kind="agentPool",
        region=pool.region,
        offer=pool.offer,
    )
    target = resource.target(clients.settings.subscription_id)
    existing = await find_gpu_pool(pool, clients)
    if isinstance(existing, Outcome):
        is_missing = existing.failure and existing.failure.reason == GPU_POOL_MISSING
        return await begin_resource(resource.to_wire(), clients, hub) if is_missing else existing
    specs = await read_specs(hub, pool.environment, pool.operation_id)
    if find_pool_to_replace(existing, pool.offer.apply(specs.wanted), target):
        return await begin_resource(resource.to_wire(), clients, hub)
    pool_id = KINDS[target.kind].build_id(target)
    body = plan_wake(existing, pool.kept)
    if body is None:
        return Outcome.succeeded().about(pool_id)
    answer = await clients.resources.begin_put(pool_id, body)
    return read_put(answer, "managedCluster", pool_id).about(pool_id)
