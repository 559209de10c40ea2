"""The hub's clock: one time line that starts at its origin and runs at its scale."""

from datetime import UTC, datetime, timedelta

import pytest

from emulators.functions_host.clock import Clock

ORIGIN = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("scale", "real_seconds", "hub_time"),
    [(1.0, 30.0, timedelta(seconds=30)), (60.0, 30.0, timedelta(minutes=30))],
    ids=["real time", "a minute per second"],
)
def test_hub_time_passes_scale_times_faster(
    scale: float, real_seconds: float, hub_time: timedelta
) -> None:
    clock = Clock(scale, ORIGIN, lambda: ORIGIN.timestamp() + real_seconds)

    assert clock.now() == ORIGIN + hub_time


def test_both_times_agree_at_the_origin() -> None:
    clock = Clock(3600.0, ORIGIN, ORIGIN.timestamp)

    assert clock.now() == clock.origin == ORIGIN


def test_waiting_for_a_moment_takes_a_scaled_part_of_the_time() -> None:
    clock = Clock(60.0, ORIGIN, ORIGIN.timestamp)
    moment = clock.microseconds() + 120_000_000

    assert clock.real_seconds_until(moment) == pytest.approx(2.0)


def test_a_moment_that_has_passed_is_waited_for_no_longer() -> None:
    clock = Clock(60.0, ORIGIN, ORIGIN.timestamp)

    assert clock.real_seconds_until(clock.microseconds()) == 0
    assert clock.real_seconds_until(clock.microseconds() - 1) < 0
