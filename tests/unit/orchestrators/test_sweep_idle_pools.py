from typing import Any

import pytest

from domain import deadlines
from domain.durable.sweep_inputs import SweepActionInput, SweepInput, SweepReport, UsageInput
from domain.environment.counters import RecordCounters
from domain.environment.idle_notes import IdleNote
from domain.environment.phases import Phase
from domain.outcomes import Outcome
from domain.spec.idle import Idle
from domain.sweep.expiry import ExpiryAction, expiry_warning_key
from domain.sweep.model import EnvironmentSweepState, GpuPool, SweepAction
from domain.sweep.summary import ResultStatus
from domain.sweep.usage import Usage
from domain.sweep.usage_queries import UsageQuery
from orchestrators.sweep_idle_pools import sweep_idle_pools
from tests.support.engine import After, Run, run
from tests.support.payloads import QUOTA, REGION, failed
from tests.support.specs import NOON, minutes
from tests.support.sweeps import (
    WARNED_LONG_AGO,
    a_gpu_pool,
    a_look,
    a_result,
    a_swept,
    a_usage,
    over_budget,
    told_usage,
)

SCALE = SweepAction.SCALE_TO_ZERO
SOON = NOON + minutes(40)
PAST = NOON - minutes(1)


def sweep(
    *environments: EnvironmentSweepState,
    pools: list[GpuPool] | None = None,
    usage: list[Usage] | None = None,
    dry_run: bool = False,
    **script: Any,
) -> Run:
    """Idle environments with a pool each, unless something else is said."""
    names = [swept.state.environment for swept in environments]
    pools = [a_gpu_pool(name) for name in names] if pools is None else pools
    usage = [a_usage(name) for name in names] if usage is None else usage
    return run(
        sweep_idle_pools,
        SweepInput(
            environments=tuple(names),
            dry_run=dry_run,
            over_budget=script.get("over_budget", {}),
        ).to_wire(),
        instance_id="sweep",
        activities={
            "list_gpu_pools": Outcome.succeeded(pools=[pool.to_wire() for pool in pools]),
            "list_resources": Outcome.succeeded(resources=[]),
            "get_usage": told_usage(usage),
            **script.get("activities", {}),
        },
        children={
            "sweep_environment": a_result("fraud-llm", SweepAction.WARN),
            **script.get("children", {}),
        },
        entity={
            "get_sweep_state": None,
            **{f"get_sweep_state {s.state.environment}": s.to_wire() for s in environments},
        },
    )


def report_of(done: Run) -> SweepReport:
    assert done.outcome.is_success
    return SweepReport.from_wire(done.outcome.result)


def decisions_of(done: Run) -> list[tuple[str, str, str]]:
    return [(d.environment, str(d.action), d.reason) for d in report_of(done).decisions]


def due(name: str, **changes: Any) -> EnvironmentSweepState:
    """Idle, and warned for long enough."""
    return a_swept(name, warned_at=WARNED_LONG_AGO, **changes)


def test_azure_is_listed_first_then_the_environments_then_their_usage():
    done = sweep(a_swept("b"), a_swept("a"))
    assert done.lines == [
        "call list_gpu_pools",
        "call list_resources",
        "entity a get_sweep_state",
        "entity b get_sweep_state",
        "call get_usage",
        "status decisions",
        "entity all note",
        "start sweep_environment sweep.a.warn",
        "start sweep_environment sweep.b.warn",
    ]
    assert decisions_of(done) == [("b", "warn", "Idle"), ("a", "warn", "Idle")]


def test_what_was_decided_can_be_read_while_it_is_done():
    done = sweep(a_swept())
    decisions = done.input_of("status")["decisions"]
    assert decisions == done.outcome.to_wire()["result"]["decisions"]


def test_each_child_gets_its_action_with_the_evidence_until_the_sweeps_end():
    done = sweep(due("fraud-llm"))
    child = SweepActionInput.from_wire(done.input_of("sweep_environment"))
    assert (child.planned.action, child.planned.reason) == (SCALE, "IdleAfterWarning")
    assert child.planned.evidence[REGION]["requests"]["highest"] == 0
    assert [pool.environment for pool in child.planned.pools] == ["fraud-llm"]
    assert (child.sweep.deadline - NOON).total_seconds() == deadlines.SWEEP


def moved_on(name: str) -> Usage:
    """One invocation more than the record knows of."""
    return a_usage(name).model_copy(update={"counters": a_look(8)})


def test_a_record_is_told_of_counters_only_where_they_have_moved():
    done = sweep(a_swept("busy"), a_swept("quiet"), usage=[moved_on("busy"), a_usage("quiet")])
    assert done.steps("tell") == [f"tell busy record_counters {REGION}:InvocationsSeen"]
    told = RecordCounters.from_wire(done.input_of("record_counters busy"))
    assert told.notes[REGION].look == a_look(8)
    assert decisions_of(done)[0] == ("busy", "none", "InvocationsSeen")


