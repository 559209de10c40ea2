"""Whether the processes beside simulated Azure keep up with its clock, as they say themselves.

What a machine is too slow for takes real time, and the clock runs on meanwhile: simulated minutes
are then longer than Azure's would be.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from emulators.azure.clock import Clock
from emulators.azure.control.input import Fields, read_json, required

TOLERATED_SECONDS = 1.5
"""Simulated, for one answer. At 60x a single environment had answers of 0.4; with ten at once they
took 1.6 to 3 and creations 14 % longer, with fifty 58 % (two processors under other load)."""


class LagControl:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seconds = 0.0

    def handlers(self) -> Mapping[tuple[str, str], Callable[[web.Request], Awaitable[Any]]]:
        return {("GET", "/lag"): self.get_lag, ("PUT", "/lag"): self.put_lag}

    async def get_lag(self, request: web.Request) -> Any:
        return self.wire()

    async def put_lag(self, request: web.Request) -> Any:
        """`seconds`: real ones, for which an answer of the app takes."""
        fields = Fields(await read_json(request))
        self._seconds = required(fields.number("seconds"), "seconds")
        fields.finish()
        return self.wire()

    def wire(self) -> dict[str, Any]:
        simulated = self._seconds * self._clock.scale
        return {
            "realSeconds": round(self._seconds, 3),
            "simulatedSeconds": round(simulated, 1),
            "keepsUp": simulated <= TOLERATED_SECONDS,
        }
