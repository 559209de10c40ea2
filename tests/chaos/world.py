"""The running stack as a chaos run sees it: its clock, its two APIs and the log of the run."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from emulators.stack.api import SimulatedAzure
from emulators.stack.saved_stack import simulated_time
from emulators.stack.stack import Stack
from tests.chaos.snapshot import Event, Sent
from tests.support.documented_api import DocumentedApi

POLL_SECONDS = 1.0
ABSENT = "absent"
"""The phase of an environment that does not exist."""


@dataclass(slots=True)
class Log:
    """What the run has done and seen; several threads append to it."""

    sent: list[Sent] = field(default_factory=list[Sent])
    events: list[Event] = field(default_factory=list[Event])
    faults_of_the_run: list[str] = field(default_factory=list[str])
    """Exceptions in the run itself; any makes its result void."""


@dataclass(slots=True)
class World:
    stack: Stack
    api: DocumentedApi
    azure: SimulatedAzure
    management: httpx.Client
    """Of the host's Durable management API, which the product's document does not describe."""
    log: Log = field(default_factory=Log)
    started_at: datetime = field(init=False)
    environments: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """Views by name, as of the latest look."""
    is_over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.started_at = self.now

    @property
    def now(self) -> datetime:
        """In simulated time."""
        return simulated_time(self.stack.clock_origin, self.stack.time_scale, datetime.now(UTC))

    @property
    def minutes(self) -> float:
        """Simulated minutes since the start of the run."""
        return (self.now - self.started_at) / timedelta(minutes=1)

    def wait_until(self, minutes: float) -> None:
        """At most until the run is over."""
        seconds = (minutes - self.minutes) * 60 / self.stack.time_scale
        if seconds > 0:
            self.is_over.wait(seconds)

    def wait_for(self, condition: Callable[[], bool], minutes: float) -> bool:
        """Whether the condition holds within so many simulated minutes, and before the end."""
        end = self.minutes + minutes
        while not condition():
            if self.minutes > end or self.is_over.wait(POLL_SECONDS):
                return False
        return True

    def note(self, kind: str, text: str, environment: str | None = None) -> None:
        self.log.events.append(Event(self.now, kind, text, environment))

    def phase_of(self, name: str) -> str:
        return self.environments.get(name, {}).get("phase", ABSENT)

    def is_busy(self, name: str) -> bool:
        return "operationId" in self.environments.get(name, {})

    def look(self) -> None:
        """Reads all environments once; leaves them as they were while the host is away."""
        try:
            answer = self.api.get("/environments", params={"maxpagesize": 500})
        except httpx.TransportError:
            return
        if answer.status_code == httpx.codes.OK:
            self.environments = {each["name"]: each for each in answer.json()["value"]}

    def keep_looking(self) -> None:
        while not self.is_over.is_set():
            self.look()
            time.sleep(POLL_SECONDS)

    def start(self, target: Callable[..., None], *arguments: Any) -> threading.Thread:
        """Runs it in a thread; an exception is logged, and makes the run void."""
        thread = threading.Thread(target=self._guard, args=(target, *arguments), daemon=True)
        thread.start()
        return thread

    def _guard(self, target: Callable[..., None], *arguments: Any) -> None:
        try:
            target(*arguments)
        except Exception as error:
            self.log.faults_of_the_run.append(f"{target.__name__}: {error!r}")
            raise
