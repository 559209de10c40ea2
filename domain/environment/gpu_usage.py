"""GPU node hours of an environment and their list price, from the node counts that were observed.

Between two observations of a region the earlier count holds: nodes that nothing has read are not
invented, and those that were read stay until something reads that they are gone. The minutes in
which a node boots, before an operation or a sweep sees it, are missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import AwareDatetime, Field

from domain.catalog.gpu_skus import find_gpu_sku
from domain.catalog.prices import shipped_prices
from domain.environment.gpu_days import GpuDay, add_days
from domain.environment.node_changes import NodeChange, note_nodes
from domain.wire import WireModel

HOUR = timedelta(hours=1)


class GpuNodes(WireModel):
    """The GPU nodes of one region at one moment."""

    region: str
    at: AwareDatetime
    nodes: int = Field(ge=0)
    vm_size: str = ""
    spot: bool = False
    """Like the size without meaning where there are no nodes."""
    hourly_price: float | None = None
    """USD per node, in the region; None if the look did not bring one."""

    def is_like(self, other: "GpuNodes") -> bool:
        """Whether both are of one kind; Azure returns sizes in any case."""
        sizes = (self.vm_size.lower(), other.vm_size.lower())
        return sizes[0] == sizes[1] and self.spot == other.spot


class RecordGpuNodes(WireModel):
    """Node counts, to be recorded."""

    seen: tuple[GpuNodes, ...]


class NodeHours(WireModel):
    """Hours of nodes of one kind, at the list price of the time."""

    vm_size: str
    spot: bool
    hourly_price: float | None = None
    """USD per node, in the region; None if no list price was known."""
    hours: float


class GpuSpending(WireModel):
    """What GPU nodes have cost between two moments."""

    since: AwareDatetime
    until: AwareDatetime
    priced_node_hours: float
    unpriced_node_hours: float
    cost_usd: float
    """List price of the priced hours."""


class GpuUsage(WireModel):
    """What an environment's record keeps about its GPU nodes."""

    observed: dict[str, GpuNodes] = Field(default_factory=dict[str, GpuNodes])
    """The latest observation of each region."""
    hours: tuple[NodeHours, ...] = ()
    """Up to the latest observation of each region."""
    since: AwareDatetime | None = None
    """When nodes were first seen; None: never."""
    up_since: AwareDatetime | None = None
    """When nodes were last seen after no region had any."""
    hours_before: tuple[NodeHours, ...] = ()
    """`hours` at that time."""
    days: dict[str, GpuDay] = Field(default_factory=dict[str, GpuDay])
    """By date: the latest days of the same hours."""
    before_none: dict[str, GpuNodes] = Field(default_factory=dict[str, GpuNodes])
    """By region that has no nodes, or had none before those that it has: the nodes that it had
    last, at the time at which they were gone."""
    again_since: dict[str, AwareDatetime] = Field(default_factory=dict[str, AwareDatetime])
    """By region of `before_none`: when it had nodes again."""
    changes: tuple[NodeChange, ...] = ()
    """The latest changes of the number or price of all nodes, oldest first."""


def is_news(known: GpuNodes | None, seen: GpuNodes) -> bool:
    """Whether `seen` changes what the record says: another count, kind or price, and later."""
    if known is None:
        return seen.nodes > 0
    is_same = known.nodes == seen.nodes and (seen.nodes == 0 or _is_as_known(known, seen))
    return seen.at > known.at and not is_same


def _is_as_known(known: GpuNodes, seen: GpuNodes) -> bool:
    return known.is_like(seen) and seen.hourly_price in (None, known.hourly_price)


def observe(usage: GpuUsage, seen: GpuNodes) -> GpuUsage:
    """The usage with another observation of a region.

    One that is not later than the latest changes nothing, so it may arrive twice or late.
    """
    known = usage.observed.get(seen.region)
    if known and seen.at <= known.at:
        return usage
    if known and known.is_like(seen):
        known, seen = _priced(known, seen), _priced(seen, known)
    hours = _add(usage.hours, known, seen.at) if known else usage.hours
    days = _with_days(usage.days, known, seen.at) if known else usage.days
    observed = {**usage.observed, seen.region: seen}
    changes: dict[str, Any] = {"hours": hours, "days": days, "observed": observed}
    priced = [(each.nodes, find_node_price(each)) for each in observed.values()]
    changes["changes"] = note_nodes(usage.changes, seen.at, priced)
    if known and known.nodes and not seen.nodes:
        gone = known.model_copy(update={"at": seen.at})
        changes["before_none"] = {**usage.before_none, seen.region: gone}
        changes["again_since"] = _without(usage.again_since, seen.region)
    elif seen.nodes and seen.region in usage.before_none and not (known and known.nodes):
        changes["again_since"] = {**usage.again_since, seen.region: seen.at}
    if seen.nodes and not any(each.nodes for each in usage.observed.values()):
        since = usage.since or seen.at
        changes |= {"since": since, "up_since": seen.at, "hours_before": hours}
    return usage.model_copy(update=changes)


