"""Which invocations are asked for, and the one call to Log Analytics that asks for them.

The call names a saved function of the workspace, which `infra/` defines, with values that are
validated here: no text of a caller reaches the query language.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from domain.problem import Problem
from domain.spec.access import OBJECT_ID_PATTERN
from domain.spec.model import is_environment_name
from domain.wire import format_time

FUNCTION = "GridplaneInvocations"

DEFAULT_WINDOW = timedelta(hours=24)
LONGEST_WINDOW = timedelta(days=31)

RESOLUTION = timedelta(milliseconds=1)
"""Of the times that a gateway writes."""

_POSITION = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` up to, but without, `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """The place after an invocation: its time, and how many of that same time come before."""

    time: datetime
    seen: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for what no page has as its `skiptoken`."""
        found = _POSITION.fullmatch(text)
        try:
            return cls(datetime.fromisoformat(found[1]), int(found[2])) if found else None
        except ValueError:
            return None

    def __str__(self) -> str:
        time = self.time.astimezone(UTC).isoformat(timespec="milliseconds")
        return f"{time.removesuffix('+00:00')}Z_{self.seen}"


@dataclass(frozen=True, slots=True)
class InvocationQuery:
    """One page. `caller`: an object id; None for all callers."""

    environment: str
    window: Window
    page_size: int
    caller: str | None = None
    position: Position | None = None


def decide_window(start: datetime | None, end: datetime | None, now: datetime) -> Window | Problem:
    """By default the last 24 hours, or those before `end`."""
    end = end or now
    try:
        start = start or end - DEFAULT_WINDOW
    except OverflowError:
        return _problem("to", "Send a later time.")
    if start >= end:
        return _problem("from", f"Send a time before {format_time(end)}, the window's end.")
    if end - start > LONGEST_WINDOW:
        return _problem(
            "from", f"A window is at most {LONGEST_WINDOW.days} days long: send a later time."
        )
    return Window(start, end)


def render_call(query: InvocationQuery) -> str:
    """The call of the function, for one row more than the page has: it tells of a next page.

    Raises ValueError for values that are not of their type; whoever calls has validated them.
    """
    if not is_environment_name(query.environment):
        raise ValueError("not the name of an environment")
    if query.caller is not None and not re.fullmatch(OBJECT_ID_PATTERN, query.caller):
        raise ValueError("not an object id")
    window, seen = query.window, 0
    end = window.end
    if query.position:
        end, seen = min(end, query.position.time + RESOLUTION), query.position.seen
    values = (
        f'"{query.environment}"',
        _literal(window.start),
        _literal(end),
        f'"{(query.caller or "").lower()}"',
        str(int(query.page_size) + 1),
        str(int(seen)),
    )
    return f"{FUNCTION}({', '.join(values)})"


def find_position(query: InvocationQuery, times: list[datetime]) -> Position:
    """The place after a page with rows of these times, of which there is at least one."""
    last = times[-1]
    seen = times.count(last)
    if query.position and query.position.time == last:
        seen += query.position.seen
    return Position(last, seen)


def _literal(time: datetime) -> str:
    return f"datetime({format_time(time)})"


def _problem(parameter: str, message: str) -> Problem:
    return Problem("InvalidQueryParameter", message, f"query {parameter}")
