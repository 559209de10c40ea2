"""What a request is decided on: markets of regions, the environment, operations in flight."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.directory.selection import Selection
from domain.environment.phases import AT_WORK
from domain.environment.pinned_image import PinnedImage
from domain.environment.record import EnvironmentRecord
from domain.guard.image_checks import wanted_images
from domain.guard.market import MarketReader, Markets
from domain.guard.policy.facts import PolicyFacts
from domain.guard.policy.ledgers import cost_center_ledger, quota_ledger
from domain.guard.policy.model import Policy
from domain.guard.situation import Situation
from domain.placement.offers import list_offers
from domain.spec.cost_centers import is_same_center
from domain.spec.model import EnvironmentSpec
from triggers.claims import LedgerView, read_ledgers
from triggers.cost_centers import read_cost_center
from triggers.directory import find_environments
from triggers.market import read_prices, read_region
from triggers.task_hub import DurableClient


@dataclass(frozen=True, slots=True)
class SituationReader:
    """Reads what one request is decided on."""

    client: DurableClient
    read_market: MarketReader
    policy_file: Policy
    spec: EnvironmentSpec
    record: EnvironmentRecord | None
    looks_up_images: bool = True
    restored: PinnedImage | None = None
    """The image that a rollback goes back to, if it was resolved."""

    async def read_to_decide(
        self, is_refused: Callable[[Situation], object], others: Iterable[str] = ()
    ) -> Situation:
        """What would be refused is decided on usages that are read for it: kept ones may have
        what was deleted since, and lack a quota that was raised. `others`: regions that are read
        for what is refused then as well."""
        began = datetime.now(UTC)
        situation = await self._read()
        if not is_refused(situation):
            return situation
        situation = await self._read(since=began)
        return await self._read(others, began) if others and is_refused(situation) else situation

    async def _read(self, others: Iterable[str] = (), since: datetime | None = None) -> Situation:
        """`others`: regions beside those that the specification names. `since`: usages and
        registrations are not older."""
        now, spec, record = datetime.now(UTC), self.spec, self.record
        ledgers = self._name_ledgers(others)
        # First: a claim that ends meanwhile is on a record that is read after it.
        view = await read_ledgers(self.client, list(ledgers), record)
        images = wanted_images(spec, record.image if record else None, self.restored)
        (in_flight, of_cost_center), markets, subscription, checked = await asyncio.gather(
            _read_records(self.client, view.others, spec.cost_center if self._is_bound else None),
            self._read_markets([each for each in ledgers.values() if each], since),
            self.read_market.subscription(since),
            self.read_market.images(images if self.looks_up_images else ()),
        )
        claiming = [each for each in view.others if each.phase in AT_WORK]
        others_in_flight = (r for r in _unite(in_flight, claiming) if r.name != spec.name)
        facts = await self._find_facts(now, view, ledgers, markets, of_cost_center)
        return Situation(markets, record, tuple(others_in_flight), subscription, checked, facts)

    @property
    def _is_bound(self) -> bool:
        return self.policy_file.bounds(self.spec.cost_center)

    def _name_ledgers(self, others: Iterable[str]) -> dict[str, str | None]:
        """With the region of a ledger of quota."""
        spec = self.spec
        offered = {offer.region for cell in spec.regions for offer in list_offers(spec, cell)}
        of_quota = {quota_ledger(region): region for region in sorted(offered.union(others))}
        return of_quota | ({cost_center_ledger(spec.cost_center): None} if self._is_bound else {})

    async def _read_markets(self, regions: Sequence[str], since: datetime | None) -> Markets:
        found = await asyncio.gather(
            *(read_region(self.client, self.read_market, each, since) for each in regions)
        )
        return dict(zip(regions, found, strict=True))

    async def _find_facts(
        self,
        now: datetime,
        view: LedgerView,
        ledgers: Mapping[str, str | None],
        markets: Markets,
        of_cost_center: Iterable[EnvironmentRecord],
    ) -> PolicyFacts:
        open_claims = {
            name: view.find_open(
                name, region, now, markets[region].usages_read_at if region else None
            )
            for name, region in ledgers.items()
        }
        own = self.spec.cost_center
        peers = [each for each in view.others if is_same_center(each.spec.cost_center, own)]
        priced = _regions_of(of_cost_center, self.record)
        return PolicyFacts(
            at=now,
            policy=self.policy_file,
            records=_unite(of_cost_center, peers if self._is_bound else ()),
            prices=await read_prices(self.client, self.read_market, priced),
            claimed={
                name: each.sum_for_others(self.spec.name) for name, each in open_claims.items()
            },
            counted={name: each.counted for name, each in open_claims.items()},
        )


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
