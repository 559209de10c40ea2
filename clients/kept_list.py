"""A list of Azure's that is kept, and read again by one reader at a time."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

logger = logging.getLogger("gridplane.market")


class Lifetime(NamedTuple):
    """Seconds since a list was read."""

    fresh: float
    """Younger than that, it is not read again."""
    usable: float
    """Younger than that, requests do not wait until it has been read again."""


class Known[Value](NamedTuple):
    """`at`: by the list's clock."""

    at: float
    value: Value


class KeptList[Value]:
    def __init__(
        self,
        read: Callable[[], Awaitable[Value]],
        lifetime: Lifetime,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._read = read
        self._lifetime = lifetime
        self._clock = clock
        self._known: Known[Value] | None = None
        self._reading: asyncio.Task[Known[Value]] | None = None
        self._reading_at = clock()

    @property
    def known(self) -> Known[Value] | None:
        return self._known

    @property
    def is_fresh(self) -> bool:
        return self._is_younger(self._lifetime.fresh)

    def take(self, known: Known[Value]) -> None:
        """What another reader has read, unless this one has it later."""
        if self._known is None or self._known.at <= known.at:
            self._known = known

    async def get(self, patience: float) -> Value:
        """Raises TimeoutError where it takes longer, in seconds; the reading goes on."""
        return (await self.get_known(patience)).value

    async def get_known(self, patience: float, since: float = 0.0) -> Known[Value]:
        """What was read before `since`, by the list's clock, is too old. Raises TimeoutError."""
        known = self._known if self._known and self._known.at >= since else None
        if known and self.is_fresh:
            return known
        reading = self._begin(since)
        if known and self._is_younger(self._lifetime.usable):
            return known
        return await asyncio.wait_for(asyncio.shield(reading), patience)

    def refresh(self, since: float) -> None:
        """Begins to read again what was read before, by the list's clock, without waiting."""
        if self._known and self._known.at < since:
            self._begin()

    async def renew(self) -> None:
        """Waits until it has been read, if it is no longer fresh."""
        if not self.is_fresh:
            await asyncio.shield(self._begin())

    def _begin(self, since: float = 0.0) -> asyncio.Task[Known[Value]]:
        if self._reading is None or self._reading.done() or self._reading_at < since:
            self._reading_at = self._clock()
            self._reading = asyncio.create_task(self._keep(self._reading_at))
            self._reading.add_done_callback(_look_at_failure)
        return self._reading

    def _is_younger(self, seconds: float) -> bool:
        return self._known is not None and self._clock() - self._known.at < seconds

    async def _keep(self, at: float) -> Known[Value]:
        known = Known(at, await self._read())
        self.take(known)
        return known


def _look_at_failure(reading: asyncio.Task[Any]) -> None:
    """A failure that no request waits for any more is logged, and not lost with its task."""
    if not reading.cancelled() and (error := reading.exception()):
        logger.info("the market could not be read: %s: %s", type(error).__name__, error)
