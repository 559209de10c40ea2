"""What GPU nodes have cost by day, in UTC."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from domain.wire import WireModel

KEPT_DAYS = 62
"""Two whole months; what is older is in Azure's own cost data."""


class GpuDay(WireModel):
    """The GPU nodes of one day."""

    priced_node_hours: float = 0.0
    unpriced_node_hours: float = 0.0
    cost_usd: float = 0.0
    """List price of the priced hours."""

    def add(self, node_hours: float, hourly_price: float | None) -> "GpuDay":
        if hourly_price is None:
            unpriced = self.unpriced_node_hours + node_hours
            return self.model_copy(update={"unpriced_node_hours": unpriced})
        priced = self.priced_node_hours + node_hours
        cost = self.cost_usd + node_hours * hourly_price
        return self.model_copy(update={"priced_node_hours": priced, "cost_usd": cost})

    def add_day(self, other: "GpuDay") -> "GpuDay":
        return GpuDay(
            priced_node_hours=self.priced_node_hours + other.priced_node_hours,
            unpriced_node_hours=self.unpriced_node_hours + other.unpriced_node_hours,
            cost_usd=self.cost_usd + other.cost_usd,
        )


def hours_by_day(start: datetime, end: datetime) -> Iterator[tuple[date, float]]:
    """The hours from `start` to `end` by the days that they are in; none if it is not later."""
    at = start.astimezone(UTC)
    while at < end:
        midnight = datetime(at.year, at.month, at.day, tzinfo=UTC) + timedelta(days=1)
        until = min(midnight, end)
        yield at.date(), (until - at) / timedelta(hours=1)
        at = until


def add_days(
    days: Mapping[str, GpuDay],
    start: datetime,
    end: datetime,
    nodes: int,
    hourly_price: float | None,
) -> dict[str, GpuDay]:
    """The days with those of so many nodes; `hourly_price`: of each, None if it is not known."""
    added = dict(days)
    for day, hours in hours_by_day(start, end):
        key = day.isoformat()
        added[key] = added.get(key, GpuDay()).add(nodes * hours, hourly_price)
    return {key: added[key] for key in sorted(added)[-KEPT_DAYS:]}
