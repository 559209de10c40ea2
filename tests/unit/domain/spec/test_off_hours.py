"""Off hours follow the clock on the wall of the users, also when it is changed."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from domain.spec.idle import OffHours
from domain.spec.off_hours import find_time_zone, is_off_hours

BERLIN = "Europe/Berlin"
NIGHTS = {"timeZone": BERLIN, "start": "20:00", "end": "07:00"}
WEEKENDS = {"timeZone": BERLIN, "start": "00:00", "end": "24:00", "days": ["sat", "sun"]}
FRIDAY_NIGHTS = {**NIGHTS, "days": ["fri"]}
LUNCH = {"timeZone": "UTC", "start": "12:00", "end": "13:00"}


@pytest.mark.parametrize(
    ("window", "now", "expected"),
    [
        pytest.param(LUNCH, "2026-11-23T12:00Z", True, id="its first minute belongs to it"),
        pytest.param(LUNCH, "2026-11-23T13:00Z", False, id="its last minute does not"),
        pytest.param(LUNCH, "2026-11-23T11:59:59Z", False, id="just before"),
        pytest.param(LUNCH, "2026-11-23T14:30+02:00", True, id="now in another offset"),
        pytest.param(NIGHTS, "2026-11-23T18:59Z", False, id="evening: not yet in winter"),
        pytest.param(NIGHTS, "2026-11-23T19:00Z", True, id="evening: in winter"),
        pytest.param(NIGHTS, "2026-07-23T18:00Z", True, id="evening: an hour earlier in summer"),
        pytest.param(NIGHTS, "2026-11-23T23:30Z", True, id="past midnight there"),
        pytest.param(NIGHTS, "2026-11-24T05:59Z", True, id="until the morning"),
        pytest.param(NIGHTS, "2026-11-24T06:00Z", False, id="over in the morning"),
        pytest.param(WEEKENDS, "2026-11-27T22:59Z", False, id="Friday there"),
        pytest.param(WEEKENDS, "2026-11-27T23:00Z", True, id="Saturday there, not yet in UTC"),
        pytest.param(WEEKENDS, "2026-11-29T22:59Z", True, id="until Sunday is over there"),
        pytest.param(WEEKENDS, "2026-11-29T23:00Z", False, id="Monday there"),
        pytest.param(FRIDAY_NIGHTS, "2026-11-27T20:00Z", True, id="a day is where it starts"),
        pytest.param(FRIDAY_NIGHTS, "2026-11-28T04:00Z", True, id="and reaches into the next"),
        pytest.param(FRIDAY_NIGHTS, "2026-11-27T04:00Z", False, id="but not from the one before"),
        pytest.param(FRIDAY_NIGHTS, "2026-11-28T20:00Z", False, id="nor a day later"),
    ],
)
def test_off_hours_are_read_on_the_wall(window: dict, now: str, expected: bool) -> None:
    at = datetime.fromisoformat(now)
    assert is_off_hours(OffHours.from_wire(window), at) is expected


@pytest.mark.parametrize(
    ("night", "hours"),
    [
        pytest.param("2026-11-23", 11, id="usual night"),
        pytest.param("2026-10-24", 12, id="clocks go back"),
        pytest.param("2026-03-28", 10, id="clocks go forward"),
    ],
)
def test_a_night_is_entered_and_left_once(night: str, hours: int) -> None:
    noon = datetime.fromisoformat(f"{night}T12:00Z")
    window = OffHours.from_wire({**NIGHTS})
    seen = [is_off_hours(window, noon + timedelta(minutes=m)) for m in range(24 * 60)]
    assert sum(seen) == hours * 60
    assert sum(a is not b for a, b in pairwise(seen)) == 2


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        pytest.param("02:30", "05:00", 210, id="starts in the repeated hour"),
        pytest.param("01:00", "02:30", 90, id="ends in the repeated hour"),
    ],
)
def test_the_repeated_hour_does_not_open_a_window_twice(start, end, minutes) -> None:
    window = OffHours.from_wire({"timeZone": BERLIN, "start": start, "end": end})
    midnight = datetime(2026, 10, 24, 22, tzinfo=UTC)
    seen = [is_off_hours(window, midnight + timedelta(minutes=m)) for m in range(12 * 60)]
    changes = sum(a is not b for a, b in pairwise(seen))
    assert changes == 2
    assert sum(seen) == minutes


def test_without_a_window_it_is_never_off_hours() -> None:
    assert not is_off_hours(None, datetime(2026, 11, 23, tzinfo=UTC))


def test_a_zone_that_this_machine_does_not_know_is_never_off_hours() -> None:
    window = OffHours.from_wire({**NIGHTS, "timeZone": "Moon/Tranquility"})
    assert not is_off_hours(window, datetime(2026, 11, 23, 23, tzinfo=UTC))


@pytest.mark.parametrize("name", ["", "..", "/etc/passwd", "Europe", "a\0b", "zone.tab", "Ä/B"])
def test_what_is_no_time_zone_is_not_found(name: str) -> None:
    assert find_time_zone(name) is None
