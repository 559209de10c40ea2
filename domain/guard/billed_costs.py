"""What Azure has billed for environments, beside what list prices say."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime, timedelta

from pydantic import Field

from domain.arm import naming
from domain.environment.cost_views import BilledEnvironment, BilledView, DailyCost
from domain.environment.record import EnvironmentRecord
from domain.wire import JsonObject, WireModel

SETTLED_AFTER = timedelta(days=4)
"""Azure's data of later days still change."""
LIST_CURRENCY = "USD"


class BilledCost(WireModel):
    """One resource group on one day."""

    day: date
    group: str
    """In lower case."""
    cost: float
    currency: str


class BilledCosts(WireModel):
    """Of a period; `unread` says why nothing is known."""

    costs: tuple[BilledCost, ...] = ()
    unread: str | None = Field(default=None)


type BilledReader = Callable[[date, date], Awaitable[BilledCosts]]
"""Both days are included."""


def read_query_rows(properties: JsonObject) -> list[BilledCost]:
    """Of the answer to a query of `Cost` by day and resource group."""
    places = {column["name"]: place for place, column in enumerate(properties["columns"])}
    return [
        BilledCost(
            day=date.fromisoformat(str(row[places["UsageDate"]])),
            group=str(row[places["ResourceGroupName"]]).lower(),
            cost=row[places["Cost"]],
            currency=row[places["Currency"]],
        )
        for row in properties["rows"]
    ]


def reconcile(
    records: Iterable[EnvironmentRecord],
    listed: Iterable[DailyCost],
    billed: BilledCosts,
    now: datetime,
) -> BilledView:
    """Both sides up to the last day whose data no longer change."""
    until = (now - SETTLED_AFTER).date()
    if billed.unread is not None:
        return BilledView(settled_until=until, unread=billed.unread)
    by_group: dict[str, list[BilledCost]] = {}
    for cost in billed.costs:
        if cost.day <= until:
            by_group.setdefault(cost.group, []).append(cost)
    days = [each for each in listed if each.day <= until]
    value = tuple(_compare(record, days, by_group) for record in records)
    others = {each.currency for costs in by_group.values() for each in costs} - {LIST_CURRENCY}
    why = f"Azure bills in {', '.join(sorted(others))}, and prices are in USD." if others else None
    return BilledView(settled_until=until, value=value, unread=why)


def _compare(
    record: EnvironmentRecord, days: Iterable[DailyCost], by_group: dict[str, list[BilledCost]]
) -> BilledEnvironment:
    """What is billed in another currency counts for nothing: the view says so."""
    costs = (each for group in _groups_of(record) for each in by_group.get(group, ()))
    billed = sum(each.cost for each in costs if each.currency == LIST_CURRENCY)
    listed = sum(each.gpu_usd + each.base_usd for each in days if each.environment == record.name)
    return BilledEnvironment(
        environment=record.name,
        billed_usd=round(billed, 3),
        listed_usd=round(listed, 3),
        difference_usd=round(billed - listed, 3),
    )


def _groups_of(record: EnvironmentRecord) -> tuple[str, ...]:
    name = record.name
    cells = (
        group
        for region in record.regions
        for group in (
            naming.cell_resource_group(name, region),
            naming.node_resource_group(name, region),
        )
    )
    return tuple(group.lower() for group in (naming.edge_resource_group(name), *cells))
