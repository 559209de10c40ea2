"""An environment over its budget is warned of, then scaled down, unless it is pinned."""

from datetime import datetime
from typing import Any

import pytest

from domain.environment.idle_notes import IdleNotes
from domain.environment.phases import Phase
from domain.spec.idle import Idle
from domain.sweep.model import SweepAction
from domain.sweep.overspending import BudgetAction, build_budget_note, decide_overspending
from domain.sweep.record_notes import record_idle_note
from domain.sweep.schedule import PlannedAction, add_overspent
from tests.support.specs import NOON, a_record, minutes
from tests.support.sweeps import a_swept, over_budget

LONG_AGO, JUST_NOW = NOON - minutes(60), NOON - minutes(2)
PINNED = Idle.model_validate({"action": "none"})
KEPT = Idle.model_validate({"keepUntil": "2026-12-01T00:00:00Z"})
KEPT_BEFORE = Idle.model_validate({"keepUntil": "2026-11-20T00:00:00Z"})
WARN, NONE, DOWN = BudgetAction.WARN, BudgetAction.NONE, BudgetAction.SCALE_DOWN


@pytest.mark.parametrize(
    ("state", "over", "action"),
    [
        pytest.param({}, {}, WARN, id="not warned yet"),
        pytest.param({"budget_warned_at": JUST_NOW}, {}, NONE, id="notice running"),
        pytest.param({"budget_warned_at": LONG_AGO}, {}, DOWN, id="notice over"),
        pytest.param({"budget_warned_at": NOON - minutes(5)}, {}, DOWN, id="notice just over"),
        pytest.param({"budget_warned_at": LONG_AGO}, {"scales_down": False}, NONE, id="warn only"),
        pytest.param({"scales_down": False}, {"scales_down": False}, WARN, id="warn only, first"),
        pytest.param({"budget_warned_at": LONG_AGO, "policy": PINNED}, {}, NONE, id="pinned"),
        pytest.param({"policy": PINNED}, {}, WARN, id="pinned, warned all the same"),
        pytest.param({"budget_warned_at": LONG_AGO, "policy": KEPT}, {}, NONE, id="kept"),
        pytest.param(
            {"budget_warned_at": LONG_AGO, "policy": KEPT_BEFORE}, {}, DOWN, id="kept no more"
        ),
        pytest.param(
            {"budget_warned_at": LONG_AGO, "woken_at": JUST_NOW}, {}, WARN, id="woken since"
        ),
        pytest.param(
            {"budget_warned_at": LONG_AGO, "ready_since": JUST_NOW}, {}, WARN, id="built since"
        ),
        pytest.param(
            {"budget_warned_at": LONG_AGO}, {"month_began_at": JUST_NOW}, WARN, id="next month"
        ),
        pytest.param({"phase": Phase.SCALED_DOWN}, {}, NONE, id="asleep"),
        pytest.param({"phase": Phase.UPDATING}, {}, NONE, id="in motion"),
    ],
)
def test_what_is_done(state: dict[str, Any], over: dict[str, Any], action: BudgetAction):
    state.pop("scales_down", None)
    assert decide_overspending(a_swept(**state), over_budget(**over), NOON) is action


@pytest.mark.parametrize("warned_at", [None, LONG_AGO])
def test_a_warning_leaves_that_of_idleness_as_it_is(warned_at: datetime | None):
    notes = IdleNotes(warned_at=warned_at, expiry_warnings_sent=("x",))
    note = build_budget_note(notes, WARN, over_budget(), NOON)
    assert (note.warned_at, note.expiry_warnings_sent) == (warned_at, ("x",))
    assert "scaled to zero soon" in note.message
    assert (
        "zero" not in build_budget_note(notes, WARN, over_budget(scales_down=False), NOON).message
    )


def test_other_notes_keep_the_warning():
    warned = record_idle_note(
        a_record(), build_budget_note(IdleNotes(), WARN, over_budget(), JUST_NOW)
    )
    assert warned.idle_notes.budget_warned_at == JUST_NOW
    down = build_budget_note(warned.idle_notes, DOWN, over_budget(), NOON)
    after = record_idle_note(warned, down)
    assert after.idle_notes.budget_warned_at == JUST_NOW
    assert after.events[-1].type == "BudgetScaledDown"
    assert "ML-1234" in after.events[-1].message


def test_what_is_scaled_down_or_deleted_anyway_is_so_once():
    idle = PlannedAction(
        environment="a", action=SweepAction.SCALE_TO_ZERO, reason="Idle", pools=()
    )
    warned = PlannedAction(environment="b", action=SweepAction.WARN, reason="Idle", pools=())
    over = over_budget()
    planned = add_overspent([idle, warned], {"a": over, "b": over})
    assert [(each.environment, each.reason) for each in planned] == [
        ("a", "Idle"),
        ("b", "BudgetExceeded"),
    ]
