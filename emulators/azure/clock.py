"""Simulated time: starts at an origin and runs `scale` times faster than the machine's clock.

A scale of 0 is a clock that only moves when it is told to.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """All times that the simulator shows are read here, and all waiting is done here."""

    def __init__(
        self,
        scale: float = 60.0,
        origin: datetime | None = None,
        real_time: Callable[[], float] = time.time,
    ) -> None:
        """`scale`: simulated seconds per real second. `origin`: the moment at which both agree."""
        self._scale = scale
        self._real_time = real_time
        self._origin = real_time() if origin is None else origin.timestamp()
        self._advance = 0.0
        self._sleepers: dict[asyncio.Future[None], float] = {}

    @property
    def scale(self) -> float:
        return self._scale

    @property
    def origin(self) -> datetime:
        return datetime.fromtimestamp(self._origin, UTC)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._simulated(), UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of simulated time; a change of the clock in between counts."""
        end = self._simulated() + seconds
        await asyncio.sleep(0)
        while (left := end - self._simulated()) > 0:
            sleeper = asyncio.get_running_loop().create_future()
            self._sleepers[sleeper] = end
            try:
                await asyncio.wait((sleeper,), timeout=left / self._scale if self._scale else None)
            finally:
                del self._sleepers[sleeper]

    def set_scale(self, scale: float) -> None:
        """Run at another speed from now on, without a jump."""
        now = self._simulated()
        self._scale = scale
        self._advance += now - self._simulated()
        self._wake_sleepers()

    def advance_to(self, moment: datetime) -> None:
        """Jump forward to `moment`: whatever was to happen until then happens at once."""
        ahead = moment.timestamp() - self._simulated()
        if ahead < 0:
            raise ValueError("Simulated time does not run backwards.")
        self._advance += ahead
        self._wake_sleepers()

    def _simulated(self) -> float:
        return self._origin + (self._real_time() - self._origin) * self._scale + self._advance

    def _wake_sleepers(self) -> None:
        for sleeper in sorted(self._sleepers, key=self._sleepers.__getitem__):
            if not sleeper.done():
                sleeper.set_result(None)
