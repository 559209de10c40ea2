"""Simulated time for the broker: alarms, and the ends of locks as clients see them."""

from datetime import timedelta

import pytest

from emulators.azure.clock import Clock
from emulators.azure.service_bus.times import Alarms, Times
from emulators.tests.support.simulator import eventually


def times(scale: float, min_lock_real_seconds: float = 10.0) -> Times:
    """Real time stands still at 1000 s, and simulated time agrees with it."""
    clock = Clock(scale, real_time=lambda: 1000.0)
    return Times(clock, min_lock_real_seconds, real_time=lambda: 1000.0)


@pytest.mark.parametrize(
    ("scale", "simulated", "real"),
    [(1.0, 60.0, 60.0), (4.0, 60.0, 15.0), (60.0, 600.0, 10.0), (2000.0, 20_000.0, 10.0)],
)
def test_no_lock_is_shorter_than_ten_real_seconds(
    scale: float, simulated: float, real: float
) -> None:
    clock = times(scale)
    end = clock.lock_end(60.0)
    assert end == pytest.approx(1000.0 + simulated)
    assert clock.real_milliseconds(end) == pytest.approx((1000.0 + real) * 1000, abs=1)


def test_a_lock_outlasts_a_clock_that_stands_still() -> None:
    clock = times(0.0)
    assert clock.real_milliseconds(clock.lock_end(60.0)) == (1000 + 24 * 3600) * 1000


def test_ticks_count_from_the_year_one() -> None:
    assert times(1.0).real_ticks(0.0) == 621_355_968_000_000_000


async def test_alarms_go_off_in_order_when_the_clock_jumps() -> None:
    clock = Clock(1.0)
    alarms = Alarms(Times(clock))
    rung: list[int] = []
    now = clock.now().timestamp()
    for number, seconds in ((2, 200.0), (1, 100.0), (3, 300.0)):
        alarms.at(now + seconds, lambda number=number: rung.append(number))
    clock.advance_to(clock.now() + timedelta(seconds=250))
    await eventually(lambda: len(rung) == 2)
    assert rung == [1, 2]
    alarms.stop()


async def test_an_alarm_can_set_another_and_a_failing_one_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock(1.0)
    alarms = Alarms(Times(clock))
    rung: list[str] = []
    now = clock.now().timestamp()

    def ring_and_go_on() -> None:
        rung.append("first")
        alarms.at(now + 20, lambda: rung.append("second"))

    alarms.at(now + 10, lambda: [][0])
    alarms.at(now + 10, ring_and_go_on)
    clock.advance_to(clock.now() + timedelta(seconds=30))
    await eventually(lambda: rung == ["first", "second"])
    assert "An alarm failed." in caplog.text
