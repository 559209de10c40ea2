"""Does one action of the sweep on one environment.

1. Wait for its turn.
2. Look again: what is in use by now, busy, or has been given more time, is left alone.
3. Start the operation that does it.
4. Tell the environment's record what has begun and on what evidence.
5. Wait until the operation has ended.
"""

from typing import Any

from durabletask.task import OrchestrationContext, Task

from domain.durable import names
from domain.durable.sweep_inputs import OPERATION_IN_PROGRESS, OperationStart, SweepActionInput
from domain.environment.idle_notes import IdleNote
from domain.outcomes import Outcome
from domain.sweep.expiry import ExpiryAction, decide_expiry
from domain.sweep.model import SweepAction
from domain.sweep.record_notes import build_expiry_note, build_idle_note
from domain.sweep.schedule import PlannedAction
from domain.sweep.summary import ActionResult, ResultStatus
from orchestrators.story import Steps, Story, entity_id
from orchestrators.sweep_idle_pools import EXPIRED
from orchestrators.sweep_view import look

LOOK_SECONDS = 15.0
ONLY_SAID = frozenset({SweepAction.WARN, SweepAction.WITHDRAW_WARNING})


def sweep_environment(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    action = SweepActionInput.from_wire(value)
    story = Story.open(context, action.story)
    result = yield from _do(story, action.planned)
    return Outcome.succeeded(**result.to_wire()).to_wire()


def _do(story: Story, planned: PlannedAction) -> Steps[ActionResult]:
    if planned.start_delay_seconds and not (yield from story.pause(planned.start_delay_seconds)):
        return _result(planned, ResultStatus.SKIPPED, "Canceled")
    look_again = _look_at_expiry if planned.reason == EXPIRED else _look_at_use
    note = yield from look_again(story, planned)
    if note is None:
        return _result(planned, ResultStatus.SKIPPED, "NoLongerDue")
    if planned.action in ONLY_SAID:
        yield _tell(story, planned, note)
        return _result(planned, ResultStatus.SUCCEEDED)
    return (yield from _run_operation(story, planned, note))


def _look_at_use(story: Story, planned: PlannedAction) -> Steps[IdleNote | None]:
    """What the record is to be told; None if the action is not due any more."""
    view = yield from look(story, [planned.environment], planned.pools)
    decisions = view.decide(story.now)
    if all(decision.action is not planned.action for decision in decisions):
        return None
    notes = view.environments[planned.environment].notes
    return build_idle_note(notes, planned.action, decisions, story.now)


def _look_at_expiry(story: Story, planned: PlannedAction) -> Steps[IdleNote | None]:
    """Somebody may have given it more time while it waited for its turn."""
    view = yield from look(story, [planned.environment], ())
    swept = view.environments.get(planned.environment)
    if swept is None or swept.expires_at is None or not swept.is_live:
        return None
    if (
        decide_expiry(swept.expires_at, swept.notes.expiry_warnings_sent, story.now)
        is not ExpiryAction.DELETE
    ):
        return None
    return build_expiry_note(swept.notes, ExpiryAction.DELETE, swept.expires_at, story.now)


def _tell(story: Story, planned: PlannedAction, note: IdleNote) -> Task[Any]:
    record = entity_id(planned.environment)
    return story.context.call_entity(record, "take_note", note.to_wire())


def _run_operation(story: Story, planned: PlannedAction, note: IdleNote) -> Steps[ActionResult]:
    """The record hears of it only once it has begun: until then it may turn out to be busy."""
    record = entity_id(planned.environment)
    request = yield story.context.call_entity(record, "plan_operation", str(planned.action))
    if not request:
        return _result(planned, ResultStatus.SKIPPED, "Busy")
    start = OperationStart(operation_id=request["operationId"], request=request)
    started = yield from story.call(names.START_OPERATION, start.to_wire())
    if not started.is_success:
        return _not_started(planned, started)
    begun = {"at": story.now, "operation_id": start.operation_id}
    yield _tell(story, planned, note.model_copy(update=begun))
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
