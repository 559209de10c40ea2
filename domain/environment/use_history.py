"""When an environment was in use, as sweeps saw it: what advice on its idle setting rests on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import AwareDatetime

from domain.wire import WireModel

SLOT_MINUTES = 5
"""As often as the sweep looks, and the shortest `idle.afterMinutes`."""

KEPT_SLOTS = 28 * 24 * 60 // SLOT_MINUTES
KEPT_USE_PERIODS = 300
"""Some 7 KB of a record at most."""


class UsePeriod(NamedTuple):
    """Slots in a row, both included, counted from the epoch, in each of which there was use."""

    first: int
    last: int
    requests: int
    """Zero while one long generation was all that ran."""


class UseHistory(WireModel):
    """Without the looks at which nothing had moved, which are no news."""

    since: AwareDatetime | None = None
    """The earliest look that still counts; None: there was none."""
    periods: tuple[UsePeriod, ...] = ()
    """Oldest first."""


def slot_of(at: datetime) -> int:
    return int(at.timestamp() // (60 * SLOT_MINUTES))


def start_of(slot: int) -> datetime:
    return datetime.fromtimestamp(slot * 60 * SLOT_MINUTES, UTC)


def note_look_at_use(history: UseHistory, at: datetime) -> UseHistory:
    """With a look that has seen no use."""
    return history if history.since else history.model_copy(update={"since": at})


def note_use(history: UseHistory, at: datetime, requests: int) -> UseHistory:
    """With use that a look has seen, of so many requests since the look before.

    The oldest periods are dropped, and `since` moves with them.
    """
    slot, periods = slot_of(at), history.periods
    if periods and slot <= periods[-1].last + 1:
        latest = periods[-1]
        joined = UsePeriod(latest.first, max(latest.last, slot), latest.requests + requests)
        periods = (*periods[:-1], joined)
    else:
        periods = (*periods, UsePeriod(slot, slot, requests))
    kept = tuple(each for each in periods if each.last > slot - KEPT_SLOTS)[-KEPT_USE_PERIODS:]
    since = history.since or at
    if len(kept) < len(periods):
        since = max(since, start_of(kept[0].first))
    return UseHistory(since=since, periods=kept)


def seen_until(history: UseHistory) -> datetime | None:
    """End of the latest slot with use, or the first look; None without a history."""
    return start_of(history.periods[-1].last + 1) if history.periods else history.since


def requests_by_slot(history: UseHistory) -> dict[int, int]:
    """Each slot with use; the requests of a period are spread evenly over its slots."""
    return {slot: requests for each in history.periods for slot, requests in _spread(each)}


def _spread(period: UsePeriod) -> Iterator[tuple[int, int]]:
    slots = period.last - period.first + 1
    share, rest = divmod(period.requests, slots)
    for number in range(slots):
        yield period.first + number, share + (number < rest)
