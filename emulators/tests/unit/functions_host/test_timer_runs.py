"""Timers fire when due, one run at a time, and catch up what was missed."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import azure.functions as func

from emulators.functions_host.app_loader import index_function
from emulators.functions_host.clock import Clock
from emulators.functions_host.invocation import DurableClientInput, Invoker
from emulators.functions_host.invocation_context import InvocationContexts
from emulators.functions_host.timers.declarations import Timer, timers_of
from emulators.functions_host.timers.monitor import ScheduleMonitor, ScheduleStatus
from emulators.functions_host.timers.timer_runs import TimerRuns

ORIGIN = datetime(2026, 11, 22, 10, 0, 30, tzinfo=UTC)
SCALE = 6000.0
"""A simulated minute takes 10 ms."""
HOURS = timedelta(hours=1)


def timer(call: Callable[..., Any], schedule: str, **settings: Any) -> Timer:
    app = func.FunctionApp()
    app.timer_trigger(arg_name="timer", schedule=schedule, **settings)(call)
    indexed = index_function(app.get_functions()[0])
    return timers_of([indexed], {"OFTEN": "0 * * * * *"})[0]


@asynccontextmanager
async def firing(folder: Path, timers: Sequence[Timer]) -> AsyncIterator[Clock]:
    real = time.time()
    clock = Clock(SCALE, ORIGIN, lambda: time.time() - real + ORIGIN.timestamp())
    with ThreadPoolExecutor() as pool:
        invoker = Invoker(DurableClientInput(""), InvocationContexts(""), pool)
        runs = TimerRuns(invoker, clock, ScheduleMonitor(folder))
        running = asyncio.create_task(runs.run(timers))
        yield clock
        await runs.drain(1)
        running.cancel()


async def seen(items: Sequence[Any], count: int) -> None:
    async with asyncio.timeout(5):
        while len(items) < count:
            await asyncio.sleep(0.002)


async def test_a_timer_fires_at_each_occurrence_in_simulated_time(tmp_path: Path) -> None:
    fired: list[Any] = []

    def sweep(timer: func.TimerRequest) -> None:
        fired.append(timer)

    async with firing(tmp_path, [timer(sweep, "%OFTEN%")]):
        await seen(fired, 3)

    due = [datetime.fromisoformat(request.schedule_status["Next"]) for request in fired]
    assert due == sorted(set(due))
    assert all(moment > ORIGIN and moment.second == 0 for moment in due)
    assert not any(request.past_due for request in fired)


async def test_a_run_that_overruns_is_never_overlapped(tmp_path: Path) -> None:
    running: list[int] = []
    most: list[int] = []

    async def slow(timer: func.TimerRequest) -> None:
        running.append(1)
        await asyncio.sleep(0.03)
        most.append(len(running))
        running.pop()

    async with firing(tmp_path, [timer(slow, "0 * * * * *")]) as clock:
        await seen(most, 3)
        elapsed = (clock.now() - ORIGIN) / timedelta(minutes=1)

    assert set(most) == {1}
    assert elapsed > 6


async def test_a_missed_run_is_caught_up_once(tmp_path: Path) -> None:
    fired: list[bool] = []

    def sweep(timer: func.TimerRequest) -> None:
        fired.append(timer.past_due)

    missed = ScheduleStatus(ORIGIN - 5 * HOURS, ORIGIN - 4.5 * HOURS, ORIGIN - 5 * HOURS)
    daily = timer(sweep, "0 30 5 * * *")
    ScheduleMonitor(tmp_path).write("sweep", missed)

    async with firing(tmp_path, [daily]):
        await seen(fired, 1)
        await asyncio.sleep(0.03)

    assert fired == [True]
    recorded = ScheduleMonitor(tmp_path).read("sweep")
    assert recorded is not None
    assert recorded.next == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)


async def test_run_on_startup_fires_at_once_and_a_failure_stops_nothing(tmp_path: Path) -> None:
    fired: list[str] = []

    def broken(timer: func.TimerRequest) -> None:
        fired.append("broken")
        raise ValueError("no")

    def monthly(timer: func.TimerRequest) -> None:
        fired.append("monthly")

    timers = [
        timer(broken, "0 * * * * *"),
        timer(monthly, "0 0 0 1 * *", run_on_startup=True, use_monitor=False),
    ]

    async with firing(tmp_path, timers):
        await seen(fired, 4)

    assert fired.count("monthly") == 1
    assert fired.count("broken") >= 3
    assert ScheduleMonitor(tmp_path).read("monthly") is None


def test_a_frequent_timer_keeps_no_record() -> None:
    def often(timer: func.TimerRequest) -> None: ...

    assert not timer(often, "*/5 * * * * *").use_monitor
    assert timer(often, "0 */5 * * * *").use_monitor
    assert timer(often, "0 */5 * * * *").schedule.next_after(
        datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC"))
    ) == datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
