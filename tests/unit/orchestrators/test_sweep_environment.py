from datetime import datetime
from typing import Any

import pytest

from domain.durable.sweep_inputs import OperationStart, SweepActionInput, SweepRef
from domain.environment.health import Finding, Health, HealthStatus
from domain.environment.idle_notes import IdleNote
from domain.environment.operation import OperationKind
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.outcomes import Outcome
from domain.sweep.model import EnvironmentSweepState, GpuPool, SweepAction
from domain.sweep.schedule import ActionKind, PlannedAction
from domain.sweep.summary import ActionResult, ResultStatus
from domain.sweep.wanted import read_wanted
from orchestrators.sweep_environment import sweep_environment
from tests.support.engine import Run, run
from tests.support.payloads import QUOTA, REGION, SUCCEEDED, failed
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes
from tests.support.sweeps import (
    WARNED_LONG_AGO,
    a_gpu_pool,
    a_swept,
    a_usage,
    over_budget,
    told_usage,
)

OPERATION = "fraud-llm.2"
SCALE, DELETE = SweepAction.SCALE_TO_ZERO, SweepAction.DELETE
WARNED = a_swept(warned_at=WARNED_LONG_AGO)
LOOK = ["entity fraud-llm get_sweep_state", "call get_usage"]
RUN = [f"entity fraud-llm plan_operation {SCALE}", "call start_orchestration"]
TOLD = "entity fraud-llm record_idle_note"
TOLD_ZERO = f"{TOLD} IdleScaledToZero"


def act(
    action: SweepAction = SCALE,
    swept: EnvironmentSweepState | None = WARNED,
    *,
    requests: float = 0,
    delay: float = 0,
    reason: str = "IdleAfterWarning",
    deadline_minutes: float = 120,
    cancel_after: float | None = None,
    pools: tuple[GpuPool, ...] | None = None,
    **script: Any,
) -> Run:
    """One action on an environment that is idle, unless something else is said."""
    ref = SweepRef(sweep_id="sweep", deadline=NOON + minutes(deadline_minutes))
    nodes = 0 if swept and swept.state.phase is Phase.SCALED_DOWN else 2
    planned = script.pop("planned", None) or PlannedAction(
        environment="fraud-llm",
        kind=ActionKind.EXPIRY if reason == "Expired" else ActionKind.IDLENESS,
        action=action,
        reason=reason,
        pools=() if reason == "Expired" else pools or (a_gpu_pool(node_count=nodes),),
        start_delay_seconds=delay,
    )
    return run(
        sweep_environment,
        SweepActionInput(sweep=ref, planned=planned).to_wire(),
        instance_id=f"sweep.fraud-llm.{action}",
        activities={
            "get_usage": told_usage([a_usage(requests=requests)]),
            "start_orchestration": SUCCEEDED,
            **script.pop("activities", {}),
        },
        entity={
            "get_sweep_state": swept.to_wire() if swept else None,
            "record_idle_note": True,
            "plan_operation": a_request(OperationKind.SCALE_DOWN, 2).to_wire(),
            "get_end": [None, None, SUCCEEDED.to_wire()],
            **script.pop("entity", {}),
        },
        cancel_after=cancel_after,
    )


def result_of(done: Run) -> ActionResult:
    assert done.outcome.is_success, "the sweep reads the result, whatever it says"
    result = ActionResult.from_wire(done.outcome.result)
    assert result.environment == "fraud-llm"
    return result


def verdict_of(done: Run) -> tuple[ResultStatus, str | None]:
    result = result_of(done)
    return result.status, result.reason


def note_of(done: Run) -> IdleNote:
    return IdleNote.from_wire(done.input_of("record_idle_note"))


def test_scaling_to_zero_starts_the_operation_tells_the_evidence_and_waits_for_its_end():
    done = act()
    assert done.lines == [
        *LOOK,
        *RUN,
        TOLD_ZERO,
        *["timer 15 s", f"entity fraud-llm get_end {OPERATION}"] * 3,
    ]
    assert verdict_of(done) == (ResultStatus.SUCCEEDED, "IdleAfterWarning")
    assert result_of(done).failure is None


def test_the_record_hears_on_what_evidence():
    note = note_of(act())
    assert note.evidence[REGION]["requests"]["highest"] == 0
    assert note.evidence[REGION]["warnedAt"] == "2026-11-22T11:40:00Z"
    assert (note.warned_at, note.slept_for_off_hours) == (None, False)
    assert note.operation_id == OPERATION


