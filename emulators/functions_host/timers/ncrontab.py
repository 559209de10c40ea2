"""NCRONTAB expressions as the real host reads them: six fields, or five without seconds.

No library fits: Unix cron libraries join day of month and day of week by "or", take day 7, `L` and
`#`, and refuse full names. NCrontab wants both days to match and knows none of the rest.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_LONGEST_GAP = timedelta(days=366 * 40)
"""29 February on a given weekday comes back after 28 years, over 2100 after 40."""


class NcrontabError(ValueError):
    """An expression that the real host would refuse, in one plain sentence."""


@dataclass(frozen=True, slots=True)
class _FieldKind:
    name: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()


_KINDS = (
    _FieldKind("second", 0, 59),
    _FieldKind("minute", 0, 59),
    _FieldKind("hour", 0, 23),
    _FieldKind("day", 1, 31),
    _FieldKind("month", 1, 12, _MONTHS),
    _FieldKind("day of week", 0, 6, _DAYS),
)


@dataclass(frozen=True, slots=True)
class Ncrontab:
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    days_of_week: frozenset[int]

    @classmethod
    def parse(cls, expression: str) -> "Ncrontab":
        fields = expression.split()
        if len(fields) == 5:
            fields.insert(0, "0")
        if len(fields) != 6:
            raise NcrontabError(f"'{expression}' has {len(fields)} fields; there must be 6 or 5.")
        values = [_values(kind, text) for kind, text in zip(_KINDS, fields, strict=True)]
        seconds, minutes, hours = (tuple(sorted(some)) for some in values[:3])
        return cls(seconds, minutes, hours, *values[3:])

    def next_after(self, moment: datetime) -> datetime | None:
        """Give the first occurrence later than `moment`, on the same clock; None if never."""
        earliest = moment.replace(microsecond=0) + timedelta(seconds=1)
        last_day = earliest.date() + _LONGEST_GAP
        day = earliest.date()
        at_least = earliest.time().replace(tzinfo=None)
        while day <= last_day:
            if self._runs_on(day) and (found := self._first_time(at_least)) is not None:
                return datetime.combine(day, found, moment.tzinfo)
            day, at_least = self._later_day(day), time()
        return None

    def _runs_on(self, day: date) -> bool:
        return (
            day.month in self.months
            and day.day in self.days
            and day.isoweekday() % 7 in self.days_of_week
        )

    def _later_day(self, day: date) -> date:
        if day.month in self.months:
            return day + timedelta(days=1)
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)

    def _first_time(self, at_least: time) -> time | None:
        for hour in self.hours[bisect_left(self.hours, at_least.hour) :]:
            minutes = self.minutes
            if hour == at_least.hour:
                minutes = minutes[bisect_left(minutes, at_least.minute) :]
            for minute in minutes:
                seconds = self.seconds
                if (hour, minute) == (at_least.hour, at_least.minute):
                    seconds = seconds[bisect_left(seconds, at_least.second) :]
                if seconds:
                    return time(hour, minute, seconds[0])
        return None


def _values(kind: _FieldKind, text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        first, last = _span(kind, span, is_open=bool(slash))
        found.update(range(first, last + 1, _step(kind, part, step) if slash else 1))
    return frozenset(found)


def _span(kind: _FieldKind, text: str, *, is_open: bool) -> tuple[int, int]:
    if text == "*":
        return kind.lowest, kind.highest
    first_text, dash, last_text = text.partition("-")
    first = _value(kind, first_text)
    if not dash:
        # "5/15" goes on from 5 to the end.
        return first, kind.highest if is_open else first
    last = _value(kind, last_text)
    return min(first, last), max(first, last)


def _step(kind: _FieldKind, part: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise NcrontabError(f"'{part}' is no {kind.name}: the step must be a whole number from 1.")
    return int(text)


def _value(kind: _FieldKind, text: str) -> int:
    if text.isdecimal() and text.isascii():
        if kind.lowest <= int(text) <= kind.highest:
            return int(text)
    elif text:
        # The real host takes any beginning of a name; the first one that fits counts.
        for number, name in enumerate(kind.names, kind.lowest):
            if name.startswith(text.lower()):
                return number
    raise NcrontabError(
        f"'{text}' is no {kind.name}; it must be from {kind.lowest} to {kind.highest}."
    )