def test_a_dry_run_leaves_the_counters_that_the_next_sweep_compares_with():
    done = sweep(a_swept("busy"), usage=[moved_on("busy")], dry_run=True)
    assert done.steps("tell") == []
    assert decisions_of(done) == [("busy", "none", "InvocationsSeen")]


def asked_of(done: Run) -> list[UsageQuery]:
    return [
        UsageInput.from_wire(value).query for name, value in done.inputs if name == "get_usage"
    ]


def test_usage_is_asked_for_where_it_decides_or_advice_needs_it():
    done = sweep(
        a_swept("awake"),
        a_swept("asleep", phase=Phase.SCALED_DOWN),
        a_swept("kept", policy=Idle(keep_until=NOON + minutes(60))),
        a_swept("new", ready_since=NOON - minutes(5)),
        pools=[
            *(a_gpu_pool(name) for name in ("awake", "asleep", "kept", "new", "unknown")),
            a_gpu_pool("foreign", is_ours=False),
        ],
    )
    (asked,) = asked_of(done)
    assert sorted(cell.environment for cell in asked.cells) == ["awake", "kept"]
    assert {reason: name for name, _, reason in decisions_of(done)} == {
        "Idle": "awake",
        "ScaledDownAtUnknown": "asleep",
        "KeptUntil": "kept",
        "GraceAfterCreate": "new",
        "EnvironmentUnknown": "unknown",
        "NotOurs": "foreign",
    }


def test_usage_is_asked_for_in_each_grain_as_far_back_as_its_longest_window():
    """Whoever may idle for a week asks for hours, and does not make the others ask for a week."""
    windows = {"short": 30, "longer": 120, "day": 1440, "week": 10080}
    done = sweep(*(a_swept(n, policy=Idle(after_minutes=m)) for n, m in windows.items()))
    minute, five, hour = asked_of(done)
    assert [cell.environment for cell in minute.cells] == ["short", "longer"]
    assert [cell.environment for cell in (*five.cells, *hour.cells)] == ["day", "week"]
    assert [asked.interval_minutes for asked in (minute, five, hour)] == [1, 5, 60]
    assert [asked.observed_at - asked.start for asked in (minute, five, hour)] == [
        minutes(120 + 8 + 2),
        minutes(1440 + 8 + 10),
        minutes(10080 + 8 + 120),
    ]


def test_usage_that_cannot_be_read_in_one_grain_hides_no_other():
    done = sweep(
        a_swept("short"),
        a_swept("week", policy=Idle(after_minutes=10080)),
        activities={"get_usage": [QUOTA, told_usage([a_usage("week")])]},
    )
    assert [reason for *_, reason in decisions_of(done)] == ["UsageMissing", "RequestsIncomplete"]


def test_usage_of_every_grain_counts():
    done = sweep(
        a_swept("short"),
        a_swept("week", policy=Idle(after_minutes=10080)),
        activities={"get_usage": [told_usage([a_usage(name)]) for name in ("short", "week")]},
    )
    assert [reason for *_, reason in decisions_of(done)] == ["Idle", "RequestsIncomplete"]


def test_where_nobody_is_awake_no_usage_is_asked_for():
    done = sweep(
        a_swept(phase=Phase.SCALED_DOWN, scaled_down_at=PAST), pools=[a_gpu_pool(node_count=0)]
    )
    assert done.steps("call") == ["call list_gpu_pools", "call list_resources"]
    assert decisions_of(done) == [("fraud-llm", "none", "Asleep")]


def test_an_empty_subscription_is_swept_in_no_time():
    done = sweep()
    assert done.lines == [
        "call list_gpu_pools",
        "call list_resources",
        "status decisions",
        "entity all note",
    ]
    assert (report_of(done).decisions, report_of(done).summary.pools) == ((), 0)


def test_pools_without_a_record_are_left_alone_and_named():
    done = sweep(pools=[a_gpu_pool("orphan"), a_gpu_pool("foreign", is_ours=False)])
    assert done.steps("entity") == ["entity orphan get_sweep_state", "entity all note"]
    assert decisions_of(done) == [
        ("orphan", "none", "EnvironmentUnknown"),
        ("foreign", "none", "NotOurs"),
    ]
    assert done.steps("start") == []


def test_min_nodes_are_the_specs_because_aks_forgets_them():
    done = sweep(a_swept(min_nodes=1))
    assert decisions_of(done) == [("fraud-llm", "none", "MinNodes")]


