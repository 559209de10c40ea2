"""Delivers what was scheduled for later: timers, delayed signals and delayed starts."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager

from emulators.functions_host.clock import Clock
from emulators.functions_host.task_hub import events
from emulators.functions_host.task_hub.change import Change
from emulators.functions_host.task_hub.store import Store

_BATCH = 200
# Look again now and then even when nothing is due: the machine may have slept meanwhile.
_LONGEST_WAIT_SECONDS = 60.0


class Timers:
    """One loop for all of them: the table's index knows which one is next."""

    def __init__(
        self, store: Store, clock: Clock, change: Callable[[], AbstractContextManager[Change]]
    ) -> None:
        self._store = store
        self._clock = clock
        self._change = change
        self._news = asyncio.Event()

    def look_again(self) -> None:
        self._news.set()

    async def run(self) -> None:
        while True:
            self._news.clear()
            wait = self._seconds_to_next()
            if wait > 0:
                await self._sleep(wait)
            else:
                self._deliver_due()
                await asyncio.sleep(0)

    def _seconds_to_next(self) -> float:
        due_at = self._store.schedule.earliest()
        if due_at is None:
            return _LONGEST_WAIT_SECONDS
        return min(self._clock.real_seconds_until(due_at), _LONGEST_WAIT_SECONDS)

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return

    def _deliver_due(self) -> None:
        with self._change() as change:
            for message in self._store.schedule.take_due(change.now, _BATCH):
                message.event.timestamp.CopyFrom(events.timestamp(change.now))
                change.post(message.target, message.event, message.execution_id)
