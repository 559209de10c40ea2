"""An event loop whose time is the time in which nobody in it had anything to do."""

import asyncio
import selectors
import time
from typing import Any

from emulators.azure.clock import Clock

_ROUNDING = 0.001
"""A selector waits in whole milliseconds."""


class _Selector(selectors.DefaultSelector):
    """Adds up the time of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds_idle = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        began = time.monotonic()
        ready = super().select(timeout)
        waited = time.monotonic() - began
        self.seconds_idle += waited if timeout is None else min(waited, timeout + _ROUNDING)
        return ready


class IdleTimeLoop(asyncio.SelectorEventLoop):
    """Time that a test spends computing, or without a processor, does not count in it.

    By the machine's time, simulated time would run on `scale` times as fast while a loaded
    machine keeps a test from its next question, and the state that the test has just made
    would be history by then.
    """

    def __init__(self) -> None:
        self._idle = _Selector()
        self._began = time.time()
        super().__init__(self._idle)

    def time(self) -> float:
        return self._idle.seconds_idle

    def idle_time(self) -> float:
        """The loop's time as seconds since 1970."""
        return self._began + self._idle.seconds_idle


def idle_clock(scale: float) -> Clock:
    """Simulated time that stands still while anybody in the running loop has work."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, IdleTimeLoop):
        raise TypeError("The conftest.py of this test has to name IdleTimeLoop as loop factory.")
    return Clock(scale, real_time=loop.idle_time)
