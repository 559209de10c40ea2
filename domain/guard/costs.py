"""What environments have cost, from the hours of their GPU nodes and of what they have besides."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from domain.catalog.prices import shipped_as_of, shipped_prices
from domain.environment.cost_views import CostReport, CostView, DailyCost
from domain.environment.gpu_days import GpuDay, hours_by_day
from domain.environment.gpu_usage import spent_by_day
from domain.environment.record import EnvironmentRecord
from domain.environment.views import EnvironmentView, build_environment_view
from domain.guard.estimate import estimate
from domain.guard.market import RegionMarket


def build_priced_view(record: EnvironmentRecord, now: datetime) -> EnvironmentView:
    """The environment with what it costs."""
    view = build_environment_view(record, now)
    return view.model_copy(update={"cost": build_cost_view(record, now)})


def build_cost_view(record: EnvironmentRecord, now: datetime) -> CostView:
    asleep = _base_per_hour(record)
    today = now.astimezone(UTC).date()
    month = list_days(record, today.replace(day=1), today, now)
    unpriced = sum(each.unpriced_node_hours or 0.0 for each in month)
    return CostView(
        usd_per_hour_now=round(asleep + _gpu_per_hour(record), 4),
        usd_per_hour_asleep=asleep,
        today_usd=round(sum(_sum(each) for each in month if each.day == today), 3),
        month_to_date_usd=round(sum(map(_sum, month)), 3),
        unpriced_node_hours=round(unpriced, 3) or None,
        price_as_of=shipped_as_of(),
    )


def build_cost_report(
    records: Iterable[EnvironmentRecord], first: date, last: date, now: datetime
) -> CostReport:
    """Both days are included."""
    costs = [cost for record in records for cost in list_days(record, first, last, now)]
    return CostReport(
        total_usd=round(sum(map(_sum, costs)), 3),
        price_as_of=shipped_as_of(),
        value=tuple(sorted(costs, key=lambda cost: (cost.day, cost.environment))),
    )


def list_days(
    record: EnvironmentRecord, first: date, last: date, now: datetime
) -> list[DailyCost]:
    """The days on which the environment existed or had GPU nodes."""
    gpu, base = spent_by_day(record.gpu_usage, now), _base_hours(record, first, now)
    per_hour = _base_per_hour(record) if base else 0.0
    days = {*map(date.fromisoformat, gpu), *base}
    return [
        _build_day(record, day, gpu.get(day.isoformat(), GpuDay()), base.get(day, 0.0) * per_hour)
        for day in sorted(days)
        if first <= day <= last
    ]


def _build_day(record: EnvironmentRecord, day: date, gpu: GpuDay, base: float) -> DailyCost:
    hours = gpu.priced_node_hours + gpu.unpriced_node_hours
    return DailyCost(
        day=day,
        environment=record.name,
        cost_center=record.spec.cost_center,
        gpu_node_hours=round(hours, 3),
        gpu_usd=round(gpu.cost_usd, 3),
        base_usd=round(base, 3),
        unpriced_node_hours=round(gpu.unpriced_node_hours, 3) or None,
    )


def _base_hours(record: EnvironmentRecord, first: date, now: datetime) -> dict[date, float]:
    """By day, from the creation of the environment to its deletion."""
    begin = datetime.combine(first, time(), UTC)
    end = min(now, record.operations[-1].last_action_at) if record.is_deleted else now
    return dict(hours_by_day(max(begin, record.created_at), end))


def _base_per_hour(record: EnvironmentRecord) -> float:
    offers = [record.offer_of(cell) for cell in record.spec.regions]
    markets = {offer.region: _shipped_market(offer.region) for offer in offers}
    return estimate(record.spec, offers, markets).asleep.usd_per_hour


def _shipped_market(region: str) -> RegionMarket:
    return RegionMarket(region=region, observed_at=shipped_as_of(), prices=shipped_prices(region))


def _gpu_per_hour(record: EnvironmentRecord) -> float:
    """Of the nodes that were seen last."""
    seen = (each for each in record.gpu_usage.observed.values() if each.nodes)
    priced = ((each, shipped_prices(each.region)) for each in seen)
    return sum(
        each.nodes * (prices.find(each.vm_size, each.spot) or 0.0)
        for each, prices in priced
        if prices
    )


def _sum(cost: DailyCost) -> float:
    return cost.gpu_usd + cost.base_usd
