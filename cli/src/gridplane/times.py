"""Times and durations as people read them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_SPAN = re.compile(r"(\d{1,5})([mhd])")
_MINUTES = {"m": 1, "h": 60, "d": 24 * 60}


def parse(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def ago(text: str | None, now: datetime) -> str:
    """`5m`, as kubectl shows ages; empty for no time."""
    return short((now - parse(text)).total_seconds()) if text else ""


def short(seconds: float) -> str:
    whole = max(int(seconds), 0)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if whole >= 2 * size:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def clock(seconds: float) -> str:
    """`1:02:03` or `02:03`."""
    hours, rest = divmod(max(round(seconds), 0), 3600)
    minutes, last = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{last:02d}" if hours else f"{minutes:02d}:{last:02d}"


def local(text: str) -> str:
    """To the second, in the time zone of the user."""
    return parse(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def zone(text: str) -> str:
    """Of the user at that time, such as CET."""
    return parse(text).astimezone().tzname() or ""


def local_with_zone(text: str) -> str:
    return f"{local(text)} {zone(text)}"


def parse_when(text: str, find_now: Callable[[], datetime]) -> datetime:
    """RFC 3339, or as long ago as `90m`, `6h` or `7d`. Raises ValueError."""
    if found := _SPAN.fullmatch(text):
        return find_now() - timedelta(minutes=int(found[1]) * _MINUTES[found[2]])
    at = parse(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def format_utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
