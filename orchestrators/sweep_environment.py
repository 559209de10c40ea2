"""Does one action of the sweep on one environment.

1. Wait for its turn.
2. Look again: what is in use by now, or busy, is left alone.
3. Start the operation that does it, where one is needed.
4. Tell the environment's record what happens and on what evidence.
5. Wait until the operation has ended.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.idle_notes import IdleNote
from domain.idle_records import build_idle_note
from domain.idleness import SweepAction
from domain.outcomes import Outcome
from domain.sweep_inputs import OPERATION_IN_PROGRESS, OperationStart, SweepActionInput
from domain.sweeping import ActionResult, PlannedAction, ResultStatus
from orchestrators import names
from orchestrators.story import Steps, Story, entity_id
from orchestrators.sweep_idle_pools import EXPIRED
from orchestrators.sweep_view import look

LOOK_SECONDS = 15.0
ONLY_SAID = frozenset({SweepAction.WARN, SweepAction.UNWARN})


def sweep_environment(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    action = SweepActionInput.from_wire(value)
    story = Story.open(context, action.story)
    result = yield from _do(story, action.planned)
    return Outcome.succeeded(**result.to_wire()).to_wire()


def _do(story: Story, planned: PlannedAction) -> Steps[ActionResult]:
    if planned.start_delay_seconds and not (yield from story.pause(planned.start_delay_seconds)):
        return _result(planned, ResultStatus.SKIPPED, "Canceled")
    note: IdleNote | None = None
    if planned.reason != EXPIRED:
        note = yield from _look_again(story, planned)
        if note is None:
            return _result(planned, ResultStatus.SKIPPED, "NoLongerDue")
    if planned.action in ONLY_SAID:
        yield from _tell(story, planned, note)
        return _result(planned, ResultStatus.SUCCEEDED)
    return (yield from _run_operation(story, planned, note))


def _look_again(story: Story, planned: PlannedAction) -> Steps[IdleNote | None]:
    """What the record is to be told; None if the action is not due any more."""
    view = yield from look(story, [planned.environment], planned.pools)
    same = [d for d in view.decide(story.now) if d.action is planned.action]
    swept = view.environments.get(planned.environment)
    return build_idle_note(swept.notes, same, story.now) if same and swept else None


def _tell(story: Story, planned: PlannedAction, note: IdleNote | None) -> Steps[None]:
    if note:
        record = entity_id(planned.environment)
        yield story.context.call_entity(record, "take_note", note.to_wire())


def _run_operation(
    story: Story, planned: PlannedAction, note: IdleNote | None
) -> Steps[ActionResult]:
    record = entity_id(planned.environment)
    request = yield story.context.call_entity(record, "plan_operation", str(planned.action))
    if not request:
        return _result(planned, ResultStatus.SKIPPED, "Busy")
    start = OperationStart(operation_id=request["operationId"], request=request)
    started = yield from story.call(names.START_OPERATION, start.to_wire())
    if not started.is_success:
        return _not_started(planned, started)
    yield from _tell(story, planned, note)
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
