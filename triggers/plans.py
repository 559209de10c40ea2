"""What plans are made on: the markets of regions, the environment, and operations in flight."""

import asyncio
from collections.abc import Iterable

from durabletask.entities import EntityInstanceId

from domain.directory.selection import Selection
from domain.durable.names import PLAN_ENTITY, PlanOperation
from domain.environment.phases import IN_MOTION
from domain.environment.record import EnvironmentRecord
from domain.guard.image_checks import wanted_images
from domain.guard.market import MarketReader, Markets
from domain.guard.plan import StoredPlan
from domain.guard.situation import Situation
from domain.placement.offers import list_offers
from domain.spec.model import EnvironmentSpec
from triggers.directory import find_environments
from triggers.market import read_region
from triggers.task_hub import DurableClient

LOOKS = 50
LOOK_INTERVAL_SECONDS = 0.1
"""A plan is kept by a signal, which the task hub delivers after it has taken it."""


async def read_situation(
    client: DurableClient,
    read_market: MarketReader,
    spec: EnvironmentSpec,
    record: EnvironmentRecord | None,
    others: Iterable[str] = (),
) -> Situation:
    """`others`: regions beside those that the specification names."""
    offered = (offer.region for cell in spec.regions for offer in list_offers(spec, cell))
    markets, in_flight, subscription, images = await asyncio.gather(
        _read_markets(client, read_market, dict.fromkeys((*offered, *others))),
        _list_in_flight(client, spec.name),
        read_market.subscription(),
        read_market.images(wanted_images(spec, record.image if record else None)),
    )
    return Situation(markets, record, in_flight, subscription, images)


async def keep_plan(client: DurableClient, plan: StoredPlan) -> bool:
    """Returns once the plan can be carried out; False if the task hub takes too long."""
    entity = EntityInstanceId(PLAN_ENTITY, plan.id)
    await client.signal_entity(entity, PlanOperation.KEEP, plan.to_wire())
    for _ in range(LOOKS):
        if await find_plan(client, plan.id):
            return True
        await asyncio.sleep(LOOK_INTERVAL_SECONDS)
    return False


async def find_plan(client: DurableClient, plan_id: str) -> StoredPlan | None:
    """None if there is no such plan, or no longer."""
    found = await client.get_entity(EntityInstanceId(PLAN_ENTITY, plan_id))
    state = found.get_typed_state() if found else None
    return StoredPlan.from_wire(state) if state else None


async def _read_markets(
    client: DurableClient, read_market: MarketReader, regions: Iterable[str]
) -> Markets:
    names = list(regions)
    found = await asyncio.gather(*(read_region(client, read_market, each) for each in names))
    return dict(zip(names, found, strict=True))


async def _list_in_flight(client: DurableClient, name: str) -> tuple[EnvironmentRecord, ...]:
    found = await find_environments(client)
    records, _ = await found.read(Selection(phases=IN_MOTION))
    return tuple(record for record in records if record.name != name)