@pytest.mark.parametrize(
    "usage", [QUOTA, RuntimeError("boom")], ids=["a failure as a value", "a crash"]
)
def test_usage_that_cannot_be_read_counts_as_use(usage: Outcome | Exception):
    done = sweep(due("fraud-llm"), activities={"get_usage": usage})
    assert decisions_of(done) == [("fraud-llm", "none", "UsageMissing")]
    assert done.steps("start") == []


def test_a_listing_that_fails_ends_the_sweep_as_failed():
    done = sweep(a_swept(), activities={"list_gpu_pools": QUOTA})
    assert done.steps("start", "tell") == []
    assert done.outcome == QUOTA


def test_a_dry_run_decides_and_does_nothing():
    done = sweep(due("fraud-llm"), a_swept("old", expires_at=PAST), pools=None, dry_run=True)
    assert done.steps("start", "tell") == []
    assert decisions_of(done)[0] == ("fraud-llm", "scaleToZero", "IdleAfterWarning")
    summary = report_of(done).summary
    assert (summary.dry_run, summary.results, summary.saved_per_hour_usd) == (True, {}, 7.0)


def test_one_childs_failure_leaves_the_others():
    done = sweep(
        due("a"),
        due("b"),
        children={
            "sweep_environment sweep.a.scaleToZero": After(
                5, a_result("a", SCALE, status=ResultStatus.FAILED, failure=QUOTA.failure)
            ),
            "sweep_environment sweep.b.scaleToZero": After(200, a_result("b", SCALE)),
        },
    )
    assert done.steps("send") == []
    assert done.seconds > 200
    summary = report_of(done).summary
    assert summary.results == {"failed": 1, "succeeded": 1}
    assert summary.saved_per_hour_usd == 7.0
    assert [(f.environment, f.reason) for f in summary.failures] == [("a", "QuotaExceeded")]


@pytest.mark.parametrize(
    ("child", "reason"),
    [
        pytest.param(RuntimeError("boom"), "OrchestrationFailed", id="it breaks"),
        pytest.param(failed("Lost"), "Lost", id="it fails as a whole"),
        pytest.param(Outcome.canceled(), "Canceled", id="it is canceled"),
    ],
)
def test_a_child_without_a_result_counts_as_a_failure(child: Outcome | Exception, reason: str):
    done = sweep(due("a"), children={"sweep_environment": child})
    summary = report_of(done).summary
    assert summary.results == {"failed": 1}
    assert [(f.environment, f.action, f.reason) for f in summary.failures] == [
        ("a", SCALE, reason)
    ]


def test_actions_start_at_the_pace_that_azure_takes():
    names = [f"e{number:02}" for number in range(22)]
    done = sweep(*(due(name) for name in names))
    children = [SweepActionInput.from_wire(v) for n, v in done.inputs if n.startswith("sweep_e")]
    assert [child.planned.start_delay_seconds for child in children] == [0] * 20 + [5, 10]


def expiring(at: Any, *told: str, **changes: Any) -> EnvironmentSweepState:
    return a_swept(expires_at=at, expiry_warnings_sent=told, **changes)


@pytest.mark.parametrize(
    ("swept", "mark"),
    [
        pytest.param(
            expiring(NOON + minutes(600)),
            expiry_warning_key(ExpiryAction.WARN_24H, NOON + minutes(600)),
            id="the last day",
        ),
        pytest.param(
            expiring(SOON), expiry_warning_key(ExpiryAction.WARN_1H, SOON), id="the last hour"
        ),
        pytest.param(
            expiring(SOON, warned_at=WARNED_LONG_AGO),
            expiry_warning_key(ExpiryAction.WARN_1H, SOON),
            id="also to somebody who was warned of idleness",
        ),
    ],
)
def test_who_expires_soon_is_told_and_nothing_else_happens(
    swept: EnvironmentSweepState, mark: str
):
    done = sweep(swept, pools=[])
    assert done.steps("tell", "start") == ["tell fraud-llm record_idle_note ExpiryWarned"]
    note = IdleNote.from_wire(done.input_of("record_idle_note fraud-llm"))
    assert (note.expiry_warnings_sent, note.warned_at) == ((mark,), swept.notes.warned_at)


def test_who_was_told_is_not_told_again():
    swept = expiring(SOON, expiry_warning_key(ExpiryAction.WARN_1H, SOON))
    assert sweep(swept, pools=[]).steps("tell", "start") == []


def test_each_environment_is_looked_at_for_its_own_expiry():
    found = [
        a_swept(name, expires_at=expires_at)
        for name, expires_at in (("a", None), ("b", PAST), ("c", SOON), ("d", PAST))
    ]
    done = sweep(*found, pools=[])
    assert done.steps("tell", "start") == [
        "tell c record_idle_note ExpiryWarned",
        "start sweep_environment sweep.b.delete",
        "start sweep_environment sweep.d.delete",
    ]