def test_the_record_hears_the_evidence_of_every_region():
    here, there = REGION, "uksouth"
    done = act(
        swept=a_swept(warned_at=WARNED_LONG_AGO, regions=(here, there)),
        pools=(a_gpu_pool(), a_gpu_pool(region=there, node_count=0)),
        activities={
            "get_usage": told_usage([a_usage(), a_usage().model_copy(update={"region": there})])
        },
    )
    assert verdict_of(done) == (ResultStatus.SUCCEEDED, "IdleAfterWarning")
    evidence = note_of(done).evidence
    assert {region: each["nodeCount"] for region, each in evidence.items()} == {here: 2, there: 0}


def test_the_operation_is_the_one_that_the_record_planned():
    start = OperationStart.from_wire(act().input_of("start_orchestration"))
    assert start.operation_id == OPERATION
    assert start.request == OperationRequest.from_wire(
        a_request(OperationKind.SCALE_DOWN, 2).to_wire()
    )


STOP = SweepAction.STOP_GPU_COST
NOT_BUILT = a_swept(phase=Phase.FAILED, unused_since=WARNED_LONG_AGO)
LOOK_ONCE = "entity fraud-llm get_sweep_state"
EMPTY = "call begin_empty_gpu_pool"


def test_the_cost_of_a_failed_environment_is_stopped_without_an_operation():
    done = act(STOP, NOT_BUILT, reason="NodesAfterFailure", activities={EMPTY[5:]: SUCCEEDED})
    assert [line for line in done.lines if not line.startswith("note ")] == [
        LOOK_ONCE,
        f"{EMPTY} {REGION}",
        f"{TOLD} GpuCostStopped",
    ]
    assert done.input_of("begin_empty_gpu_pool")["environment"] == "fraud-llm"
    assert verdict_of(done) == (ResultStatus.SUCCEEDED, "NodesAfterFailure")


def test_a_cost_that_could_not_be_stopped_is_a_failure_of_the_sweep():
    refused = {EMPTY[5:]: failed("ScopeLocked")}
    done = act(STOP, NOT_BUILT, reason="NodesAfterFailure", activities=refused)
    assert verdict_of(done) == (ResultStatus.FAILED, "NodesAfterFailure")
    failure = result_of(done).failure
    assert failure
    assert failure.reason == "ScopeLocked"
    assert not [line for line in done.lines if line.startswith(TOLD)]


def test_an_environment_that_is_retried_meanwhile_keeps_its_nodes():
    done = act(STOP, a_swept(phase=Phase.PROVISIONING), reason="NodesAfterFailure")
    assert done.lines == [LOOK_ONCE]
    assert verdict_of(done) == (ResultStatus.SKIPPED, "NoLongerDue")


def test_it_waits_for_its_turn_before_it_looks():
    assert act(delay=35).lines[:2] == ["timer 35 s", LOOK[0]]


@pytest.mark.parametrize(
    ("action", "swept", "requests"),
    [
        pytest.param(SCALE, WARNED, 3, id="somebody asks it now"),
        pytest.param(SCALE, a_swept(), 0, id="the warning was taken back"),
        pytest.param(SweepAction.WARN, WARNED, 0, id="it is warned already"),
        pytest.param(SCALE, None, 0, id="its record is gone"),
        pytest.param(
            SCALE,
            a_swept(phase=Phase.UPDATING, warned_at=WARNED_LONG_AGO),
            0,
            id="another operation runs",
        ),
        pytest.param(
            SCALE,
            a_swept(warned_at=WARNED_LONG_AGO, woken_at=NOON - minutes(2)),
            0,
            id="somebody woke it",
        ),
    ],
)
def test_what_is_no_longer_due_is_left_alone(
    action: SweepAction, swept: EnvironmentSweepState | None, requests: float
):
    done = act(action, swept, requests=requests)
    assert verdict_of(done) == (ResultStatus.SKIPPED, "NoLongerDue")
    assert done.steps("entity") == [LOOK[0]], "nobody is told, nothing is planned"


def test_without_fresh_usage_nothing_is_done():
    done = act(activities={"get_usage": QUOTA})
    assert verdict_of(done) == (ResultStatus.SKIPPED, "NoLongerDue")


def test_a_warning_is_a_note_and_nothing_else():
    done = act(SweepAction.WARN, a_swept(), reason="Idle")
    assert done.lines == [*LOOK, "entity fraud-llm record_idle_note IdleWarned"]
    assert verdict_of(done) == (ResultStatus.SUCCEEDED, "Idle")
    assert note_of(done).warned_at == NOON + minutes(2 / 60), "when it was told"


def test_a_warning_is_taken_back_by_a_note():
    done = act(SweepAction.WITHDRAW_WARNING, requests=3, reason="RequestsSeen")
    assert done.lines == [*LOOK, "entity fraud-llm record_idle_note IdleWarningWithdrawn"]
    assert note_of(done).warned_at is None


