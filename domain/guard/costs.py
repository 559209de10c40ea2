"""What environments have cost, from the hours of their GPU nodes and of what they have besides."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime

from domain.catalog.prices import ExchangeRate, RegionPrices, shipped_as_of, shipped_prices
from domain.environment.cost_views import CostReport, CostView, DailyCost
from domain.environment.gpu_usage import GpuNodes, spent_by_day
from domain.environment.lifetime import base_hours
from domain.environment.past_days import PastDay, list_past, sum_past
from domain.environment.record import EnvironmentRecord
from domain.environment.views import EnvironmentView, build_environment_view
from domain.guard.estimate import Estimate, estimate, find_dearest
from domain.guard.market import Markets, RegionMarket
from domain.guard.spare_price import SpareNodes, price_spare_nodes
from domain.placement.offers import Offer, list_offers
from domain.spec.cost_centers import is_same_center

type PricesByRegion = Mapping[str, RegionPrices]
"""As Azure lists them; a region that is missing is priced as shipped."""


def build_priced_view(
    record: EnvironmentRecord, prices: PricesByRegion, now: datetime
) -> EnvironmentView:
    """The environment with what it costs."""
    view = build_environment_view(record, now)
    return view.model_copy(update={"cost": build_cost_view(record, prices, now)})


def build_cost_view(record: EnvironmentRecord, prices: PricesByRegion, now: datetime) -> CostView:
    asleep = base_per_hour(record, prices)
    today = now.astimezone(UTC).date()
    days = list_days(record, prices, today.replace(day=1), today, now)
    own = record.spec.cost_center
    month = [each for each in days if is_same_center(each.cost_center, own)]
    unpriced = sum(each.unpriced_node_hours or 0.0 for each in month)
    return CostView(
        usd_per_hour_now=round(asleep + _gpu_per_hour(record, prices), 4),
        usd_per_hour_asleep=asleep,
        today_usd=round(sum(_sum(each) for each in month if each.day == today), 3),
        month_to_date_usd=round(sum(map(_sum, month)), 3),
        unpriced_node_hours=round(unpriced, 3) or None,
        price_as_of=_as_of(record.regions, prices),
        rate=_find_rate(record.regions, prices),
    )


def build_cost_report(
    records: Iterable[EnvironmentRecord],
    prices: PricesByRegion,
    first: date,
    last: date,
    now: datetime,
    admits: Callable[[str], bool] = bool,
) -> CostReport:
    """Both days are included. `admits`: the cost centers that are asked for."""
    records = tuple(records)
    days = (cost for record in records for cost in list_days(record, prices, first, last, now))
    costs = [cost for cost in days if admits(cost.cost_center)]
    regions = {region for record in records for region in record.regions}
    return CostReport(
        total_usd=round(sum(map(_sum, costs)), 3),
        price_as_of=_as_of(regions, prices),
        rate=_find_rate(regions, prices),
        value=tuple(sorted(costs, key=lambda cost: (cost.day, cost.environment))),
    )


def list_days(
    record: EnvironmentRecord,
    prices: PricesByRegion,
    first: date,
    last: date,
    now: datetime,
) -> list[DailyCost]:
    """The days on which the environment existed or had GPU nodes, and those of earlier ones of the
    name, whose base is priced as that of the present one."""
    gpu, base = spent_by_day(record.gpu_usage, now), base_hours(record, now, first)
    present = list_past(record.spec.cost_center, gpu, base)
    days = [each for each in sum_past((*present, *record.past_days)) if first <= each.day <= last]
    per_hour = base_per_hour(record, prices) if days else 0.0
    return [_build_day(record.name, each, per_hour) for each in days]


def _build_day(name: str, spent: PastDay, per_hour: float) -> DailyCost:
    gpu = spent.gpu
    return DailyCost(
        day=spent.day,
        environment=name,
        cost_center=spent.cost_center,
        gpu_node_hours=round(gpu.priced_node_hours + gpu.unpriced_node_hours, 3),
        gpu_usd=round(gpu.cost_usd, 3),
        base_usd=round(spent.base_hours * per_hour, 3),
        unpriced_node_hours=round(gpu.unpriced_node_hours, 3) or None,
    )


def base_per_hour(record: EnvironmentRecord, prices: PricesByRegion) -> float:
    """Of what an environment has besides GPU nodes."""
    return estimate_record(record, prices).asleep.usd_per_hour


def estimate_record(record: EnvironmentRecord, prices: PricesByRegion) -> Estimate:
    """With the offers that its cells have."""
    offers = _offers_of(record)
    return estimate(record.spec, offers, _markets_of(offers, prices))


def estimate_while_built(record: EnvironmentRecord, prices: PricesByRegion) -> Estimate:
    """With the dearest offers that its cells may get."""
    cells = [list_offers(record.spec, cell) for cell in record.spec.regions]
    markets = _markets_of((offer for offers in cells for offer in offers), prices)
    dearest = [find_dearest(record.spec, offers, markets) for offers in cells]
    return estimate(record.spec, dearest, markets)


def price_spare(record: EnvironmentRecord, prices: PricesByRegion) -> SpareNodes | None:
    """The nodes of an update that is under way, beside those of its replicas."""
    if record.former is None:
        return None
    offers = _offers_of(record)
    old = record.former.workload
    return price_spare_nodes(record.spec, offers, old, _markets_of(offers, prices))


def _offers_of(record: EnvironmentRecord) -> list[Offer]:
    return [record.offer_of(cell) for cell in record.spec.regions]


def _markets_of(offers: Iterable[Offer], prices: PricesByRegion) -> Markets:
    return {offer.region: _market_of(offer.region, prices) for offer in offers}


def _market_of(region: str, prices: PricesByRegion) -> RegionMarket:
    found = _prices_of(region, prices)
    return RegionMarket(
        region=region, observed_at=found.as_of if found else shipped_as_of(), prices=found
    )


def _prices_of(region: str, prices: PricesByRegion) -> RegionPrices | None:
    return prices.get(region) or shipped_prices(region)


def _as_of(regions: Iterable[str], prices: PricesByRegion) -> datetime:
    """Of the oldest prices."""
    found = (_prices_of(region, prices) for region in regions)
    return min((each.as_of for each in found if each), default=shipped_as_of())


def _find_rate(regions: Iterable[str], prices: PricesByRegion) -> ExchangeRate | None:
    """Any of them: Azure's price list has one rate for all regions."""
    found = (prices[region].rate for region in sorted(regions) if region in prices)
    return next((rate for rate in found if rate), None)


def _gpu_per_hour(record: EnvironmentRecord, prices: PricesByRegion) -> float:
    """Of the nodes that were seen last."""
    seen = (each for each in record.gpu_usage.observed.values() if each.nodes)
    return sum(each.nodes * (_node_price(each, prices) or 0.0) for each in seen)


def _node_price(nodes: GpuNodes, prices: PricesByRegion) -> float | None:
    found = _prices_of(nodes.region, prices)
    listed = found.find(nodes.vm_size, nodes.spot) if found else None
    return listed if listed is not None else nodes.hourly_price


def _sum(cost: DailyCost) -> float:
    return cost.gpu_usd + cost.base_usd
