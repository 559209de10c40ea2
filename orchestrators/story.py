"""What every story shares: telling the record, pausing, calling activities, joining children.

Cancellation travels as an external event from parent to child; whoever waits ends at once, and
nothing that was begun is left running unobserved.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from durabletask.entities import EntityInstanceId
from durabletask.task import (
    OrchestrationContext,
    RetryPolicy,
    Task,
    TaskFailedError,
    when_any,
)

from domain.durable import names
from domain.durable.inputs import StoryRef
from domain.environment.operation import OperationStatus, StepChange, status_of
from domain.outcomes import Failure, Outcome

type Steps[T] = Generator[Task[Any], Any, T]

ACTIVITY_RETRY = RetryPolicy(
    first_retry_interval=timedelta(seconds=2),
    max_number_of_attempts=4,
    backoff_coefficient=2.0,
)
"""For what activities raise: crashes of their process, and bugs. All else comes back as values."""

ACTIVITY_FAILED = "ActivityFailed"


@dataclass(frozen=True, slots=True)
class Story:
    """One orchestration's part in an operation."""

    context: OrchestrationContext
    ref: StoryRef
    canceled: Task[Any]

    @classmethod
    def open(cls, context: OrchestrationContext, ref: StoryRef) -> "Story":
        """Create once per orchestration: each waiter for an event takes one event away."""
        return cls(context, ref, context.wait_for_external_event(names.CANCEL_EVENT))

    @property
    def now(self) -> datetime:
        return utc_now(self.context)

    def deadline_in(self, seconds: float) -> datetime:
        return min(self.now + timedelta(seconds=seconds), self.ref.deadline)

    def tell(self, operation: str, value: Mapping[str, Any]) -> None:
        """Tell the environment's record without waiting for it."""
        self.context.signal_entity(entity_id(self.ref.environment), operation, value)

    def note(
        self,
        step: str,
        status: OperationStatus,
        *,
        detail: str | None = None,
        resource_id: str | None = None,
        failure: Failure | None = None,
    ) -> None:
        """Put the news of one step on the record."""
        change = StepChange(
            operation_id=self.ref.operation_id,
            step=step,
            status=status,
            at=self.now,
            detail=detail,
            resource_id=resource_id,
            failure=failure,
        )
        self.tell("record_step", change.to_wire())

    def note_end(self, step: str, outcome: Outcome) -> None:
        self.note(step, status_of(outcome), detail=outcome.detail, failure=outcome.failure)

    def pause(self, seconds: float) -> Steps[bool]:
        """Wait; False when the story was canceled meanwhile."""
        if self.canceled.is_complete:
            return False
        timer = self.context.create_timer(timedelta(seconds=seconds))
        yield when_any([timer, self.canceled])
        if timer.is_complete:
            return True
        timer.cancel()
        return False

    def call(self, activity: str, value: Mapping[str, Any]) -> Steps[Outcome]:
        """Run an activity; what it raised in every attempt becomes a failure, too."""
        task: Task[Any] = self.context.call_activity(
            activity, input=value, retry_policy=ACTIVITY_RETRY
        )
        try:
            return Outcome.from_wire((yield task))
        except TaskFailedError as error:
            return Outcome.failed(unexpected_failure(ACTIVITY_FAILED, activity, error))

    def start_child(self, orchestrator: str, value: Mapping[str, Any], suffix: str) -> "Child":
        """Start a child whose id is derived from this story's own."""
        child_id = f"{self.context.instance_id}.{suffix}"
        task: Task[Any] = self.context.call_sub_orchestrator(
            orchestrator, input=value, instance_id=child_id
        )
        return Child(child_id, orchestrator, task)

    def run_child(
        self, orchestrator: str, value: Mapping[str, Any], suffix: str
    ) -> Steps[Outcome]:
        if self.canceled.is_complete:
            return Outcome.canceled()
        outcomes = yield from self.join([self.start_child(orchestrator, value, suffix)])
        return outcomes[0]

    def join(
        self, children: "list[Child]", *, stop_on_failure: bool = True
    ) -> Steps[list[Outcome]]:
        """Wait for all children; a cancellation, or one's failure, is passed on to the rest."""
        pending, stopping = list(children), False
        while pending:
            watched = [child.task for child in pending]
            yield when_any(watched if stopping else [*watched, self.canceled])
            ended = [child for child in pending if child.task.is_complete]
            pending = [child for child in pending if not child.task.is_complete]
            failed = stop_on_failure and any(not child.outcome.is_success for child in ended)
            if not stopping and (failed or self.canceled.is_complete):
                stopping = True
                for child in pending:
                    self.context.send_event(child.instance_id, names.CANCEL_EVENT)
        return [child.outcome for child in children]

    def go_on(self, value: Mapping[str, Any]) -> dict[str, Any] | None:
        """Begin a new run with a short history; what is returned after that is lost."""
        if self.canceled.is_complete:
            return Outcome.canceled().to_wire()
        self.context.continue_as_new(value, save_events=True)
        return None


@dataclass(frozen=True, slots=True)
class Child:
    """A sub-orchestration that was started."""

    instance_id: str
    orchestrator: str
    task: Task[Any]

    @property
    def outcome(self) -> Outcome:
        try:
            return Outcome.from_wire(self.task.get_result())
        except TaskFailedError as error:
            failure = unexpected_failure("OrchestrationFailed", self.orchestrator, error)
            return Outcome.failed(failure)


def utc_now(context: OrchestrationContext) -> datetime:
    """The engine gives UTC without saying so."""
    return context.current_utc_datetime.replace(tzinfo=UTC)


def entity_id(environment: str) -> EntityInstanceId:
    return EntityInstanceId(names.ENVIRONMENT_ENTITY, environment)


def unexpected_failure(reason: str, what: str, error: TaskFailedError) -> Failure:
    return Failure(
        reason=reason,
        message=f"'{what}' failed: {error.details.message}",
        retryable=False,
        suggested_action="This is a bug of Gridplane: look for the error in the app's logs.",
    )
