"""One orchestration's part in an operation: its engine context, deadline and cancellation.

A parent cancels its children by an external event. A canceled orchestration starts nothing more,
and ends once the activities and children that it started have ended.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from durabletask.task import OrchestrationContext, Task

from domain.durable.inputs import OperationRef
from domain.durable.names import CANCEL_EVENT, SUPERSEDE_EVENT
from orchestrators.environment_proxy import EnvironmentProxy

type Steps[T] = Generator[Task[Any], Any, T]
"""What an orchestration yields to the engine, and its result."""


@dataclass(frozen=True, slots=True)
class Orchestration:
    """One run of any orchestration."""

    context: OrchestrationContext
    canceled: Task[Any]

    @property
    def now(self) -> datetime:
        return utc_now(self.context)

    @property
    def is_canceled(self) -> bool:
        return self.canceled.is_complete


@dataclass(frozen=True, slots=True)
class OperationContext(Orchestration):
    """One run of an orchestration that is part of an operation on an environment."""

    ref: OperationRef

    @classmethod
    def open(cls, context: OrchestrationContext, ref: OperationRef) -> Self:
        """Open once per orchestration: each waiter for an event consumes one event."""
        return cls(context, await_cancellation(context), ref)

    @property
    def environment(self) -> EnvironmentProxy:
        return EnvironmentProxy(self.context, self.ref.environment)

    @property
    def is_overdue(self) -> bool:
        return self.now >= self.ref.deadline

    def for_compensation(self) -> Self:
        """The operation after its failure or cancellation; only a deletion ends it then.

        Once per orchestration: each waiter for an event consumes one event.
        """
        return replace(self, canceled=self.context.wait_for_external_event(SUPERSEDE_EVENT))

    def begun_now(self, timeout: float) -> Self:
        """The operation with so many seconds from now."""
        return replace(self, ref=self.ref_until(self.now + timedelta(seconds=timeout)))

    def deadline_in(self, seconds: float) -> datetime:
        """A step's deadline, never later than the operation's."""
        return min(self.now + timedelta(seconds=seconds), self.ref.deadline)

    def ref_until(self, deadline: datetime) -> OperationRef:
        return self.ref.model_copy(update={"deadline": deadline})


def await_cancellation(context: OrchestrationContext) -> Task[Any]:
    return context.wait_for_external_event(CANCEL_EVENT)


def utc_now(context: OrchestrationContext) -> datetime:
    """The engine's time is UTC, but carries no time zone."""
    return context.current_utc_datetime.replace(tzinfo=UTC)
