"""Does one action of the sweep on one environment.

1. Wait for its turn.
2. Look again: what is in use by now, or busy, is left alone.
3. Start the operation that does it.
4. Tell the environment's record what has begun and on what evidence.
5. Wait until the operation has ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from durabletask.task import OrchestrationContext, Task

from domain.idle_notes import IdleNotes
from domain.idle_records import build_idle_note
from domain.idleness import SweepAction, SweepDecision
from domain.outcomes import Outcome
from domain.sweep_inputs import OPERATION_IN_PROGRESS, OperationStart, SweepActionInput
from domain.sweeping import ActionResult, PlannedAction, ResultStatus
from orchestrators import names
from orchestrators.story import Steps, Story, entity_id
from orchestrators.sweep_idle_pools import EXPIRED
from orchestrators.sweep_view import look

LOOK_SECONDS = 15.0
ONLY_SAID = frozenset({SweepAction.WARN, SweepAction.UNWARN})


@dataclass(frozen=True, slots=True)
class Seen:
    """What the second look found: the action is still due."""

    notes: IdleNotes
    decisions: Sequence[SweepDecision]


def sweep_environment(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    action = SweepActionInput.from_wire(value)
    story = Story.open(context, action.story)
    result = yield from _do(story, action.planned)
    return Outcome.succeeded(**result.to_wire()).to_wire()


def _do(story: Story, planned: PlannedAction) -> Steps[ActionResult]:
    if planned.start_delay_seconds and not (yield from story.pause(planned.start_delay_seconds)):
        return _result(planned, ResultStatus.SKIPPED, "Canceled")
    if planned.reason == EXPIRED:
        return (yield from _run_operation(story, planned, None))
    seen = yield from _look_again(story, planned)
    if seen is None:
        return _result(planned, ResultStatus.SKIPPED, "NoLongerDue")
    if planned.action in ONLY_SAID:
        yield _tell(story, planned, seen)
        return _result(planned, ResultStatus.SUCCEEDED)
    return (yield from _run_operation(story, planned, seen))


def _look_again(story: Story, planned: PlannedAction) -> Steps[Seen | None]:
    view = yield from look(story, [planned.environment], planned.pools)
    decisions = view.decide(story.now)
    if all(decision.action is not planned.action for decision in decisions):
        return None
    return Seen(view.environments[planned.environment].notes, decisions)


def _tell(
    story: Story, planned: PlannedAction, seen: Seen, operation_id: str | None = None
) -> Task[Any]:
    note = build_idle_note(seen.notes, planned.action, seen.decisions, story.now, operation_id)
    record = entity_id(planned.environment)
    return story.context.call_entity(record, "take_note", note.to_wire())


def _run_operation(story: Story, planned: PlannedAction, seen: Seen | None) -> Steps[ActionResult]:
    """The record hears of it only once it has begun: until then it may turn out to be busy."""
    record = entity_id(planned.environment)
    request = yield story.context.call_entity(record, "plan_operation", str(planned.action))
    if not request:
        return _result(planned, ResultStatus.SKIPPED, "Busy")
    start = OperationStart(operation_id=request["operationId"], request=request)
    started = yield from story.call(names.START_OPERATION, start.to_wire())
    if not started.is_success:
        return _not_started(planned, started)
    if seen:
        yield _tell(story, planned, seen, start.operation_id)
    return (yield from _await_end(story, planned, start.operation_id))


def _not_started(planned: PlannedAction, started: Outcome) -> ActionResult:
    if started.failure and started.failure.reason == OPERATION_IN_PROGRESS:
        return _result(planned, ResultStatus.SKIPPED, "Busy")
    return _ended(planned, started)


def _await_end(story: Story, planned: PlannedAction, operation_id: str) -> Steps[ActionResult]:
    record = entity_id(planned.environment)
    while story.now < story.ref.deadline:
        if not (yield from story.pause(LOOK_SECONDS)):
            return _result(planned, ResultStatus.FAILED, "Canceled")
        ended: Any = yield story.context.call_entity(record, "get_end", operation_id)
        if ended:
            return _ended(planned, Outcome.from_wire(ended))
    return _result(planned, ResultStatus.FAILED, "DeadlineExceeded")


def _ended(planned: PlannedAction, outcome: Outcome) -> ActionResult:
    status = ResultStatus.SUCCEEDED if outcome.is_success else ResultStatus.FAILED
    return _result(planned, status).model_copy(update={"failure": outcome.failure})


def _result(
    planned: PlannedAction, status: ResultStatus, reason: str | None = None
) -> ActionResult:
    return ActionResult(
        environment=planned.environment,
        action=planned.action,
        status=status,
        reason=reason or planned.reason,
    )
