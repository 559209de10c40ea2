"""How long simulated Azure takes: seeded samples of measured durations, and a record of each."""

import copy
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from emulators.azure.clock import Clock

_P90 = 0.8


@dataclass(frozen=True, slots=True)
class Duration:
    """A duration in seconds as its spread.

    All samples fall between p10 and p90, or a tenth of them between p90 and `longest`.
    """

    p10: float
    p50: float
    p90: float
    longest: float | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """What of the durations is chosen at the start.

    `share`: what is left of each; 1 takes as long as was measured. `gpu_boot_after`: the share of
    a cluster's creation after which its GPU pools begin to boot. No recording has a GPU pool in a
    cluster's creation: 0, beside all of it, is the best case, and 1, after it, the worst.
    Recordings without one name the stage `CreatingAgentPools` from 0.6 on.
    """

    share: float = 1.0
    gpu_boot_after: float = 0.0


AS_MEASURED = Timing()


@dataclass(frozen=True, slots=True)
class Latency:
    """One delay that the simulator imposed, in simulated time."""

    name: str
    started_at: datetime
    ended_at: datetime


class Latencies:
    """Samples durations and remembers every delay, so that the longest chain can be found."""

    def __init__(
        self, clock: Clock, seed: int = 1, spread: float = 1.0, share: float = 1.0
    ) -> None:
        """`spread` 0 gives the median each time, 1 the measured spread.

        `share`: what is left of each duration; 1 takes as long as was measured.
        """
        self._clock = clock
        self._random = random.Random(seed)
        self._spread = spread
        self._share = share
        self._prefix = ""
        self.record: list[Latency] = []

    def sample(self, duration: Duration) -> float:
        """A draw whose median is p50 and whose tails end at p10 and p90, narrowed by `spread`, and
        of which `share` is left."""
        position = self._random.uniform(-1.0, 1.0) * self._spread
        if position > 0 and duration.longest is not None:
            return self._share * _with_tail(duration, position, duration.longest)
        tail = duration.p90 if position > 0 else duration.p10
        return self._share * (duration.p50 + abs(position) * (tail - duration.p50))

    async def wait(self, name: str, duration: Duration) -> None:
        """Draw from `duration`, wait that long, and remember it under `name`."""
        async with self.span(name):
            await self._clock.sleep(self.sample(duration))

    def of(self, what: str) -> "Latencies":
        """The same samples and the same record, each delay named as one of `what`."""
        part = copy.copy(self)
        part._prefix = f"{self._prefix}{what}: "
        return part

    async def pause(self, duration: Duration) -> None:
        """Draw from `duration` and wait that long without a record: for reads and polls."""
        await self._clock.sleep(self.sample(duration))

    @asynccontextmanager
    async def span(self, name: str) -> AsyncIterator[None]:
        """Remember what happens inside as one delay."""
        started_at = self._clock.now()
        yield
        self.record.append(Latency(f"{self._prefix}{name}", started_at, self._clock.now()))


def _with_tail(duration: Duration, position: float, longest: float) -> float:
    """`position` from 0 to 1: the last fifth, a tenth of all draws, lies beyond p90."""
    if position <= _P90:
        return duration.p50 + position / _P90 * (duration.p90 - duration.p50)
    return duration.p90 + (position - _P90) / (1 - _P90) * (longest - duration.p90)