def test_a_note_keeps_the_expiry_warnings_that_were_given():
    done = act(SweepAction.WARN, a_swept(expiry_warnings_sent=("warn24h@2026-11-23T00:00:00Z",)))
    assert note_of(done).expiry_warnings_sent == ("warn24h@2026-11-23T00:00:00Z",)


def test_an_environment_that_may_not_start_an_operation_is_busy():
    done = act(entity={"plan_operation": None})
    assert verdict_of(done) == (ResultStatus.SKIPPED, "Busy")
    assert done.steps("call start_orchestration") == []
    assert done.steps(TOLD) == [], "nothing has happened that its timeline could tell"


def test_an_operation_that_somebody_else_started_first_is_not_waited_for():
    done = act(activities={"start_orchestration": failed("OperationInProgress")})
    assert verdict_of(done) == (ResultStatus.SKIPPED, "Busy")
    assert done.steps("timer", TOLD) == []


def test_an_operation_that_cannot_be_started_is_a_failure():
    done = act(activities={"start_orchestration": RuntimeError("no hub")})
    assert done.steps(TOLD) == []
    assert result_of(done).status is ResultStatus.FAILED
    failure = result_of(done).failure
    assert failure
    assert (failure.reason, failure.message) == (
        "ActivityFailed",
        "'start_orchestration' failed: no hub",
    )


def test_an_operation_that_fails_is_reported_with_its_failure():
    done = act(entity={"get_end": [None, QUOTA.to_wire()]})
    assert result_of(done).status is ResultStatus.FAILED
    assert result_of(done).failure == QUOTA.failure


def test_an_operation_that_was_overtaken_did_not_succeed():
    done = act(entity={"get_end": Outcome.canceled().to_wire()})
    assert result_of(done).status is ResultStatus.FAILED


def test_an_operation_that_never_ends_is_given_up_at_the_deadline():
    done = act(deadline_minutes=10, entity={"get_end": None})
    assert verdict_of(done) == (ResultStatus.FAILED, "DeadlineExceeded")
    assert 600 <= done.seconds < 600 + 20


PAST, LATER = NOON - minutes(5), NOON + minutes(500)


def expire(swept: EnvironmentSweepState | None) -> Run:
    request = a_request(OperationKind.DELETE, 2).to_wire()
    return act(DELETE, swept, reason="Expired", entity={"plan_operation": request})


def test_the_expired_are_deleted_and_told_so_once_that_has_begun():
    done = expire(a_swept(expires_at=PAST))
    assert done.lines[:4] == [
        "entity fraud-llm get_sweep_state",
        "entity fraud-llm plan_operation delete",
        "call start_orchestration",
        "entity fraud-llm record_idle_note Expired",
    ]
    assert verdict_of(done) == (ResultStatus.SUCCEEDED, "Expired")
    assert note_of(done).operation_id == OPERATION


@pytest.mark.parametrize(
    "swept",
    [
        pytest.param(a_swept(expires_at=LATER), id="it was given more time"),
        pytest.param(a_swept(), id="it does not expire any more"),
        pytest.param(a_swept(expires_at=PAST, phase=Phase.DELETING), id="it is being deleted"),
        pytest.param(None, id="its record is gone"),
    ],
)
def test_who_does_not_expire_any_more_is_left_alone(swept: EnvironmentSweepState | None):
    done = expire(swept)
    assert verdict_of(done) == (ResultStatus.SKIPPED, "NoLongerDue")
    assert done.lines == ["entity fraud-llm get_sweep_state"]


def clear_away(swept: EnvironmentSweepState | None) -> Run:
    return act(SweepAction.DELETE, swept, planned=PlannedAction.for_failure("fraud-llm"))


def test_what_is_left_of_a_failed_creation_is_deleted_and_told_why():
    done = clear_away(a_swept(phase=Phase.FAILED, failed_creation_at=NOON - minutes(60)))
    assert done.lines[:4] == [
        "entity fraud-llm get_sweep_state",
        "entity fraud-llm plan_operation delete",
        "call start_orchestration",
        "entity fraud-llm record_idle_note FailedCreationDeleted",
    ]
    assert verdict_of(done) == (ResultStatus.SUCCEEDED, "CreationFailed")


@pytest.mark.parametrize(
    "swept",
    [
        pytest.param(a_swept(phase=Phase.PROVISIONING), id="it is retried"),
        pytest.param(
            a_swept(phase=Phase.FAILED, failed_creation_at=NOON - minutes(10)),
            id="its retry has failed again",
        ),
        pytest.param(None, id="its record is gone"),
    ],
)
def test_what_is_tried_again_is_left_alone(swept: EnvironmentSweepState | None):
    assert verdict_of(clear_away(swept)) == (ResultStatus.SKIPPED, "NoLongerDue")


def cut(swept: EnvironmentSweepState | None) -> Run:
    return act(SCALE, swept, planned=PlannedAction.for_budget("fraud-llm", over_budget()))


