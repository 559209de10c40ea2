"""What it has saved that an environment slept: the nodes that it had before, at their price."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import AwareDatetime

from domain.environment.gpu_usage import HOUR, GpuNodes, find_node_price
from domain.wire import WireModel


class GpuSaving(WireModel):
    """Nodes that did not run between two moments."""

    since: AwareDatetime
    until: AwareDatetime
    node_hours: float
    saved_usd: float
    """List price of the node hours that have one."""
    unpriced_node_hours: float
    per_hour_usd: float
    """What an hour saves, of the nodes that have a price."""


class _Slept(NamedTuple):
    nodes: int
    hours: float
    price: float | None


def saved_while_asleep(
    put_to_sleep: Mapping[str, GpuNodes],
    awake_since: Mapping[str, datetime],
    until: datetime,
) -> GpuSaving | None:
    """`put_to_sleep`: by region, the nodes before, at the time at which they were gone;
    `awake_since`: when a region had some again. None if nothing slept."""
    if not put_to_sleep:
        return None
    slept = [
        _look(nodes, awake_since.get(region) or until) for region, nodes in put_to_sleep.items()
    ]
    return GpuSaving(
        since=min(each.at for each in put_to_sleep.values()),
        until=until,
        node_hours=_hours(slept),
        saved_usd=sum(each.nodes * each.hours * (each.price or 0.0) for each in slept),
        unpriced_node_hours=_hours(each for each in slept if each.price is None),
        per_hour_usd=sum(each.nodes * (each.price or 0.0) for each in slept),
    )


def _look(nodes: GpuNodes, until: datetime) -> _Slept:
    hours = max(until - nodes.at, timedelta()) / HOUR
    return _Slept(nodes.nodes, hours, find_node_price(nodes))


def _hours(slept: Iterable[_Slept]) -> float:
    return sum(each.nodes * each.hours for each in slept)
