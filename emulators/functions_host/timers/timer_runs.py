"""Fires the timer-triggered functions when they are due, each one run at a time."""

import asyncio
import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from azure.functions.meta import Datum

from emulators.functions_host.clock import Clock
from emulators.functions_host.invocation import Invoker
from emulators.functions_host.timers.declarations import Timer
from emulators.functions_host.timers.monitor import (
    ScheduleMonitor,
    ScheduleStatus,
    status_at_start,
)

_log = logging.getLogger("emulators.functions_host.timers")
_RUN_ON_STARTUP = "RunOnStartup"
_IS_PAST_DUE = "IsPastDue"
_FIRED = "Timer fired"
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)


class TimerRuns:
    def __init__(self, invoker: Invoker, clock: Clock, monitor: ScheduleMonitor) -> None:
        self._invoker = invoker
        self._clock = clock
        self._monitor = monitor
        self._running: set[asyncio.Task[ScheduleStatus]] = set()

    async def run(self, timers: Sequence[Timer]) -> None:
        """Fire the timers until cancelled."""
        await asyncio.gather(*(self._run_timer(timer) for timer in timers))

    async def drain(self, timeout: float) -> None:
        """Let running functions end; one that does not counts as missed."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout)

    async def _run_timer(self, timer: Timer) -> None:
        """Wait, fire, compute the next time from when the run began.

        So a run that outlasts its interval is followed by one run at once, however many
        occurrences it missed, and two runs never overlap.
        """
        now = self._clock.now()
        status = self._first_status(timer, now)
        _log.info(
            "%s: timer '%s', next at %s.", timer.function.name, timer.schedule.text, status.next
        )
        is_past_due = status.next is not None and status.next < now
        if not is_past_due and timer.run_on_startup:
            status = await self._fire(timer, status, _RUN_ON_STARTUP)
        reason = _IS_PAST_DUE if is_past_due else _FIRED
        while status.next is not None:
            await self._sleep_until(status.next)
            status = await self._fire(timer, status, reason)
            reason = _FIRED

    def _first_status(self, timer: Timer, now: datetime) -> ScheduleStatus:
        name = timer.function.name
        recorded = self._monitor.read(name) if timer.use_monitor else None
        status = status_at_start(recorded, timer.schedule, now)
        if timer.use_monitor:
            self._monitor.write(name, status)
        return status

    async def _fire(self, timer: Timer, status: ScheduleStatus, reason: str) -> ScheduleStatus:
        task = asyncio.create_task(self._invoke(timer, status, reason))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await task

    async def _invoke(self, timer: Timer, status: ScheduleStatus, reason: str) -> ScheduleStatus:
        began = self._clock.now()
        shown = status if timer.use_monitor else None
        trigger = timer_datum(shown, is_past_due=reason == _IS_PAST_DUE)
        try:
            await self._invoker.invoke(timer.function, trigger, reason=reason)
        except Exception:
            _log.exception("Function %s failed.", timer.function.name)
        after = ScheduleStatus(began, timer.schedule.next_after(began), began)
        if timer.use_monitor:
            self._monitor.write(timer.function.name, after)
        return after

    async def _sleep_until(self, moment: datetime) -> None:
        due = (moment - _EPOCH) // _MICROSECOND
        while (wait := self._clock.real_seconds_until(due)) > 0:
            await asyncio.sleep(wait)


def timer_datum(status: ScheduleStatus | None = None, *, is_past_due: bool = False) -> Datum:
    """What a timer gives to its function; by hand there is no status."""
    content = {
        "IsPastDue": is_past_due,
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": status.as_json() if status else None,
    }
    return Datum(json.dumps(content), "json")
