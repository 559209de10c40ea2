"""Operations on an environment: their ids, their planned steps and their progress."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime

from domain.environment.approval import Approval, ApprovalState
from domain.environment.call_stamp import CallStamp
from domain.environment.gpu_saving import GpuSaving
from domain.environment.gpu_usage import GpuSpending
from domain.environment.phases import Phase
from domain.environment.step_keys import (
    cell_region,
    is_workload_step,
    only_reads,
    puts_to_sleep,
    stops_gpu_cost,
)
from domain.environment.versions import Rollback
from domain.outcomes import MAY_HAVE_STARTED, Failure, OperationWarning, Outcome, Status
from domain.placement.attempts import OfferAttempt
from domain.wire import WireModel


class OperationKind(StrEnum):
    PROVISION = "provision"
    UPDATE = "update"
    DELETE = "delete"
    SCALE_DOWN = "scale-down"
    WAKE = "wake"
    REPAIR = "repair"


class Step(WireModel):
    """One named part of an operation and its progress."""

    name: str
    status: Status = Status.NOT_STARTED
    started_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    detail: str | None = None
    resource_id: str | None = None
    failure: Failure | None = None


class StepChange(WireModel):
    """Progress of one step, to be recorded."""

    operation_id: str
    step: str
    status: Status
    at: AwareDatetime
    detail: str | None = None
    resource_id: str | None = None
    failure: Failure | None = None


class Cancellation(WireModel):
    """Who has asked for the end of an operation."""

    actor: str | None = None
    """As `requested_by`; None if unknown."""
    to_version: int | None = None
    """What it goes back to, if a rollback has asked for it."""
    reason: str | None = None
    """As the caller has put it."""

    def describe(self) -> str:
        what = "cancellation" if self.to_version is None else f"rollback to {self.to_version}"
        return f"{what} requested" + (f": {self.reason}" if self.reason else "")


class Operation(WireModel):
    """The status monitor behind `GET /operations/{id}`."""

    id: str
    kind: OperationKind
    environment: str
    status: Status
    created_at: AwareDatetime
    last_action_at: AwareDatetime
    steps: tuple[Step, ...] = ()
    failure: Failure | None = None
    warnings: tuple[OperationWarning, ...] = ()
    attempts: tuple[OfferAttempt, ...] = ()
    """Offers that were tried or skipped; none for cells that have only one."""
    requested_by: str | None = None
    """Object id of the caller in Entra ID, source of the message, or `sweep`; None if unknown."""
    traceparent: str | None = None
    """W3C trace context of the request that started it."""
    stamp: CallStamp | None = None
    """Of the request that started it; None if Gridplane itself has."""
    approval: Approval | None = None
    """Of one that a second person has to approve; None for any other."""
    phase_before: Phase | None = None
    """The environment's phase when it started; None if an earlier version recorded it."""
    rollback: Rollback | None = None
    """What an update goes back to."""
    cancellation: Cancellation | None = None
    """The first one that was asked for while it ran."""
    gpu_spending: GpuSpending | None = None
    """Of a scale-down or deletion that has succeeded: of the nodes that it has ended."""
    gpu_saving: GpuSaving | None = None
    """Of a wake that has succeeded: of the sleep that it has ended. Of a scale-down: of the sleep
    that it begins."""

    @property
    def has_ended(self) -> bool:
        return self.status.is_final

    @property
    def is_waiting(self) -> bool:
        """For a second person's answer."""
        return self.approval is not None and self.approval.state is ApprovalState.WAITING

    @property
    def was_never_begun(self) -> bool:
        """Whether it was not approved, or has not begun since."""
        return self.approval is not None and (
            self.status is Status.NOT_STARTED or self.approval.state is not ApprovalState.APPROVED
        )

    @property
    def percent_complete(self) -> int:
        if self.status is Status.SUCCEEDED:
            return 100
        done = sum(step.status is Status.SUCCEEDED for step in self.steps)
        return 100 * done // max(len(self.steps), 1)


class OperationId(NamedTuple):
    """The parts of an operation's id."""

    environment: str
    sequence: int


def build_operation_id(environment: str, sequence: int) -> str:
    """Derived from the count of operations, so two requests cannot start the same one twice.

    It is the orchestration's instance id as well: the first start wins it.
    """
    return f"{environment}.{sequence}"


def parse_operation_id(text: str) -> OperationId | None:
    """None for the id of anything else, such as a sweep; no environment's name contains a dot."""
    environment, dot, sequence = text.partition(".")
    is_number = sequence.isascii() and sequence.isdecimal() and len(sequence) <= 9
    return OperationId(environment, int(sequence)) if dot and environment and is_number else None


def change_step(operation: Operation, change: StepChange) -> Operation:
    """The operation with the change applied; a step that was not planned is appended."""
    steps = operation.steps
    if all(step.name != change.step for step in steps):
        steps = (*steps, Step(name=change.step))
    changed = tuple(_changed(step, change) if step.name == change.step else step for step in steps)
    return operation.model_copy(update={"steps": changed, "last_action_at": change.at})


def _changed(step: Step, change: StepChange) -> Step:
    """A change that arrives after the step's end is late and ignored."""
    if step.status.is_final:
        return step
    ends = change.status.is_final
    return Step(
        name=step.name,
        status=change.status,
        started_at=step.started_at or change.at,
        ended_at=change.at if ends else None,
        detail=change.detail if ends else change.detail or step.detail,
        resource_id=change.resource_id or step.resource_id,
        failure=change.failure,
    )


def has_changed_nothing(operation: Operation) -> bool:
    """Whether each of its steps only read, was refused by Azure at once, never started, or was
    undone: a wake that fails puts the workload back to sleep."""
    asleep_again = {
        cell_region(step.name)
        for step in operation.steps
        if puts_to_sleep(step.name) and step.status is Status.SUCCEEDED
    }
    return all(
        _has_changed_nothing(step)
        or (is_workload_step(step.name) and cell_region(step.name) in asleep_again)
        for step in operation.steps
    )


def _has_changed_nothing(step: Step) -> bool:
    """Kubernetes objects are applied one after the other, so a refusal may leave some changed."""
    if step.status is Status.NOT_STARTED or only_reads(step.name):
        return True
    if stops_gpu_cost(step.name):
        return step.resource_id is None
    if step.failure is None or step.failure.reason in MAY_HAVE_STARTED:
        return False
    return step.resource_id is None and not is_workload_step(step.name)


def first_failure(outcomes: Iterable[Outcome]) -> Outcome | None:
    """The outcome that decides for all: failed, then canceled in Azure, then canceled here.

    A failure cancels its siblings, so their cancellation is its consequence.
    """
    ranked = [outcome for outcome in outcomes if not outcome.is_success]
    ranked.sort(key=lambda each: (each.status is Status.CANCELED, each.failure is None))
    return ranked[0] if ranked else None