def _without(moments: Mapping[str, datetime], region: str) -> dict[str, datetime]:
    return {each: at for each, at in moments.items() if each != region}


def observe_at_least(usage: GpuUsage, seen: GpuNodes) -> GpuUsage:
    """The same for a look that may have missed nodes: a higher count of that kind stays."""
    known = usage.observed.get(seen.region)
    if known and known.is_like(seen):
        seen = seen.model_copy(update={"nodes": max(known.nodes, seen.nodes)})
    return observe(usage, seen)


def observe_none(usage: GpuUsage, regions: Iterable[str], at: datetime) -> GpuUsage:
    """The usage once the nodes of these regions are gone."""
    for region in regions:
        usage = observe(usage, GpuNodes(region=region, at=at, nodes=0))
    return usage


def total(usage: GpuUsage, now: datetime) -> GpuSpending | None:
    """Everything until `now`, with what runs; None if nodes were never seen."""
    return _spending(usage, (), usage.since, now)


def spent_by_day(usage: GpuUsage, now: datetime) -> dict[str, GpuDay]:
    """By date until `now`, with what runs."""
    days = usage.days
    for each in usage.observed.values():
        days = _with_days(days, each, now)
    return days


def spent_while_up(usage: GpuUsage, now: datetime) -> GpuSpending | None:
    """The same since nodes were last seen after no region had any."""
    return _spending(usage, usage.hours_before, usage.up_since, now)


def _spending(
    usage: GpuUsage, before: Sequence[NodeHours], since: datetime | None, now: datetime
) -> GpuSpending | None:
    """`now` may be behind the observations: clocks differ, and nothing is subtracted for that."""
    if since is None:
        return None
    hours = usage.hours
    for each in usage.observed.values():
        hours = _add(hours, each, now)
    after, until_then = _sum(hours), _sum(before)
    return GpuSpending(
        since=since,
        until=max(now, *(each.at for each in usage.observed.values())),
        priced_node_hours=after.priced - until_then.priced,
        unpriced_node_hours=after.unpriced - until_then.unpriced,
        cost_usd=after.cost - until_then.cost,
    )


def _add(hours: Sequence[NodeHours], seen: GpuNodes, until: datetime) -> tuple[NodeHours, ...]:
    """The hours with those of `seen` from its time to `until`."""
    spent = seen.nodes * max(until - seen.at, timedelta()) / HOUR
    if not spent:
        return tuple(hours)
    sku = find_gpu_sku(seen.vm_size)
    more = NodeHours(
        vm_size=sku.name if sku else seen.vm_size,
        spot=seen.spot,
        hourly_price=find_node_price(seen),
        hours=spent,
    )
    if not any(_is_same_price(each, more) for each in hours):
        return (*hours, more)
    return tuple(
        each.model_copy(update={"hours": each.hours + spent})
        if _is_same_price(each, more)
        else each
        for each in hours
    )


def _with_days(days: Mapping[str, GpuDay], seen: GpuNodes, until: datetime) -> dict[str, GpuDay]:
    if not seen.nodes:
        return dict(days)
    return add_days(days, seen.at, until, seen.nodes, find_node_price(seen))


def find_node_price(seen: GpuNodes) -> float | None:
    """USD per node and hour in its region; None if no list price is known."""
    if seen.hourly_price is not None:
        return seen.hourly_price
    prices = shipped_prices(seen.region)
    return prices.find(seen.vm_size, seen.spot) if prices else None


def _priced(nodes: GpuNodes, other: GpuNodes) -> GpuNodes:
    """With the price of the other look where its own brought none: steps of operations see nodes
    minutes before a sweep brings the region's price."""
    if nodes.hourly_price is not None:
        return nodes
    return nodes.model_copy(update={"hourly_price": other.hourly_price})


def _is_same_price(one: NodeHours, other: NodeHours) -> bool:
    return one.model_copy(update={"hours": other.hours}) == other


class _Sums(NamedTuple):
    priced: float
    unpriced: float
    cost: float


def _sum(hours: Sequence[NodeHours]) -> _Sums:
    prices = [(each.hours, each.hourly_price) for each in hours]
    return _Sums(
        priced=sum(spent for spent, price in prices if price is not None),
        unpriced=sum(spent for spent, price in prices if price is None),
        cost=sum(spent * price for spent, price in prices if price is not None),
    )
