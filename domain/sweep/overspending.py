"""Decides what the sweep does with an environment whose cost center has spent its budget."""

from datetime import datetime, timedelta
from enum import StrEnum

from domain.environment.idle_notes import IdleNote, IdleNotes
from domain.environment.over_budget import OverBudget
from domain.environment.phases import Phase
from domain.spec.idle import IdleAction
from domain.sweep.model import EnvironmentSweepState, IdleState

NOTICE = timedelta(minutes=5)
"""From the warning to the scale-down: the default interval of sweeps, so that it is another sweep
that acts."""


class BudgetAction(StrEnum):
    NONE = "none"
    WARN = "warn"
    SCALE_DOWN = "scaleDown"


BUDGET_EVENTS = {
    BudgetAction.WARN: ("BudgetWarned", "The budget is exceeded."),
    BudgetAction.SCALE_DOWN: ("BudgetScaledDown", "Its GPU pools are scaled to zero."),
}


def decide_overspending(
    found: EnvironmentSweepState, over: OverBudget, now: datetime
) -> BudgetAction:
    """Each build and each wake gets a warning of its own. What its owner has pinned is warned of
    only."""
    if found.state.phase is not Phase.READY:
        return BudgetAction.NONE
    warned_at = found.notes.budget_warned_at
    starts = (over.month_began_at, found.state.ready_since, found.state.woken_at)
    if warned_at is None or any(start and start > warned_at for start in starts):
        return BudgetAction.WARN
    if not over.scales_down or _is_pinned(found.state, now) or now - warned_at < NOTICE:
        return BudgetAction.NONE
    return BudgetAction.SCALE_DOWN


def build_budget_note(
    notes: IdleNotes, action: BudgetAction, over: OverBudget, now: datetime
) -> IdleNote:
    event, message = BUDGET_EVENTS[action]
    if action is BudgetAction.WARN and over.scales_down:
        message = f"{message} Its GPU pools are scaled to zero soon, unless it is pinned."
    return IdleNote(
        at=now,
        event=event,
        message=f"{over.cost_center} has spent {over.spent:.2f} of {over.per_month:.2f} USD this "
        f"month. {message}",
        warned_at=notes.warned_at if action is BudgetAction.WARN else None,
        expiry_warnings_sent=notes.expiry_warnings_sent,
        slept_for_off_hours=notes.slept_for_off_hours and action is BudgetAction.WARN,
        budget_warned_at=now if action is BudgetAction.WARN else None,
    )


def _is_pinned(state: IdleState, now: datetime) -> bool:
    until = state.policy.keep_until
    return state.policy.action is IdleAction.NONE or (until is not None and until > now)
