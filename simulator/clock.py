"""Simulated time: starts at an origin and runs `scale` times faster than the machine's clock."""

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

    @property
    def scale(self) -> float:
        return self._scale

    @property
    def origin(self) -> datetime:
        return datetime.fromtimestamp(self._origin, UTC)

    def now(self) -> datetime:
        elapsed = self._real_time() - self._origin
        return datetime.fromtimestamp(self._origin + elapsed * self._scale, UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of simulated time."""
        await asyncio.sleep(max(seconds, 0.0) / self._scale)
