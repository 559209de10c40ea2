"""Environments by cost center, with those that were deleted: they have cost money, too."""

from datetime import datetime

from domain.directory.shard import is_filled, list_names
from domain.environment.over_budget import OverBudget
from domain.environment.record import EnvironmentRecord
from domain.guard.costs import PricesByRegion
from domain.guard.policy.model import Policy
from domain.guard.policy.overspending import find_overspent
from domain.spec.cost_centers import is_same_center
from triggers import task_hub
from triggers.directory import read_shards
from triggers.task_hub import DurableClient


async def read_cost_center(client: DurableClient, cost_center: str) -> list[EnvironmentRecord]:
    """As far as their records are kept."""
    shards = await read_shards(client)
    if not is_filled(shards):
        scanned = [record async for record in task_hub.scan_records(client)]
        return [
            record for record in scanned if is_same_center(record.spec.cost_center, cost_center)
        ]
    read = await task_hub.read_stored(client, list_names(shards.values(), cost_center))
    return [record for record in read if is_same_center(record.spec.cost_center, cost_center)]


async def read_overspent(
    client: DurableClient, policy: Policy, prices: PricesByRegion, now: datetime
) -> dict[str, OverBudget]:
    """By environment."""
    with_budget = [name for name in policy.cost_centers if policy.find_budget(name)]
    records = {name: await read_cost_center(client, name) for name in with_budget}
    return find_overspent(records, policy, prices, now)
