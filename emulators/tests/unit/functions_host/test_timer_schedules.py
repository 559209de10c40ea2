"""Timers are due when the real host would find them due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from emulators.functions_host.settings_files import SettingsError
from emulators.functions_host.timers.schedules import parse_schedule, time_zone

UTC_ZONE = ZoneInfo("UTC")


def at(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "now", "due"),
    [
        pytest.param(
            "* * * * * *", "2026-11-22T10:00:00", "2026-11-22T10:00:01", id="each second"
        ),
        pytest.param(
            "0 */5 * * * *", "2026-11-22T10:05:00", "2026-11-22T10:10:00", id="never now itself"
        ),
        pytest.param(
            "*/10 * * * * *", "2026-11-22T10:00:01.5", "2026-11-22T10:00:10", id="within a second"
        ),
        pytest.param(
            "*/5 * * * *", "2026-11-22T10:01:30", "2026-11-22T10:05:00", id="five fields"
        ),
        pytest.param(
            "0 5/20 * * * *", "2026-11-22T10:26:00", "2026-11-22T10:45:00", id="step from a value"
        ),
        pytest.param(
            "0 0 8-18/4 * * *", "2026-11-22T13:00:00", "2026-11-22T16:00:00", id="step in a range"
        ),
        pytest.param(
            "0 0,30 9,17 * * *", "2026-11-22T09:30:00", "2026-11-22T17:00:00", id="lists"
        ),
        pytest.param(
            "0 30 9 * * Mon-Fri", "2026-11-20T10:00:00", "2026-11-23T09:30:00", id="day names"
        ),
        pytest.param(
            "0 0 0 1 January *", "2026-11-22T00:00:00", "2027-01-01T00:00:00", id="month name"
        ),
        pytest.param(
            "0 0 0 * * sUnDaY", "2026-11-23T00:00:00", "2026-11-29T00:00:00", id="any case"
        ),
        pytest.param(
            "0 0 0 1-7 * MON", "2026-11-22T00:00:00", "2026-12-07T00:00:00", id="both days match"
        ),
        pytest.param(
            "0 0 0 * 3-1 *", "2026-11-30T00:00:00", "2027-01-01T00:00:00", id="range backwards"
        ),
        pytest.param("0 0 0 29 2 *", "2026-11-22T00:00:00", "2028-02-29T00:00:00", id="leap day"),
        pytest.param(
            "59 59 23 31 12 *", "2026-12-31T23:59:59", "2027-12-31T23:59:59", id="a year on"
        ),
        pytest.param("00:00:30", "2026-11-22T10:00:05", "2026-11-22T10:00:35", id="time span"),
        pytest.param("1.02:00", "2026-11-22T10:00:00", "2026-11-23T12:00:00", id="days and hours"),
        pytest.param("24:00:00", "2026-11-01T00:00:00", "2026-11-25T00:00:00", id="24 is days"),
    ],
)
def test_the_next_occurrence(expression: str, now: str, due: str) -> None:
    assert parse_schedule(expression, UTC_ZONE).next_after(at(now)) == at(due)


def test_a_day_that_no_month_has_never_comes() -> None:
    assert parse_schedule("0 0 0 31 2 *", UTC_ZONE).next_after(at("2026-11-22")) is None


@pytest.mark.parametrize(
    ("expression", "now", "due"),
    [
        pytest.param(
            "0 0 9 * * *", "2026-07-01T00:00:00", "2026-07-01T09:00:00+02:00", id="summer"
        ),
        pytest.param(
            "0 0 9 * * *", "2026-12-01T00:00:00", "2026-12-01T09:00:00+01:00", id="winter"
        ),
        pytest.param(
            "0 30 2 * * *",
            "2026-03-28T12:00:00",
            "2026-03-29T03:30:00+02:00",
            id="the hour that spring leaves out",
        ),
        pytest.param(
            "0 30 2 * * *",
            "2026-10-25T00:30:00",
            "2026-10-26T02:30:00+01:00",
            id="once in the hour that autumn repeats",
        ),
    ],
)
def test_the_time_zone_counts(expression: str, now: str, due: str) -> None:
    schedule = parse_schedule(expression, ZoneInfo("Europe/Berlin"))

    assert schedule.next_after(at(now)) == at(due)


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        pytest.param("* * * *", "has 4 fields", id="four fields"),
        pytest.param("0 0 0 * * * *", "has 7 fields", id="seven fields"),
        pytest.param("60 * * * * *", "'60' is no second", id="too large"),
        pytest.param("0 0 0 0 * *", "'0' is no day", id="too small"),
        pytest.param("0 0 0 * * 7", "'7' is no day of week", id="7 is not Sunday"),
        pytest.param("0 0 0 L * *", "'L' is no day", id="no last day"),
        pytest.param("0 0 0 * * MON#1", "'MON#1' is no day of week", id="no first Monday"),
        pytest.param("0 0 0 ? * *", "'[?]' is no day", id="no question mark"),
        pytest.param("*/0 * * * * *", "the step must be", id="step zero"),
        pytest.param("1,,2 * * * * *", "'' is no second", id="empty in a list"),
        pytest.param("0 0 0 * Foo *", "'Foo' is no month", id="no such month"),
        pytest.param("00:00:00", "no time span", id="no time at all"),
        pytest.param("5:xx", "no time span", id="no time span"),
    ],
)
def test_what_the_real_host_refuses_is_refused(expression: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        parse_schedule(expression, UTC_ZONE)


@pytest.mark.parametrize(
    ("expression", "is_frequent"),
    [("0 * * * * *", False), ("0,30 * * * * *", True), ("00:00:59", True), ("00:01:00", False)],
)
def test_a_timer_that_runs_more_than_once_a_minute_is_frequent(
    expression: str, is_frequent: bool
) -> None:
    assert parse_schedule(expression, UTC_ZONE).is_frequent is is_frequent


def test_the_time_zone_is_utc_unless_a_known_one_is_set() -> None:
    assert time_zone({}).utcoffset(at("2026-07-01")) == timedelta(0)
    assert time_zone({"WEBSITE_TIME_ZONE": "Asia/Tokyo"}).key == "Asia/Tokyo"
    with pytest.raises(SettingsError, match="'Middle Earth' is no name"):
        time_zone({"WEBSITE_TIME_ZONE": "Middle Earth"})