def test_who_is_over_the_budget_is_scaled_down_and_told_why():
    done = cut(a_swept(budget_warned_at=NOON - minutes(10)))
    assert done.lines[:4] == [
        "entity fraud-llm get_sweep_state",
        "entity fraud-llm plan_operation scaleToZero",
        "call start_orchestration",
        "entity fraud-llm record_idle_note BudgetScaledDown",
    ]
    assert verdict_of(done) == (ResultStatus.SUCCEEDED, "BudgetExceeded")


@pytest.mark.parametrize(
    "swept",
    [
        pytest.param(a_swept(phase=Phase.SCALED_DOWN), id="it sleeps by now"),
        pytest.param(a_swept(), id="it was never warned"),
        pytest.param(None, id="its record is gone"),
    ],
)
def test_who_need_not_be_scaled_down_any_more_is_left_alone(swept: EnvironmentSweepState | None):
    done = cut(swept)
    assert verdict_of(done) == (ResultStatus.SKIPPED, "NoLongerDue")


def test_who_has_its_off_hours_behind_it_is_woken_without_a_look_at_usage():
    asleep = a_swept(
        phase=Phase.SCALED_DOWN,
        scaled_down_at=NOON - minutes(600),
        slept_for_off_hours=True,
        min_nodes=1,
    )
    done = act(SweepAction.WAKE, asleep, reason="OffHoursOver")
    assert done.lines[:4] == [
        LOOK[0],
        "entity fraud-llm plan_operation wake",
        "call start_orchestration",
        "entity fraud-llm record_idle_note OffHoursOver",
    ]
    assert result_of(done).status is ResultStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("cancel_after", "verdict"),
    [
        pytest.param(10, (ResultStatus.SKIPPED, "Canceled"), id="while it waits for its turn"),
        pytest.param(60, (ResultStatus.FAILED, "Canceled"), id="while the operation runs"),
    ],
)
def test_canceled_it_ends_at_once(cancel_after: float, verdict: tuple[ResultStatus, str]):
    done = act(delay=35, cancel_after=cancel_after, entity={"get_end": None})
    assert verdict_of(done) == verdict
    assert done.seconds <= cancel_after + 2


def an_unhealthy(**changes: Any) -> EnvironmentSweepState:
    finding = Finding(code="GpuPoolMissing", what="/pools/gpu", cause="It is gone.", fix="Repair.")
    record = a_record(a_request(spec=a_spec(repair="auto")))
    wanted = read_wanted(record).model_copy(
        update={
            "repairs": True,
            "health": Health(status=HealthStatus.DEGRADED, findings=(finding,)),
            **changes,
        }
    )
    return a_swept().model_copy(update={"wanted": wanted})


def repair(state: EnvironmentSweepState | None) -> Run:
    ref = SweepRef(sweep_id="sweep", deadline=NOON + minutes(120))
    planned = PlannedAction.for_repair("fraud-llm")
    return run(
        sweep_environment,
        SweepActionInput(sweep=ref, planned=planned).to_wire(),
        instance_id="sweep.fraud-llm.repair",
        activities={"start_orchestration": SUCCEEDED},
        entity={
            "get_sweep_state": state.to_wire() if state else None,
            "record_idle_note": True,
            "plan_operation": a_request(OperationKind.REPAIR, 2).to_wire(),
            "get_end": [None, SUCCEEDED.to_wire()],
        },
    )


@pytest.mark.parametrize("repaired_at", [None, NOON - minutes(60)])
def test_an_unhealthy_environment_is_repaired_and_told_why(repaired_at: datetime | None):
    done = repair(an_unhealthy(repaired_at=repaired_at))
    assert done.steps("entity", "call")[:4] == [
        "entity fraud-llm get_sweep_state",
        "entity fraud-llm plan_operation repair",
        "call start_orchestration",
        "entity fraud-llm record_idle_note RepairStarted",
    ]
    note = IdleNote.from_wire(done.input_of("record_idle_note"))
    assert note.message == "It differs from its specification. (GpuPoolMissing)"
    assert verdict_of(done) == (ResultStatus.SUCCEEDED, "Unhealthy")


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(an_unhealthy(health=Health(status=HealthStatus.HEALTHY)), id="healed since"),
        pytest.param(an_unhealthy(repairs=False), id="busy, or not asked for any more"),
        pytest.param(an_unhealthy(repaired_at=NOON - minutes(59)), id="repaired lately"),
        pytest.param(None, id="deleted since"),
    ],
)
def test_what_is_not_unhealthy_any_more_is_not_repaired(state: EnvironmentSweepState | None):
    done = repair(state)
    assert verdict_of(done) == (ResultStatus.SKIPPED, "NoLongerDue")
    assert done.steps("call") == []
