"""Keeps a message's or a session's lock while a function works."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.servicebus.exceptions import ServiceBusError

_log = logging.getLogger("emulators.functions_host.service_bus")
_SHORTEST_WAIT_SECONDS = 0.05


class LockRenewal:
    """Renews at half of the time that is left, for `longest` since the last `restart`."""

    def __init__(
        self,
        renew: Callable[[], Awaitable[Any]],
        locked_until: Callable[[], datetime | None],
        longest: timedelta,
    ) -> None:
        self._renew = renew
        self._locked_until = locked_until
        self._longest = longest
        self._stopped = asyncio.Event()
        self.restart()

    def restart(self) -> None:
        self._end = datetime.now(UTC) + self._longest

    def stop(self) -> None:
        self._stopped.set()

    async def run(self) -> None:
        while (locked_until := self._locked_until()) is not None:
            left = (locked_until - datetime.now(UTC)).total_seconds()
            if await self._is_stopped_within(max(left / 2, _SHORTEST_WAIT_SECONDS)):
                return
            if datetime.now(UTC) >= self._end:
                return
            try:
                await self._renew()
            except (ServiceBusError, ValueError) as error:
                _log.warning("A lock could not be renewed: %s", error)
                return

    async def _is_stopped_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def renewed(renewal: LockRenewal) -> AsyncIterator[None]:
    """Renew meanwhile; a request that is under way at the end is not cut off."""
    task = asyncio.create_task(renewal.run())
    try:
        yield
    finally:
        renewal.stop()
        await asyncio.wait({task})
