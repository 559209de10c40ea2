"""Watches whether the machine keeps up with simulated time, and says when it does not.

An operation is a chain of messages between task hub and app. Each takes at least as long as the
app needs to answer a request, in real time, while simulated time runs on.
"""

import statistics
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

import httpx

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack

LOOKS = 10
"""Whose median counts: a single slow answer is no lag."""

LOOK_SECONDS = 1.0
LONGEST_SECONDS = 5.0
"""An answer that does not come is taken for one of so many seconds."""

type Lag = Mapping[str, Any]


class LagWatch:
    """`ask`: real seconds until the app answers; `tell`: what simulated Azure makes of them."""

    def __init__(
        self, ask: Callable[[], float], tell: Callable[[float], Lag], now: Callable[[], float]
    ) -> None:
        self._ask, self._tell, self._now = ask, tell, now
        self._seconds = deque[float](maxlen=LOOKS)
        self._keeps_up = True
        self._next_look = now()

    def look(self) -> str | None:
        """What to say when that has changed; None otherwise, and between two looks."""
        if self._now() < self._next_look:
            return None
        self._seconds.append(self._ask())
        self._next_look = self._now() + LOOK_SECONDS
        if len(self._seconds) < LOOKS // 2:
            return None
        lag = self._tell(statistics.median(self._seconds))
        if lag["keepsUp"] == self._keeps_up:
            return None
        self._keeps_up = lag["keepsUp"]
        return "The machine keeps up again." if self._keeps_up else describe(lag)


def describe(lag: Lag) -> str:
    return (
        "The machine cannot keep up, so that simulated minutes are longer than in Azure: each of "
        f"the many messages of an operation takes {lag['simulatedSeconds']:.1f} simulated seconds "
        f"({lag['realSeconds'] * 1000:.0f} ms). Build fewer environments at once, or let time run "
        "slower: make up SCALE=10."
    )


def open_watch(stack: Stack, exits: ExitStack) -> LagWatch:
    """Its connections are closed with `exits`."""
    api = exits.enter_context(Api(stack.app_url))
    azure = exits.enter_context(SimulatedAzure(stack.simulator_url, stack.ca_bundle))

    def ask() -> float:
        began = time.monotonic()
        try:
            api.get("/healthz", timeout=LONGEST_SECONDS)
        except httpx.HTTPError:
            return LONGEST_SECONDS
        return time.monotonic() - began

    def tell(seconds: float) -> Lag:
        return azure.put("/_simulator/lag", json={"seconds": seconds}).json()

    return LagWatch(ask, tell, time.monotonic)
