"""Reads the settings of a cell's GPU pool to keep before it is scaled to zero."""

from typing import Any

from activities.ownership import find_gpu_pool
from clients.factory import ClientFactory
from domain.arm.agent_pool_scaling import keep_settings
from domain.durable.inputs import PoolInput
from domain.outcomes import Outcome


async def get_gpu_pool(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    pool = PoolInput.from_wire(value)
    existing = await find_gpu_pool(pool, clients)
    if isinstance(existing, Outcome):
        return existing
    kept = keep_settings(existing, pool.replicas, pool.kept)
    return Outcome.succeeded(**kept.to_wire()).about(existing["id"])
