"""When a timer fires: by an NCRONTAB expression in a time zone, or at a constant interval."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from emulators.functions_host.settings_files import SettingsError, time_span
from emulators.functions_host.timers.ncrontab import Ncrontab, NcrontabError

_MONITORED_FROM = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """`next_after` takes and gives moments with a time zone; None means never again."""

    text: str
    next_after: Callable[[datetime], datetime | None]
    is_frequent: bool
    """More often than once a minute: the real host keeps no record of such timers."""


def time_zone(environment: Mapping[str, str]) -> ZoneInfo:
    name = environment.get("WEBSITE_TIME_ZONE") or "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(
            f"WEBSITE_TIME_ZONE: '{name}' is no name of the time zone database."
        ) from None


def parse_schedule(text: str, zone: ZoneInfo) -> Schedule:
    if ":" in text:
        return _constant(text)
    try:
        cron = Ncrontab.parse(text)
    except NcrontabError as error:
        raise SettingsError(f"The schedule is not valid: {error}") from None

    def next_after(moment: datetime) -> datetime | None:
        return _next_in_zone(cron, moment, zone)

    return Schedule(text, next_after, is_frequent=len(cron.seconds) > 1)


def _next_in_zone(cron: Ncrontab, moment: datetime, zone: ZoneInfo) -> datetime | None:
    """Walk the wall clock; what falls into the hour left out in spring runs after it."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    while (found := cron.next_after(local)) is not None:
        occurrence = found.replace(tzinfo=zone).astimezone(UTC)
        if occurrence > moment:
            return occurrence
        # The hour that autumn repeats: its first pass is over already.
        local = found
    return None


def _constant(text: str) -> Schedule:
    interval = time_span(text)
    if not interval:
        raise SettingsError(f"The schedule is not valid: '{text}' is no time span hh:mm:ss.")
    return Schedule(text, lambda moment: moment + interval, interval < _MONITORED_FROM)
