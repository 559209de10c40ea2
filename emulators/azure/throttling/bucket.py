"""A token bucket as a value: what one more request makes of it, with `now` as an argument."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `burst` tokens; `refill` more after each `every` seconds.

    With as much refill as burst this is a limit per time interval.
    """

    burst: int
    refill: int
    every: float = 1.0


@dataclass(frozen=True, slots=True)
class Level:
    """The tokens that are left, and the last moment at which some were added."""

    tokens: int
    refilled_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """The level after a request. `wait` in whole seconds, 0 when there was a token for it."""

    level: Level
    wait: int


def take(limit: Limit, level: Level, now: datetime) -> Taken:
    """Take a token, if there is one."""
    present = _refilled(limit, level, now)
    if present.tokens > 0:
        return Taken(Level(present.tokens - 1, present.refilled_at), 0)
    next_refill = present.refilled_at + timedelta(seconds=limit.every)
    return Taken(present, max(math.ceil((next_refill - now).total_seconds()), 1))


def _refilled(limit: Limit, level: Level, now: datetime) -> Level:
    steps = int((now - level.refilled_at).total_seconds() // limit.every)
    if steps <= 0:
        return level
    tokens = min(level.tokens + steps * limit.refill, limit.burst)
    return Level(tokens, level.refilled_at + timedelta(seconds=steps * limit.every))
