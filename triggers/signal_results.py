"""Waits for what a signal changes: an entity takes signals in turn, and a client reads the result
from its state."""

import asyncio
from collections.abc import Awaitable, Callable

LOOKS = 50
FIRST_INTERVAL_SECONDS = 0.01
LONGEST_INTERVAL_SECONDS = 0.1


async def await_result[Result](look: Callable[[], Awaitable[Result | None]]) -> Result | None:
    """The first result that is found; None if the task hub takes longer than 5 s."""
    for number in range(LOOKS):
        result = await look()
        if result is not None:
            return result
        await asyncio.sleep(min(FIRST_INTERVAL_SECONDS * 2**number, LONGEST_INTERVAL_SECONDS))
    return None
