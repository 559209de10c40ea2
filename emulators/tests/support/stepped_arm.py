"""ARM without sockets, in a time that only passes when it is told to: for long random runs."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

from aiohttp import StreamReader, web
from aiohttp.test_utils import make_mocked_request

from emulators.azure.clock import Clock
from emulators.azure.identity import ARM_AUDIENCE
from emulators.azure.server import SUBSCRIPTION_ID, Simulator
from emulators.tests.support.tls import shared_signing_key

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
STEP_WHILE_WAITING = timedelta(seconds=0.5)
"""Time passes in such steps while a request waits for its answer."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: the headers' names are as they were sent."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str | None:
        return self.body.get("error", self.body).get("code") if self.body else None


class SteppedArm:
    """A simulator in an event loop of its own, whose clock stands still between its steps."""

    def __init__(self, watch: Callable[[], None] = lambda: None) -> None:
        """`watch` is called after every step of time, when whatever was due has happened."""
        self._loop = asyncio.new_event_loop()
        self._clock = Clock(0, NOON)
        self._watch = watch
        self.simulator = Simulator(self._clock, b"", signing_key=shared_signing_key())
        token = self.simulator.tokens.issue(ARM_AUDIENCE).value
        self._headers = {"Host": "arm.test", "Authorization": f"Bearer {token}"}

    def call(self, method: str, path: str, version: str, body: Any = None) -> Given:
        """A path below the subscription; a whole URL is followed as it is."""
        url = path.removeprefix("http://arm.test")
        if url == path:
            url = f"/subscriptions/{SUBSCRIPTION_ID}/{path}?api-version={version}"
        return self._run(self._call(method, url, body))

    def pass_time(self, seconds: float, steps: int = 1) -> None:
        """So many seconds in so many steps."""
        self._run(self._pass_time(timedelta(seconds=seconds / steps), steps))

    def close(self) -> None:
        self._run(self._stop())
        self._loop.close()

    async def _stop(self) -> None:
        await self.simulator.azure.stop()
        await self._settle()

    def _run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    async def _call(self, method: str, url: str, body: Any) -> Given:
        payload = StreamReader(Mock(_reading_paused=False), 2**16, loop=self._loop)
        if body is not None:
            payload.feed_data(json.dumps(body).encode())
        payload.feed_eof()
        request = make_mocked_request(method, url, headers=self._headers, payload=payload)
        answering = asyncio.ensure_future(self.simulator.handle(request))
        await self._settle()
        while not answering.done():
            await self._pass_time(STEP_WHILE_WAITING, 1)
        response = answering.result()
        assert isinstance(response, web.Response)
        text = response.body
        parsed = json.loads(text) if isinstance(text, bytes) and text else None
        return Given(response.status, parsed, dict(response.headers))

    async def _pass_time(self, step: timedelta, steps: int) -> None:
        for _ in range(steps):
            self._clock.advance_to(self._clock.now() + step)
            await self._settle()

    async def _settle(self) -> None:
        """Let all happen that is due: what wakes up may wake others up."""
        for _ in range(12):
            await asyncio.sleep(0)
        self._watch()
