"""What sweeps have seen of an environment's traffic: in slots of five minutes for a day, then in
hours for two weeks.

Looks at which nothing had moved are no news and leave no slot: a slot that is missing after
`since` had no traffic. Its size is bounded, whatever the traffic.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import AwareDatetime

from domain.environment.use_history import SLOT_MINUTES, slot_of, start_of
from domain.wire import WireModel

SLOTS_PER_HOUR = 60 // SLOT_MINUTES
KEPT_SLOT_HOURS = 24
"""Whole hours before the present one that are kept in slots."""
KEPT_HOURS = 14 * 24
"""With the slots some 22 KB of a record at most."""


class TrafficPoint(NamedTuple):
    """What looks of one slot or hour have seen; None: not known."""

    start: int
    """Slots, or hours, since the epoch."""
    requests: int | None = None
    errors: int | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    gpu_percent: int | None = None
    """The highest of all looks, of the busiest GPU."""
    busy_replicas: int | None = None
    """The most of all looks."""


class MetricHistory(WireModel):
    """Oldest first."""

    since: AwareDatetime | None = None
    """The earliest look that still counts; None: there was none."""
    slots: tuple[TrafficPoint, ...] = ()
    hours: tuple[TrafficPoint, ...] = ()


def hour_of(at: datetime) -> int:
    return slot_of(at) // SLOTS_PER_HOUR


def start_of_hour(hour: int) -> datetime:
    return start_of(hour * SLOTS_PER_HOUR)


def note_traffic(history: MetricHistory, at: datetime, seen: TrafficPoint) -> MetricHistory:
    """With what a look has seen; what is no longer kept in slots moves into hours."""
    oldest = (hour_of(at) - KEPT_SLOT_HOURS) * SLOTS_PER_HOUR
    slots = merge_points((*history.slots, seen._replace(start=slot_of(at))))
    hours = merge_points(
        (*history.hours, *in_hours(each for each in slots if each.start < oldest))
    )
    kept = tuple(each for each in hours if each.start > hour_of(at) - KEPT_HOURS)[-KEPT_HOURS:]
    since = history.since or at
    if len(kept) < len(hours):
        since = max(since, start_of_hour(hour_of(at) - KEPT_HOURS + 1))
    return MetricHistory(
        since=since.astimezone(UTC),
        slots=tuple(each for each in slots if each.start >= oldest),
        hours=kept,
    )


def newest_growth(before: MetricHistory | None, after: MetricHistory) -> TrafficPoint | None:
    """What the latest slot has that it had not before; None if that is nothing."""
    known = before or MetricHistory()
    if not after.slots or after.slots == known.slots:
        return None
    newest = after.slots[-1]
    earlier = traffic_by_slot(known).get(newest.start)
    if earlier is None or earlier == newest:
        return newest if earlier is None else None
    return newest._replace(
        requests=_less(newest.requests, earlier.requests),
        errors=_less(newest.errors, earlier.errors),
        tokens_in=_less(newest.tokens_in, earlier.tokens_in),
        tokens_out=_less(newest.tokens_out, earlier.tokens_out),
    )


def traffic_by_slot(history: MetricHistory) -> dict[int, TrafficPoint]:
    return {each.start: each for each in history.slots}


def traffic_by_hour(history: MetricHistory) -> dict[int, TrafficPoint]:
    points = merge_points((*history.hours, *in_hours(history.slots)))
    return {each.start: each for each in points}


def has_slots(start: datetime, now: datetime) -> bool:
    """Whether what was seen since `start` is still kept in slots."""
    return hour_of(start) >= hour_of(now) - KEPT_SLOT_HOURS


def in_hours(slots: Iterable[TrafficPoint]) -> tuple[TrafficPoint, ...]:
    return tuple(each._replace(start=each.start // SLOTS_PER_HOUR) for each in slots)


def merge_points(points: Iterable[TrafficPoint]) -> tuple[TrafficPoint, ...]:
    """One for each start: counts are added up, and the highest of what is of a moment stays. What
    is not known is left out."""
    merged: dict[int, TrafficPoint] = {}
    for each in points:
        known = merged.get(each.start)
        merged[each.start] = add_points(known, each) if known else each
    return tuple(merged[start] for start in sorted(merged))


def add_points(one: TrafficPoint, other: TrafficPoint) -> TrafficPoint:
    return TrafficPoint(
        one.start,
        _sum(one.requests, other.requests),
        _sum(one.errors, other.errors),
        _sum(one.tokens_in, other.tokens_in),
        _sum(one.tokens_out, other.tokens_out),
        _highest(one.gpu_percent, other.gpu_percent),
        _highest(one.busy_replicas, other.busy_replicas),
    )


def _sum(*values: int | None) -> int | None:
    known = [each for each in values if each is not None]
    return sum(known) if known else None


def _less(value: int | None, earlier: int | None) -> int | None:
    return None if value is None else value - (earlier or 0)


def _highest(*values: int | None) -> int | None:
    return max((each for each in values if each is not None), default=None)
