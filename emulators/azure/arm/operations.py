"""Long-running operations: they take simulated time, change the state and keep their result."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from emulators.azure.clock import Clock
from emulators.azure.identifiers import Identifiers
from emulators.azure.latency import Latencies

SUCCEEDED = "Succeeded"
FAILED = "Failed"
CANCELED = "Canceled"
IN_PROGRESS = "InProgress"

Error = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """What an operation's status says from a share of its duration on."""

    after: float
    status: str


@dataclass(frozen=True, slots=True)
class PlannedFailure:
    """An error that ends an operation, after its usual duration or after `after_seconds`.

    A stray one only stands in the polls of AKS: the operation goes on and succeeds. With
    `heals_after_seconds` AKS goes on behind the operation that has failed, and completes that
    much later what the operation was for. A cancellation ends it `Canceled`, as an abort by
    another caller does.
    """

    error: Error
    after_seconds: float | None = None
    is_stray: bool = False
    heals_after_seconds: float | None = None
    is_cancellation: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """What an operation is about to do. `request` is `METHOD path` of the call that began it."""

    name: str
    request: str
    seconds: float
    on_succeeded: Callable[[], None]
    on_failed: Callable[[Error], None]
    on_healed: Callable[[], None] | None = None
    """Completes what failed; None where the service does not go on by itself."""
    on_canceled: Callable[[], None] | None = None
    """None: it leaves what a failure leaves."""
    stages: tuple[Stage, ...] = ()
    failure: PlannedFailure | None = None
    stray_error: Error | None = None
    result: Callable[[], Any] | None = None


@dataclass(slots=True)
class Operation:
    """An operation as its status URL shows it."""

    id: str
    work: Work
    started_at: datetime
    failure: PlannedFailure | None = None
    status: str = IN_PROGRESS
    ended_at: datetime | None = None
    error: Error | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    @property
    def due_at(self) -> datetime:
        """When it ends if nobody cancels it."""
        early = self.failure.after_seconds if self.failure else None
        return self.started_at + timedelta(seconds=self.work.seconds if early is None else early)

    def detailed_status(self, now: datetime) -> str:
        """The stage that the operation is in, or its final status."""
        if not self.is_running or self.work.seconds <= 0:
            return self.status
        share = (now - self.started_at).total_seconds() / self.work.seconds
        reached = [stage.status for stage in self.work.stages if stage.after <= share]
        return reached[-1] if reached else self.status


@dataclass(slots=True, eq=False)
class _Unseen:
    """Something on its way that no poller can see."""

    name: str
    due_at: datetime
    effect: Callable[[], None]
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class Operations:
    """Runs operations and remembers them for good, as their pollers expect."""

    def __init__(
        self,
        clock: Clock,
        latencies: Latencies,
        identifiers: Identifiers,
        planned_failure: Callable[[str], PlannedFailure | None] = lambda request: None,
    ) -> None:
        """`planned_failure` is asked with `METHOD path` of each operation that begins."""
        self._clock = clock
        self._latencies = latencies
        self._identifiers = identifiers
        self._by_id: dict[str, Operation] = {}
        self._unseen: set[_Unseen] = set()
        self._planned_failure = planned_failure

    def begin(self, work: Work) -> Operation:
        """Start the work now and answer at once."""
        failure = self._planned_failure(work.request) or work.failure
        if failure is not None and failure.is_stray:
            work, failure = replace(work, stray_error=failure.error), None
        operation = Operation(self._identifiers.guid(), work, self._clock.now(), failure)
        self._by_id[operation.id] = operation
        operation.task = asyncio.create_task(self._run(operation))
        return operation

    def later(self, name: str, seconds: float, effect: Callable[[], None]) -> None:
        """Let something happen that no poller can see, with a record of the delay."""
        unseen = _Unseen(name, self._clock.now() + timedelta(seconds=seconds), effect)
        self._unseen.add(unseen)
        unseen.task = asyncio.create_task(self._run_unseen(unseen))

    def get(self, operation_id: str) -> Operation | None:
        return self._by_id.get(operation_id.lower())

    def all(self) -> list[Operation]:
        return list(self._by_id.values())

    def cancel(self, operation: Operation) -> None:
        """End a running operation as Canceled, without its effect."""
        if operation.is_running:
            self._end(operation, CANCELED, None)
            if operation.task is not None:
                operation.task.cancel()

    async def stop(self) -> None:
        """Leave all operations where they are and end their tasks."""
        every = (*self._by_id.values(), *self._unseen)
        tasks = [each.task for each in every if each.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def resume(self) -> None:
        """Go on with what had not ended when the state was saved."""
        for operation in self._by_id.values():
            if operation.is_running:
                operation.task = asyncio.create_task(self._run(operation))
        for unseen in self._unseen:
            unseen.task = asyncio.create_task(self._run_unseen(unseen))

    async def _run_unseen(self, unseen: _Unseen) -> None:
        await self._wait(unseen.name, unseen.due_at)
        self._unseen.discard(unseen)
        unseen.effect()

    async def _wait(self, name: str, moment: datetime) -> None:
        async with self._latencies.span(name):
            await self._clock.sleep((moment - self._clock.now()).total_seconds())

    async def _run(self, operation: Operation) -> None:
        work, failure = operation.work, operation.failure
        await self._wait(work.name, operation.due_at)
        if failure is None:
            work.on_succeeded()
            self._end(operation, SUCCEEDED, None)
        elif failure.is_cancellation:
            (work.on_canceled or (lambda: work.on_failed(failure.error)))()
            self._end(operation, CANCELED, failure.error)
        else:
            work.on_failed(failure.error)
            self._end(operation, FAILED, failure.error)
            if failure.heals_after_seconds is not None and work.on_healed is not None:
                self.later(f"{work.name} heals", failure.heals_after_seconds, work.on_healed)

    def _end(self, operation: Operation, status: str, error: Error | None) -> None:
        operation.status = status
        operation.error = error
        operation.ended_at = self._clock.now()
