"""When an environment's GPU nodes became more or fewer, and what an hour of them cost then."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

KEPT_NODE_CHANGES = 300
"""Some 8 KB of a record at most."""


class NodeChange(NamedTuple):
    """The GPU nodes of all regions from one moment on."""

    at: int
    """Seconds since the epoch."""
    nodes: int
    unpriced: int
    """Those of `nodes` without a list price."""
    usd_per_hour: float
    """List price of the others."""

    @property
    def time(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


class NodeMeans(NamedTuple):
    """Means over time."""

    nodes: float
    unpriced: float
    usd_per_hour: float


def note_nodes(
    changes: Sequence[NodeChange], at: datetime, prices: Iterable[tuple[int, float | None]]
) -> tuple[NodeChange, ...]:
    """`prices`: of each region, its nodes and the price of one. Regions are seen one by one, so
    that a look may be a little behind the latest change, and counts from then on."""
    counted = tuple(prices)
    seconds = max(int(at.timestamp()), changes[-1].at if changes else 0)
    seen = NodeChange(
        at=seconds,
        nodes=sum(nodes for nodes, _ in counted),
        unpriced=sum(nodes for nodes, price in counted if price is None),
        usd_per_hour=round(sum(nodes * (price or 0.0) for nodes, price in counted), 4),
    )
    if changes and changes[-1][1:] == seen[1:]:
        return tuple(changes)
    before = [each for each in changes if each.at < seconds]
    return (*before, seen)[-KEPT_NODE_CHANGES:]


def mean_between(changes: Sequence[NodeChange], start: datetime, end: datetime) -> NodeMeans:
    """From `start` to the later `end`; without nodes before the first change."""
    total = NodeMeans(0.0, 0.0, 0.0)
    first = max(0, bisect_right(changes, start.timestamp(), key=lambda each: each.at) - 1)
    for number, change in enumerate(changes[first:], start=first + 1):
        if change.time >= end:
            break
        until = changes[number].time if number < len(changes) else end
        share = max(min(until, end) - max(change.time, start), timedelta()) / (end - start)
        total = NodeMeans(
            total.nodes + share * change.nodes,
            total.unpriced + share * change.unpriced,
            total.usd_per_hour + share * change.usd_per_hour,
        )
    return total
