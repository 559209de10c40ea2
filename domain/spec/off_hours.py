"""Tells whether it is off hours where an environment's users are."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.spec.model import OffHours, Weekday

ONE_DAY = timedelta(days=1)
WEEKDAYS = tuple(Weekday)


def find_time_zone(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name, if this machine's database knows it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def is_off_hours(off_hours: OffHours | None, now: datetime) -> bool:
    """Whether one of the windows has begun and not ended; without a window it never is.

    Beginning and end are compared as instants: where the clock is set back in the night, a
    window is an hour longer, but nobody leaves and enters it again.
    """
    zone = find_time_zone(off_hours.time_zone) if off_hours else None
    if off_hours is None or zone is None:
        return False
    today = now.astimezone(zone).date()
    # The day before yesterday cannot reach into today: a window is shorter than two days.
    return any(
        _contains(off_hours, day, zone, now)
        for day in (today - ONE_DAY, today)
        if WEEKDAYS[day.weekday()] in off_hours.days
    )


def _contains(off_hours: OffHours, day: date, zone: ZoneInfo, now: datetime) -> bool:
    last = day + ONE_DAY if off_hours.end <= off_hours.start else day
    begin = _instant(day, off_hours.start, zone)
    return begin <= now < _instant(last, off_hours.end, zone)


def _instant(day: date, written: str, zone: ZoneInfo) -> datetime:
    if written == "24:00":
        day, written = day + ONE_DAY, "00:00"
    return datetime.combine(day, time.fromisoformat(written), zone).astimezone(UTC)
