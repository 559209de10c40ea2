"""What plans are made on: the markets of regions, the environment, and operations in flight."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from durabletask.entities import EntityInstanceId

from domain.directory.selection import Selection
from domain.durable.names import PLAN_ENTITY, PlanOperation
from domain.environment.phases import AT_WORK
from domain.environment.record import EnvironmentRecord
from domain.guard.image_checks import wanted_images
from domain.guard.market import MarketReader, Markets
from domain.guard.plan import StoredPlan
from domain.guard.policy.facts import PolicyFacts
from domain.guard.policy.ledgers import cost_center_ledger, quota_ledger
from domain.guard.policy.model import Policy
from domain.guard.situation import Situation
from domain.placement.offers import list_offers
from domain.spec.model import EnvironmentSpec
from triggers.claims import read_ledgers
from triggers.cost_centers import read_cost_center
from triggers.directory import find_environments
from triggers.market import read_prices, read_region
from triggers.task_hub import DurableClient

NO_RULES = Policy()

LOOKS = 50
FIRST_INTERVAL_SECONDS = 0.01
LOOK_INTERVAL_SECONDS = 0.1
"""A plan is kept by a signal, which the task hub delivers after it has taken it."""


async def read_situation(
    client: DurableClient,
    read_market: MarketReader,
    spec: EnvironmentSpec,
    record: EnvironmentRecord | None,
    others: Iterable[str] = (),
    policy_file: Policy = NO_RULES,
    *,
    looks_up_images: bool = True,
) -> Situation:
    """`others`: regions beside those that the specification names."""
    now = datetime.now(UTC)
    offered = {offer.region for cell in spec.regions for offer in list_offers(spec, cell)}
    ledgers: dict[str, str | None] = {quota_ledger(region): region for region in sorted(offered)}
    is_bound = policy_file.bounds(spec.cost_center)
    if is_bound:
        ledgers[cost_center_ledger(spec.cost_center)] = None
    # First: a claim that ends meanwhile is on a record, or in a usage, that is read after it.
    view = await read_ledgers(client, ledgers, record, now)
    for ledger, region in ledgers.items():
        if region and view.open[ledger].has_news_for_azure:
            read_market.forget_usages(region)
    wanted = wanted_images(spec, record.image if record else None) if looks_up_images else ()
    (in_flight, of_cost_center), markets, subscription, images = await asyncio.gather(
        _read_records(client, view.records, spec.cost_center if is_bound else None),
        _read_markets(client, read_market, sorted({*offered, *others})),
        read_market.subscription(),
        read_market.images(wanted),
    )
    claiming = [each for each in view.records if each.phase in AT_WORK]
    peers = [each for each in view.records if each.spec.cost_center == spec.cost_center]
    facts = PolicyFacts(
        at=now,
        policy=policy_file,
        records=_unite(of_cost_center, peers if is_bound else ()),
        prices=await read_prices(client, read_market, _regions_of(of_cost_center, record)),
        claimed={name: each.sum_for_others(spec.name) for name, each in view.open.items()},
        counted={name: each.counted for name, each in view.open.items()},
    )
    others_in_flight = (r for r in _unite(in_flight, claiming) if r.name != spec.name)
    return Situation(markets, record, tuple(others_in_flight), subscription, images, facts)


async def keep_plan(client: DurableClient, plan: StoredPlan) -> bool:
    """Returns once the plan can be carried out; False if the task hub takes too long."""
    entity = EntityInstanceId(PLAN_ENTITY, plan.id)
    await client.signal_entity(entity, PlanOperation.KEEP, plan.to_wire())
    for look in range(LOOKS):
        if await find_plan(client, plan.id):
            return True
        await asyncio.sleep(min(FIRST_INTERVAL_SECONDS * 2**look, LOOK_INTERVAL_SECONDS))
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


async def _read_records(
    client: DurableClient, known: Sequence[EnvironmentRecord], cost_center: str | None
) -> tuple[list[EnvironmentRecord], list[EnvironmentRecord]]:
    """Of operations in flight, and of the cost center if one is given. Most operations in flight
    have claimed, so that their records are `known`."""
    found = await find_environments(client)
    in_flight, _ = await found.read(Selection(phases=AT_WORK), known)
    return in_flight, await read_cost_center(client, cost_center) if cost_center else []


def _unite(
    listed: Iterable[EnvironmentRecord], known: Iterable[EnvironmentRecord]
) -> tuple[EnvironmentRecord, ...]:
    """With those that the directory does not list yet. `known` are as they were when it was found
    which of their claims they show, and stay so: one that has asked Azure since would count
    nowhere."""
    return tuple({each.name: each for each in (*listed, *known)}.values())


def _regions_of(
    records: Iterable[EnvironmentRecord], own: EnvironmentRecord | None
) -> Iterable[str]:
    known = (*records, own) if own else records
    return dict.fromkeys(region for record in known for region in record.regions)
