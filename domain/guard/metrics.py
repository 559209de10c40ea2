"""An environment's figures over time, from what its record keeps."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from domain.environment.gpu_usage import HOUR, GpuUsage, find_node_price
from domain.environment.metric_history import (
    MetricHistory,
    TrafficPoint,
    has_slots,
    traffic_by_hour,
    traffic_by_slot,
)
from domain.environment.metric_views import EnvironmentMetrics, MetricPoint, MetricTotals
from domain.environment.node_changes import NodeChange, mean_between, note_nodes
from domain.environment.record import EnvironmentRecord
from domain.environment.use_history import SLOT_MINUTES
from domain.guard.costs import PricesByRegion, base_per_hour
from domain.wire import format_time

SWEEP_IS_LATE = timedelta(minutes=15)
"""Three of them did not come, or did not end."""


class NodeLog(NamedTuple):
    """Changes of GPU nodes, and since when they tell everything."""

    changes: Sequence[NodeChange]
    known_since: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """What points are built from."""

    traffic: dict[int, TrafficPoint]
    quiet: TrafficPoint
    """Of an interval in which nothing has moved."""
    traffic_since: datetime | None
    looked_until: datetime
    """What came later no sweep can have seen."""
    nodes: NodeLog
    base_per_hour: float


def build_metrics(
    record: EnvironmentRecord,
    prices: PricesByRegion,
    start: datetime,
    end: datetime,
    now: datetime,
    last_sweep: datetime | None = None,
) -> EnvironmentMetrics:
    """Of the window from `start` up to, but without, `end`. `last_sweep`: when the latest one
    began; None: not known, as one is running."""
    is_fine = has_slots(start, now)
    length = timedelta(minutes=SLOT_MINUTES) if is_fine else HOUR
    history = record.metric_history
    figures = Figures(
        traffic=traffic_by_slot(history) if is_fine else traffic_by_hour(history),
        quiet=_quiet(history),
        traffic_since=history.since,
        looked_until=last_sweep or now,
        nodes=log_nodes(record.gpu_usage, record.created_at),
        base_per_hour=0.0 if record.was_never_begun else base_per_hour(record, prices),
    )
    begin, until = max(start, record.created_at), min(end, now)
    points = [_build_point(figures, each, length, until) for each in _starts(begin, until, length)]
    return EnvironmentMetrics(
        environment=record.name,
        from_date_time=start,
        to_date_time=end,
        interval_minutes=length // timedelta(minutes=1),
        since_date_time=history.since,
        unrecorded=_find_reason(record, begin, until, last_sweep),
        totals=_sum_up(points, length, begin, until),
        value=tuple(points),
    )


def latest_moment(record: EnvironmentRecord, now: datetime) -> datetime:
    """`now`, or what is on record of later, as clocks differ."""
    looks = (each.at for each in record.counters.values())
    nodes = (each.at for each in record.gpu_usage.observed.values())
    return max(now, record.updated_at, *looks, *nodes)


def log_nodes(usage: GpuUsage, created_at: datetime) -> NodeLog:
    """Changes that a bounded record has dropped, or never had, are not known."""
    changes = usage.changes
    if not changes and usage.observed:
        latest = max(each.at for each in usage.observed.values())
        prices = ((each.nodes, find_node_price(each)) for each in usage.observed.values())
        changes = note_nodes((), latest, prices)
    is_complete = usage.since is None or (changes and changes[0].time <= usage.since)
    return NodeLog(changes, created_at if is_complete else changes[0].time)


def _starts(begin: datetime, end: datetime, length: timedelta) -> Iterator[datetime]:
    at = datetime.fromtimestamp(begin.timestamp() // length.seconds * length.seconds, UTC)
    while at < end:
        yield at
        at += length


def _build_point(
    figures: Figures, start: datetime, length: timedelta, end: datetime
) -> MetricPoint:
    """`end`: until when anything is known, which may be within the interval."""
    seen = _traffic_at(figures, start, length, end)
    begin, until = max(start, figures.nodes.known_since), min(start + length, end)
    point = MetricPoint(
        start_date_time=start,
        requests=seen.requests,
        errors=seen.errors,
        tokens_in=seen.tokens_in,
        tokens_out=seen.tokens_out,
        gpu_utilisation_percent=seen.gpu_percent,
        busy_replicas=seen.busy_replicas,
    )
    if begin >= until:
        return point
    nodes = mean_between(figures.nodes.changes, begin, until)
    return point.model_copy(
        update={
            "gpu_nodes": round(nodes.nodes, 2),
            "unpriced_gpu_nodes": round(nodes.unpriced, 2) or None,
            "gpu_usd_per_hour": round(nodes.usd_per_hour, 4),
            "usd_per_hour": round(nodes.usd_per_hour + figures.base_per_hour, 4),
        }
    )


def _traffic_at(
    figures: Figures, start: datetime, length: timedelta, end: datetime
) -> TrafficPoint:
    """In an interval that is not over yet, or after the latest sweep, there was no look so far."""
    if seen := figures.traffic.get(int(start.timestamp()) // length.seconds):
        return seen
    since = figures.traffic_since
    looked_until = min(figures.looked_until, end)
    is_known = since is not None and since < start + length <= looked_until
    return figures.quiet if is_known else TrafficPoint(0)


def _quiet(history: MetricHistory) -> TrafficPoint:
    """Zero for each figure that the environment's pods are known to tell."""
    points = (*history.hours, *history.slots)
    return TrafficPoint(
        0,
        requests=0,
        errors=0,
        tokens_in=_zero_if_told(each.tokens_in for each in points),
        tokens_out=_zero_if_told(each.tokens_out for each in points),
        busy_replicas=_zero_if_told(each.busy_replicas for each in points),
    )


