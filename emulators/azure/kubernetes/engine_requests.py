"""The requests that the model server of a pod works on now."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

WAITING_METRIC = "vllm:num_requests_waiting"


class EngineRequests:
    """As vLLM schedules them: so many side by side, the others wait in turn."""

    def __init__(self, capacity: int) -> None:
        self._slots = asyncio.Semaphore(capacity)
        self.running = 0
        self.waiting = 0

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        self.waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self.waiting -= 1
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1
            self._slots.release()
