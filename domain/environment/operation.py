"""Operations on an environment: their ids, their planned steps and how far they have come."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import AwareDatetime

from domain.outcomes import Failure, Outcome, Status
from domain.wire import WireModel


class OperationKind(StrEnum):
    PROVISION = "provision"
    UPDATE = "update"
    DELETE = "delete"
    SCALE_DOWN = "scale-down"
    WAKE = "wake"


class OperationStatus(StrEnum):
    NOT_STARTED = "NotStarted"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    CANCELED = "Canceled"


ENDED = frozenset({OperationStatus.SUCCEEDED, OperationStatus.FAILED, OperationStatus.CANCELED})


class Step(WireModel):
    """One named part of an operation, as a person follows it."""

    name: str
    status: OperationStatus = OperationStatus.NOT_STARTED
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    detail: str | None = None
    resource_id: str | None = None
    failure: Failure | None = None


class StepChange(WireModel):
    """News of one step, on its way to the record."""

    operation_id: str
    step: str
    status: OperationStatus
    at: AwareDatetime
    detail: str | None = None
    resource_id: str | None = None
    failure: Failure | None = None


class OperationWarning(WireModel):
    """Something beside the operation that somebody should know, though it went on without it."""

    code: str
    message: str
    target: str
    """What it is about."""


class Operation(WireModel):
    """The status monitor behind `GET /operations/{id}`."""

    id: str
    kind: OperationKind
    environment: str
    status: OperationStatus
    created_at: AwareDatetime
    last_action_at: AwareDatetime
    steps: tuple[Step, ...] = ()
    failure: Failure | None = None
    warnings: tuple[OperationWarning, ...] = ()
    traceparent: str | None = None
    """Of the request that asked for it."""

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def percent_complete(self) -> int:
        if self.status is OperationStatus.SUCCEEDED:
            return 100
        done = sum(step.status is OperationStatus.SUCCEEDED for step in self.steps)
        return 100 * done // max(len(self.steps), 1)


def build_operation_id(environment: str, sequence: int) -> str:
    """Derived from the count of operations, so that two requests cannot start the same one twice.

    It is the operation's orchestration instance id, too: whoever starts it first has it.
    """
    return f"{environment}.{sequence}"


def environment_of(operation_id: str) -> str:
    """The environment's name in an operation's id; a `.` stands in no name."""
    return operation_id.partition(".")[0]


def change_step(operation: Operation, change: StepChange) -> Operation:
    """The operation with the news taken in: a step that was not planned joins at the end."""
    steps = operation.steps
    if all(step.name != change.step for step in steps):
        steps = (*steps, Step(name=change.step))
    changed = tuple(_changed(step, change) if step.name == change.step else step for step in steps)
    return operation.model_copy(update={"steps": changed, "last_action_at": change.at})


def _changed(step: Step, change: StepChange) -> Step:
    """News after the end of a step changes nothing."""
    if step.status in ENDED:
        return step
    ends = change.status in ENDED
    return Step(
        name=step.name,
        status=change.status,
        started_at=step.started_at or change.at,
        ended_at=change.at if ends else None,
        detail=change.detail if ends else change.detail or step.detail,
        resource_id=change.resource_id or step.resource_id,
        failure=change.failure,
    )


def status_of(outcome: Outcome) -> OperationStatus:
    match outcome.status:
        case Status.SUCCEEDED:
            return OperationStatus.SUCCEEDED
        case Status.CANCELED:
            return OperationStatus.CANCELED
        case Status.FAILED:
            return OperationStatus.FAILED
        case _:
            return OperationStatus.RUNNING


def first_failure(outcomes: Iterable[Outcome]) -> Outcome | None:
    """The outcome that decides for all: a failure before a cancellation before success."""
    ranked = [outcome for outcome in outcomes if not outcome.is_success]
    ranked.sort(key=lambda outcome: outcome.status is Status.CANCELED)
    return ranked[0] if ranked else None
