"""Brings idle GPU pools to zero, wakes and deletes what is due, and says why.

1. List Azure's GPU pools first, then the environments, then their usage: what was built in
   between is not taken for an orphan.
2. Decide for each pool; what is unknown counts as in use.
3. Act in order and at AKS's pace, each action as a child that looks again just before it acts.
   One environment's failure does not stop the others.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable import names
from domain.durable.inputs import StoryRef
from domain.durable.sweep_inputs import SweepActionInput, SweepInput, SweepReport
from domain.outcomes import Outcome
from domain.sweep.expiry import ExpiryAction, decide_expiry
from domain.sweep.model import GpuPool, SweepAction
from domain.sweep.record_notes import build_expiry_note
from domain.sweep.schedule import PlannedAction, order_actions, pace
from domain.sweep.summary import ActionResult, ResultStatus, summarise_sweep
from orchestrators.story import Child, Steps, Story, entity_id, utc_now
from orchestrators.sweep_view import SweepView, look

EXPIRED = "Expired"


def sweep_idle_pools(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    sweep = SweepInput.from_wire(value)
    started_at = utc_now(context)
    deadline = started_at + timedelta(seconds=deadlines.SWEEP)
    ref = StoryRef(environment="", operation_id=context.instance_id, deadline=deadline)
    story = Story.open(context, ref)
    listed = yield from story.call(names.LIST_GPU_POOLS, {"operationId": story.ref.operation_id})
    if not listed.is_success:
        return listed.to_wire()
    pools = [GpuPool.from_wire(pool) for pool in listed.result["pools"]]
    environments = {*sweep.environments, *(p.environment for p in pools if p.is_ours)}
    view = yield from look(story, environments, pools)
    decisions = view.decide(story.now)
    context.set_custom_status({"decisions": [decision.to_wire() for decision in decisions]})
    results: list[ActionResult] = []
    if not sweep.dry_run:
        expired = _tell_expiries(story, view)
        results = yield from _act(story, pace(_join_actions(order_actions(decisions), expired)))
    summary = summarise_sweep(decisions, results, started_at, story.now, sweep.dry_run)
    report = SweepReport(summary=summary, decisions=tuple(decisions))
    return Outcome.succeeded(**report.to_wire()).to_wire()


def _act(story: Story, actions: Sequence[PlannedAction]) -> Steps[list[ActionResult]]:
    children: list[Child] = [
        story.start_child(
            names.SWEEP_ENVIRONMENT,
            SweepActionInput(story=story.ref, planned=action).to_wire(),
            f"{action.environment}.{action.action}",
        )
        for action in actions
    ]
    outcomes = yield from story.join(children, stop_on_failure=False)
    return [_read_result(*each) for each in zip(actions, outcomes, strict=True)]


def _read_result(action: PlannedAction, outcome: Outcome) -> ActionResult:
    """A child that broke has no result of its own; it still counts as a failure."""
    if outcome.is_success:
        return ActionResult.from_wire(outcome.result)
    return ActionResult(
        environment=action.environment,
        action=action.action,
        status=ResultStatus.FAILED,
        reason=str(outcome.status),
        failure=outcome.failure,
    )


def _join_actions(
    actions: Sequence[PlannedAction], expired: Sequence[PlannedAction]
) -> list[PlannedAction]:
    """One action per environment: who has expired need not be warned or go to zero first."""
    ending = {action.environment for action in expired}
    return [*(action for action in actions if action.environment not in ending), *expired]


def _tell_expiries(story: Story, view: SweepView) -> list[PlannedAction]:
    """Warnings go to the record at once; deletions are actions like others."""
    due: list[PlannedAction] = []
    for name, swept in view.environments.items():
        action = decide_expiry(swept.expires_at, swept.notes.expiry_warnings_sent, story.now)
        if action is ExpiryAction.NONE or swept.expires_at is None or not swept.is_live:
            continue
        if action is ExpiryAction.DELETE:
            due.append(
                PlannedAction(
                    environment=name, action=SweepAction.DELETE, reason=EXPIRED, pools=()
                )
            )
            continue
        note = build_expiry_note(swept.notes, action, swept.expires_at, story.now)
        story.context.signal_entity(entity_id(name), "take_note", note.to_wire())
    return due