def test_an_action_that_fails_does_not_stop_the_others():
    done = sweep(
        due("a"), due("b"), children={"sweep_environment sweep.a.scaleToZero": After(1, QUOTA)}
    )
    assert len(done.steps("start")) == 2
    assert done.steps("send") == []


def test_who_has_expired_is_deleted_with_or_without_a_pool():
    done = sweep(expiring(PAST), pools=[])
    assert done.steps("tell", "start") == ["start sweep_environment sweep.fraud-llm.delete"]
    child = SweepActionInput.from_wire(done.input_of("sweep_environment"))
    assert (child.planned.reason, child.planned.pools) == ("Expired", ())


def test_what_is_left_of_a_failed_creation_is_deleted_after_its_grace():
    left = [
        a_swept("a", phase=Phase.FAILED, failed_creation_at=NOON - minutes(60)),
        a_swept("b", phase=Phase.FAILED, failed_creation_at=NOON - minutes(30)),
        a_swept("c", phase=Phase.FAILED),
    ]
    done = sweep(*left, pools=[])
    assert done.steps("tell", "start") == ["start sweep_environment sweep.a.delete"]
    child = SweepActionInput.from_wire(done.input_of("sweep_environment"))
    assert child.planned.reason == "CreationFailed"
    assert sweep(*left, pools=[], dry_run=True).steps("tell", "start") == []


@pytest.mark.parametrize("phase", [Phase.DELETING, Phase.DELETED])
def test_an_environment_that_is_being_deleted_does_not_expire_again(phase: Phase):
    assert sweep(expiring(PAST, phase=phase)).steps("tell", "start") == []


@pytest.mark.parametrize(
    "swept",
    [
        pytest.param(expiring(PAST), id="would be warned"),
        pytest.param(expiring(PAST, warned_at=WARNED_LONG_AGO), id="would go to zero"),
        pytest.param(
            expiring(
                PAST,
                phase=Phase.SCALED_DOWN,
                scaled_down_at=NOON - minutes(60 * 24 * 90),
                policy=Idle(delete_after_days=30),
            ),
            id="would be deleted for its long sleep",
        ),
    ],
)
def test_an_expired_environment_is_only_deleted_and_only_once(swept: EnvironmentSweepState):
    pools = [a_gpu_pool(node_count=0 if swept.state.phase is Phase.SCALED_DOWN else 2)]
    done = sweep(swept, pools=pools)
    assert report_of(done).summary.actions.get("none") is None, "there was something to do"
    assert done.steps("start") == ["start sweep_environment sweep.fraud-llm.delete"]


def test_deletions_of_the_expired_keep_the_pace():
    names = [f"e{number:02}" for number in range(22)]
    done = sweep(*(a_swept(name, expires_at=PAST) for name in names), pools=[])
    children = [SweepActionInput.from_wire(v) for n, v in done.inputs if n.startswith("sweep_e")]
    assert [child.planned.start_delay_seconds for child in children][-2:] == [5, 10]


OVER = {"fraud-llm": over_budget()}


def test_who_is_over_the_budget_is_told_once_and_nothing_else_happens():
    done = sweep(a_swept(), pools=[], over_budget=OVER)
    assert done.steps("tell", "start") == ["tell fraud-llm record_idle_note BudgetWarned"]
    note = IdleNote.from_wire(done.input_of("record_idle_note fraud-llm"))
    assert note.budget_warned_at == note.at
    assert "120.00 of 100.00 USD" in note.message
    later = a_swept(budget_warned_at=NOON - minutes(1))
    assert sweep(later, pools=[], over_budget=OVER).steps("tell", "start") == []


def test_after_the_notice_the_pools_of_who_is_over_the_budget_go_to_zero():
    done = sweep(a_swept(budget_warned_at=NOON - minutes(10)), pools=[], over_budget=OVER)
    assert done.steps("tell", "start") == ["start sweep_environment sweep.fraud-llm.scaleToZero"]
    child = SweepActionInput.from_wire(done.input_of("sweep_environment"))
    assert (child.planned.reason, child.planned.over_budget) == ("BudgetExceeded", over_budget())


def test_a_dry_run_tells_nothing_of_a_budget():
    assert sweep(a_swept(), pools=[], dry_run=True, over_budget=OVER).steps("tell", "start") == []


def test_nothing_is_woken_whose_budget_is_spent():
    asleep = a_swept(
        phase=Phase.SCALED_DOWN,
        scaled_down_at=NOON - minutes(600),
        slept_for_off_hours=True,
        min_nodes=1,
    )
    pools = [a_gpu_pool(node_count=0)]
    woken = sweep(asleep, pools=pools)
    assert woken.steps("start") == ["start sweep_environment sweep.fraud-llm.wake"]
    assert sweep(asleep, pools=pools, over_budget=OVER).steps("start") == []