def _zero_if_told(figures: Iterable[int | None]) -> int | None:
    return 0 if any(each is not None for each in figures) else None


def _find_reason(
    record: EnvironmentRecord, begin: datetime, end: datetime, last_sweep: datetime | None
) -> str | None:
    since = record.metric_history.since
    if begin >= end:
        return f"The environment was created at {_say_when(record.created_at)}."
    if since is None:
        return (
            "No sweep has looked at the counters of its gateways and engines yet: the first look "
            "comes with the first sweep half an hour after the environment is Ready."
        )
    if since >= end:
        return f"The counters are on record since {_say_when(since)}, after this window."
    if last_sweep and end - last_sweep > SWEEP_IS_LATE:
        return f"The latest sweep that has ended began at {_say_when(last_sweep)}."
    if begin < since:
        return f"The counters are on record since {_say_when(since)}."
    return None


def _say_when(at: datetime) -> str:
    return format_time(at.replace(microsecond=0))


def _sum_up(
    points: Sequence[MetricPoint], length: timedelta, begin: datetime, end: datetime
) -> MetricTotals:
    hours = [
        (min(each.start_date_time + length, end) - max(each.start_date_time, begin)) / HOUR
        for each in points
    ]
    return MetricTotals(
        requests=_sum(each.requests for each in points),
        errors=_sum(each.errors for each in points),
        tokens_in=_sum(each.tokens_in for each in points),
        tokens_out=_sum(each.tokens_out for each in points),
        gpu_node_hours=_integral((each.gpu_nodes for each in points), hours),
        cost_usd=_integral((each.usd_per_hour for each in points), hours),
    )


def _sum(figures: Iterable[int | None]) -> int | None:
    known = [each for each in figures if each is not None]
    return sum(known) if known else None


def _integral(figures: Iterable[float | None], hours: Iterable[float]) -> float | None:
    pairs = zip(figures, hours, strict=True)
    known = [each * share for each, share in pairs if each is not None]
    return round(sum(known), 3) if known else None
