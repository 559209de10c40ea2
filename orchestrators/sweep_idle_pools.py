"""Scales idle GPU pools to zero, wakes and deletes environments that are due, and reports why.

1. List what Azure has first, then the environments, then their usage: a pool built in between
   is not mistaken for an orphan.
2. Decide for each pool; unknown usage counts as in use.
3. Look at the health of the environments, and record what has changed.
4. Report what has no environment any more.
5. Act in order and at AKS's pace, each action as a child that checks again before it acts. A
   failure in one environment does not stop the others.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable.names import Orchestrator
from domain.durable.sweep_inputs import SweepActionInput, SweepInput, SweepRef, SweepReport
from domain.environment.over_budget import OverBudget
from domain.outcomes import Outcome
from domain.sweep.expiry import ExpiryAction, decide_expiry
from domain.sweep.failed_creations import find_failed_creations
from domain.sweep.overspending import BudgetAction, build_budget_note, decide_overspending
from domain.sweep.record_notes import build_expiry_note
from domain.sweep.repairs import find_repairs
from domain.sweep.schedule import (
    PlannedAction,
    add_expired,
    add_failed,
    add_overspent,
    add_repairs,
    order_actions,
    pace,
    without_wakes,
)
from domain.sweep.summary import ActionResult, ResultStatus, summarise_sweep
from orchestrators.children import Child, join_children, start_child
from orchestrators.environment_proxy import EnvironmentProxy
from orchestrators.operation_context import Steps, utc_now
from orchestrators.sweep_health import look_at_health
from orchestrators.sweep_listing import list_azure
from orchestrators.sweep_orphans import look_at_orphans
from orchestrators.sweep_snapshot import (
    SweepContext,
    SweepSnapshot,
    take_snapshot,
    tell_counters,
)


def sweep_idle_pools(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    requested = SweepInput.from_wire(value)
    started_at = utc_now(context)
    deadline = started_at + timedelta(seconds=deadlines.SWEEP)
    sweep = SweepContext.open(context, SweepRef(sweep_id=context.instance_id, deadline=deadline))
    listing = yield from list_azure(sweep, requested.prices_by_region)
    names = {*requested.environments, *listing.environments}
    snapshot = yield from take_snapshot(sweep, names, listing.pools)
    decisions = snapshot.decide(sweep.now)
    context.set_custom_status({"decisions": [decision.to_wire() for decision in decisions]})
    if not requested.dry_run:
        tell_counters(sweep, snapshot)
    health = yield from look_at_health(
        sweep,
        listing,
        snapshot.environments,
        requested.prices_by_region,
        record=not requested.dry_run,
    )
    orphans = yield from look_at_orphans(
        sweep, listing, snapshot.environments, act=not requested.dry_run
    )
    if listing.failure:
        return Outcome.failed(listing.failure).to_wire()
    results: list[ActionResult] = []
    if not requested.dry_run:
        expired = _record_expiries(sweep, snapshot)
        over_budget = requested.over_budget or {}
        overspent = _record_overspending(sweep, snapshot, over_budget)
        actions = without_wakes(order_actions(decisions), over_budget)
        actions = add_expired(add_overspent(actions, overspent), expired)
        failed = find_failed_creations(snapshot.environments.values(), sweep.now)
        actions = add_failed(actions, failed)
        repairs = find_repairs(snapshot.environments.values(), health, sweep.now)
        results = yield from _act(sweep, pace(add_repairs(actions, repairs)))
    summary = summarise_sweep(
        decisions, results, started_at, sweep.now, requested.dry_run, health, orphans
    )
    report = SweepReport(summary=summary, decisions=tuple(decisions))
    return Outcome.succeeded(**report.to_wire()).to_wire()


def _act(sweep: SweepContext, actions: Sequence[PlannedAction]) -> Steps[list[ActionResult]]:
    children: list[Child] = [
        start_child(
            sweep,
            Orchestrator.SWEEP_ENVIRONMENT,
            SweepActionInput(sweep=sweep.ref, planned=action).to_wire(),
            sweep.ref.child_id(action.environment, action.action),
        )
        for action in actions
    ]
    outcomes = yield from join_children(sweep, children, stop_on_failure=False)
    return [_read_result(*each) for each in zip(actions, outcomes, strict=True)]


def _read_result(action: PlannedAction, outcome: Outcome) -> ActionResult:
    """A child that failed has no result of its own; it counts as a failed action."""
    if outcome.is_success:
        return ActionResult.from_wire(outcome.result)
    return ActionResult(
        environment=action.environment,
        action=action.action,
        status=ResultStatus.FAILED,
        reason=str(outcome.status),
        failure=outcome.failure,
    )


def _record_expiries(sweep: SweepContext, snapshot: SweepSnapshot) -> list[str]:
    """Records expiry warnings at once, and returns the environments that have expired."""
    expired: list[str] = []
    for name, found in snapshot.environments.items():
        sent = found.notes.expiry_warnings_sent
        action = decide_expiry(found.expires_at, sent, sweep.now)
        if action is ExpiryAction.NONE or found.expires_at is None or not found.may_expire:
            continue
        if action is ExpiryAction.DELETE:
            expired.append(name)
            continue
        note = build_expiry_note(found.notes, action, found.expires_at, sweep.now)
        EnvironmentProxy(sweep.context, name).signal_idle_note(note)
    return expired


def _record_overspending(
    sweep: SweepContext, snapshot: SweepSnapshot, over_budget: Mapping[str, OverBudget]
) -> dict[str, OverBudget]:
    """Records warnings at once, and returns the environments that are to be scaled down."""
    overspent: dict[str, OverBudget] = {}
    for name, over in over_budget.items():
        found = snapshot.environments.get(name)
        action = decide_overspending(found, over, sweep.now) if found else BudgetAction.NONE
        if action is BudgetAction.SCALE_DOWN:
            overspent[name] = over
        elif found and action is BudgetAction.WARN:
            note = build_budget_note(found.notes, action, over, sweep.now)
            EnvironmentProxy(sweep.context, name).signal_idle_note(note)
    return overspent
