"""Whether a time falls into an environment's off hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.spec.fields import Weekday
from domain.spec.idle import OffHours

_ONE_DAY = timedelta(days=1)
_WEEKDAYS = tuple(Weekday)


def find_time_zone(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name; None if the time zone database does not have it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def is_off_hours(off_hours: OffHours | None, now: datetime) -> bool:
    """Whether `now` is inside one of the windows; False without windows.

    The bounds are compared as instants: a window during which clocks are set back lasts an hour
    longer, but does not end and start again.
    """
    zone = find_time_zone(off_hours.time_zone) if off_hours else None
    if off_hours is None or zone is None:
        return False
    today = now.astimezone(zone).date()
    # A window lasts less than two days: one that started before yesterday has ended.
    return any(
        _contains(off_hours, day, zone, now)
        for day in (today - _ONE_DAY, today)
        if _WEEKDAYS[day.weekday()] in off_hours.days
    )


def _contains(off_hours: OffHours, day: date, zone: ZoneInfo, now: datetime) -> bool:
    last = day + _ONE_DAY if off_hours.end <= off_hours.start else day
    begin = _instant(day, off_hours.start, zone)
    return begin <= now < _instant(last, off_hours.end, zone)


def _instant(day: date, written: str, zone: ZoneInfo) -> datetime:
    if written == "24:00":
        day, written = day + _ONE_DAY, "00:00"
    return datetime.combine(day, time.fromisoformat(written), zone).astimezone(UTC)
