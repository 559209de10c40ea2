"""Simulated time for the broker, and how it looks to a client whose clock is the machine's."""

import heapq
import logging
import time
from asyncio import Task, create_task
from collections.abc import Callable

from emulators.azure.clock import Clock

MIN_LOCK_REAL_SECONDS = 10.0
"""A client's code does not run faster because the clock does: no lock is shorter than this."""

NEVER_REAL_SECONDS = 24 * 3600.0
"""How far ahead a lock ends while the clock stands still."""

log = logging.getLogger("emulators.azure.service_bus")

_TICKS_AT_UNIX_EPOCH = 621_355_968_000_000_000


class Times:
    """Reads simulated time in seconds of Unix time and tells when locks end.

    The SDK compares the end of a lock with the machine's clock and raises by itself when it has
    passed. So what goes on the wire is the real moment at which simulated time reaches the end.
    """

    def __init__(
        self,
        clock: Clock,
        min_lock_real_seconds: float = MIN_LOCK_REAL_SECONDS,
        real_time: Callable[[], float] = time.time,
    ) -> None:
        self.clock = clock
        self.min_lock_real_seconds = min_lock_real_seconds
        self._real_time = real_time

    def now(self) -> float:
        return self.clock.now().timestamp()

    def real_now(self) -> float:
        return self._real_time()

    def lock_end(self, seconds: float) -> float:
        return self.now() + max(seconds, self.min_lock_real_seconds * self.clock.scale)

    def real_milliseconds(self, moment: float) -> int:
        scale = self.clock.scale
        ahead = (moment - self.now()) / scale if scale else NEVER_REAL_SECONDS
        return round((self._real_time() + ahead) * 1000)

    def real_ticks(self, moment: float) -> int:
        """As .NET counts: 100 ns since the year 1."""
        return self.real_milliseconds(moment) * 10_000 + _TICKS_AT_UNIX_EPOCH


class Alarms:
    """Calls actions at moments of simulated time: one task waits for the earliest of them."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._set = 0
        self._waiting: Task[None] | None = None

    def at(self, moment: float, action: Callable[[], None]) -> None:
        is_earliest = not self._due or moment < self._due[0][0]
        self._set += 1
        heapq.heappush(self._due, (moment, self._set, action))
        if is_earliest:
            self._restart()

    def resume(self) -> None:
        """Wait for what was due when the state was saved."""
        self._restart()

    def stop(self) -> None:
        self._due.clear()
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _restart(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = create_task(self._run())

    async def _run(self) -> None:
        while self._due:
            await self._times.clock.sleep(self._due[0][0] - self._times.now())
            self._fire()
        self._waiting = None

    def _fire(self) -> None:
        """What is due now. An action that sets an earlier alarm starts another waiting task."""
        now = self._times.now()
        due: list[Callable[[], None]] = []
        while self._due and self._due[0][0] <= now:
            due.append(heapq.heappop(self._due)[2])
        for action in due:
            try:
                action()
            except Exception:
                log.exception("An alarm failed.")
