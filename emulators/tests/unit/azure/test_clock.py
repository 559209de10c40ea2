"""Simulated time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from emulators.azure.clock import Clock

ORIGIN = datetime(2026, 11, 22, tzinfo=UTC)


class RealTime:
    """The machine's clock in the hands of a test."""

    def __init__(self) -> None:
        self.seconds = ORIGIN.timestamp()

    def __call__(self) -> float:
        return self.seconds


def test_simulated_time_runs_scale_times_faster_from_its_origin() -> None:
    real = RealTime()
    clock = Clock(60, ORIGIN, real)
    real.seconds += 10
    assert clock.now() == ORIGIN + timedelta(minutes=10)
    assert clock.origin == ORIGIN


def test_another_scale_changes_the_speed_without_a_jump() -> None:
    real = RealTime()
    clock = Clock(60, ORIGIN, real)
    real.seconds += 10
    clock.set_scale(1)
    assert clock.now() == ORIGIN + timedelta(minutes=10)
    real.seconds += 10
    assert clock.now() == ORIGIN + timedelta(minutes=10, seconds=10)


async def test_a_jump_wakes_who_sleeps_until_then() -> None:
    clock = Clock(1, ORIGIN, RealTime())
    sleeper = asyncio.create_task(clock.sleep(3600))
    late = asyncio.create_task(clock.sleep(7200))
    await asyncio.sleep(0.01)
    assert not sleeper.done()
    clock.advance_to(ORIGIN + timedelta(hours=1, seconds=1))
    await asyncio.wait_for(sleeper, 1)
    assert not late.done()
    late.cancel()


async def test_more_speed_shortens_a_sleep_that_has_begun() -> None:
    clock = Clock(1)
    sleeper = asyncio.create_task(clock.sleep(60))
    await asyncio.sleep(0.01)
    clock.set_scale(100_000)
    await asyncio.wait_for(sleeper, 1)


def test_simulated_time_does_not_run_backwards() -> None:
    clock = Clock(1, ORIGIN, RealTime())
    with pytest.raises(ValueError, match="backwards"):
        clock.advance_to(ORIGIN - timedelta(seconds=1))
