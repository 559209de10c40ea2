"""The record provides what the sweep needs, and keeps what the sweep notes."""

from datetime import datetime
from typing import Any

import pytest

from domain.environment.failures import gpu_cost_not_stopped
from domain.environment.gpu_usage import GpuNodes, GpuUsage
from domain.environment.health import MODEL_NOT_ANSWERING, Finding, Health, HealthStatus
from domain.environment.idle_notes import IdleNote, IdleNotes
from domain.environment.operation import OperationKind, StepChange
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd, RecordWarning
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation, keep_pool, record_step, record_warning
from domain.outcomes import Outcome, Status
from domain.sweep.expiry import ExpiryAction, expiry_warning_key
from domain.sweep.model import SweepAction, SweepDecision
from domain.sweep.record_notes import (
    GPU_COST_STOPPED,
    build_expiry_note,
    build_idle_note,
    build_repair_note,
    plan_swept_operation,
    read_end,
    read_sweep_state,
    record_idle_note,
)
from domain.sweep.wanted import read_wanted
from tests.support.payloads import CANCELED, KEPT, QUOTA, SUCCEEDED
from tests.support.specs import NOON, a_record, a_request, a_spec, in_azure, minutes
from tests.support.sweeps import a_gpu_pool

WAKE, SLEEP, DELETE = OperationKind.WAKE, OperationKind.SCALE_DOWN, OperationKind.DELETE
EXPIRY = NOON + minutes(60 * 24)


def at(minute: float) -> datetime:
    return NOON + minutes(minute)


def ended(
    record: EnvironmentRecord, phase: Phase, minute: float, outcome: Outcome = SUCCEEDED
) -> EnvironmentRecord:
    assert record.active_operation
    end = OperationEnd(
        operation_id=record.active_operation, phase=phase, outcome=outcome, at=at(minute)
    )
    return end_operation(record, end)


def begun(record: EnvironmentRecord, kind: OperationKind, minute: float) -> EnvironmentRecord:
    request = a_request(kind, record.sequence + 1, spec=record.spec)
    started = start_operation(record, request, at(minute))
    assert started
    return started


def a_note(minute: float, **changes: Any) -> IdleNote:
    return IdleNote(at=at(minute), event="IdleWarned", message="It is idle.", **changes)


PROVISIONING = a_record(
    a_request(spec=a_spec(expiresAt=EXPIRY.isoformat(), regions=["westeurope", "uksouth"]))
)
READY = ended(PROVISIONING, Phase.READY, 10)
UPDATING = in_azure(begun(READY, SLEEP, 60), "cell/westeurope/gpuPool")
ASLEEP = ended(UPDATING, Phase.SCALED_DOWN, 70)
WAKING = in_azure(begun(ASLEEP, WAKE, 120), "cell/westeurope/gpuPool")
AWAKE = ended(WAKING, Phase.READY, 130)
DELETING = in_azure(begun(AWAKE, DELETE, 180), "cell/westeurope/managedCluster")
DELETED = ended(DELETING, Phase.DELETED, 190)
NOT_BUILT = ended(PROVISIONING, Phase.FAILED, 10, QUOTA)
NOT_WOKEN = ended(WAKING, Phase.FAILED, 130, QUOTA)
OVERTAKEN = ended(UPDATING, Phase.CANCELED, 70, CANCELED)


@pytest.mark.parametrize(
    ("record", "ready_since", "woken_at", "scaled_down_at"),
    [
        pytest.param(PROVISIONING, 0, None, None, id="being built"),
        pytest.param(NOT_BUILT, 0, None, None, id="not built: a failure ends no grace"),
        pytest.param(READY, 10, None, None, id="ready"),
        pytest.param(UPDATING, 10, None, None, id="going to zero"),
        pytest.param(ASLEEP, 10, None, 70, id="asleep"),
        pytest.param(OVERTAKEN, 10, None, None, id="overtaken on the way to zero"),
        pytest.param(WAKING, 10, None, 70, id="waking"),
        pytest.param(AWAKE, 10, 130, 70, id="awake again"),
        pytest.param(NOT_WOKEN, 10, None, 70, id="not woken"),
        pytest.param(DELETING, 10, 130, 70, id="being deleted"),
        pytest.param(DELETED, 10, 130, 70, id="deleted"),
    ],
)
def test_each_phase_says_since_when(
    record: EnvironmentRecord,
    ready_since: float,
    woken_at: float | None,
    scaled_down_at: float | None,
):
    state = read_sweep_state(record).state
    assert (state.environment, state.phase) == ("fraud-llm", record.phase)
    assert (state.regions, state.policy) == (("westeurope", "uksouth"), record.spec.idle)
    assert state.ready_since == at(ready_since)
    assert state.woken_at == (None if woken_at is None else at(woken_at))
    assert state.scaled_down_at == (None if scaled_down_at is None else at(scaled_down_at))


@pytest.mark.parametrize(
    ("record", "unused_since"),
    [
        pytest.param(PROVISIONING, None, id="being built"),
        pytest.param(READY, None, id="ready"),
        pytest.param(NOT_BUILT, 10, id="not built"),
        pytest.param(NOT_WOKEN, 130, id="not woken"),
        pytest.param(OVERTAKEN, None, id="not scaled down: the settings are not kept"),
        pytest.param(
            keep_pool(OVERTAKEN, "westeurope", KEPT), None, id="nor those of every region"
        ),
        pytest.param(
            keep_pool(keep_pool(OVERTAKEN, "westeurope", KEPT), "uksouth", KEPT),
            70,
            id="not scaled down, all settings kept",
        ),
        pytest.param(ended(DELETING, Phase.FAILED, 190, QUOTA), 190, id="not deleted"),
        pytest.param(
            ended(begun(READY, OperationKind.UPDATE, 20), Phase.FAILED, 30, QUOTA),
            None,
            id="not updated: the previous version may serve",
        ),
    ],
)
def test_a_failure_says_since_when_nothing_serves(
    record: EnvironmentRecord, unused_since: float | None
):
    state = read_sweep_state(record).state
    assert state.unused_since == (None if unused_since is None else at(unused_since))


def test_the_latest_of_many_wakes_counts():
    again = ended(begun(AWAKE, SLEEP, 200), Phase.SCALED_DOWN, 210)
    again = ended(begun(again, WAKE, 300), Phase.READY, 310)
    state = read_sweep_state(again).state
    assert (state.woken_at, state.scaled_down_at) == (at(310), at(210))


def test_a_life_after_deletion_begins_anew():
    warned = record_idle_note(DELETED, a_note(185, warned_at=at(185)))
    again = begun(warned, OperationKind.PROVISION, 240)
    assert again.idle_notes == IdleNotes()
    assert read_sweep_state(ended(again, Phase.READY, 250)).state.ready_since == at(250)


def test_a_note_is_remembered_and_said_on_the_timeline():
    noted = record_idle_note(
        READY, a_note(40, warned_at=at(40), expiry_warnings_sent=("x",), evidence={"nodes": 2})
    )
    assert noted.idle_notes == IdleNotes(warned_at=at(40), expiry_warnings_sent=("x",))
    event = noted.events[-1]
    assert (event.at, event.type, event.message) == (at(40), "IdleWarned", "It is idle.")
    assert event.evidence == {"nodes": 2}
    assert (noted.phase, noted.revision) == (READY.phase, READY.revision + 1)
    assert read_sweep_state(noted).state.warned_at == at(40)


def test_a_later_note_takes_the_place_of_the_earlier_one():
    warned = record_idle_note(READY, a_note(40, warned_at=at(40)))
    assert read_sweep_state(record_idle_note(warned, a_note(45))).state.warned_at is None


def decision(action: str, **changes: Any) -> SweepDecision:
    values = {"reason": "Because", "evidence": {"offHours": False, "nodeCount": 2}, **changes}
    return SweepDecision(
        pool=a_gpu_pool(region=values.pop("region", "westeurope")),
        environment="fraud-llm",
        action=SweepAction(action),
        **values,
    )


@pytest.mark.parametrize(
    ("action", "event", "warned_at"),
    [
        ("warn", "IdleWarned", NOON),
        ("withdrawWarning", "IdleWarningWithdrawn", None),
        ("scaleToZero", "IdleScaledToZero", None),
        ("delete", "IdleDeleted", None),
        ("wake", "OffHoursOver", None),
    ],
)
def test_each_action_has_its_note(action: str, event: str, warned_at: datetime | None):
    notes = IdleNotes(warned_at=at(-20), expiry_warnings_sent=("x",))
    note = build_idle_note(notes, SweepAction(action), [decision(action)], NOON)
    assert (note.at, note.event, note.warned_at) == (NOON, event, warned_at)
    assert note.message.endswith("(Because)")
    assert note.evidence == {"westeurope": {"offHours": False, "nodeCount": 2}}
    assert note.expiry_warnings_sent == ("x",), "expiry warnings that were sent stay known"


def test_a_note_has_the_evidence_of_every_cell():
    """Of those that need nothing, too: the environment sleeps as a whole."""
    empty = decision("none", region="uksouth", reason="AlreadyAtZero", evidence={"nodeCount": 0})
    note = build_idle_note(
        IdleNotes(), SweepAction.SCALE_TO_ZERO, [empty, decision("scaleToZero")], NOON
    ).model_copy(update={"operation_id": "a.2"})
    assert note.evidence == {
        "uksouth": {"nodeCount": 0},
        "westeurope": {"offHours": False, "nodeCount": 2},
    }
    assert note.message.endswith("(Because)"), "the word of who is scaled down"
    event = record_idle_note(READY, note).events[-1]
    assert (event.operation_id, event.evidence) == ("a.2", note.evidence)


def test_a_repair_has_its_note_with_what_was_found():
    notes = IdleNotes(warned_at=at(-20), expiry_warnings_sent=("x",), slept_for_off_hours=True)
    findings = [
        Finding(code=code, what="/", cause="It is.", fix="Repair.", evidence={"count": index})
        for index, code in enumerate(["GpuPoolEmpty", "WafPolicyMissing"])
    ]
    note = build_repair_note(notes, findings, NOON)
    assert (note.at, note.event) == (NOON, "RepairStarted")
    assert note.message.endswith("(GpuPoolEmpty, WafPolicyMissing)")
    assert note.evidence == {"GpuPoolEmpty": {"count": 0}, "WafPolicyMissing": {"count": 1}}
    assert record_idle_note(READY, note).idle_notes == notes, "it withdraws nothing"


@pytest.mark.parametrize(
    ("action", "off_hours", "min_nodes", "expected"),
    [
        pytest.param("scaleToZero", True, 1, True, id="against minNodes, so it must wake again"),
        pytest.param("scaleToZero", True, 0, False, id="nothing says that it must wake"),
        pytest.param("scaleToZero", False, 1, False, id="not in off hours"),
        pytest.param("scaleToZero", True, None, False, id="of no cell's usage"),
        pytest.param("warn", True, 1, False, id="only warned"),
        pytest.param("wake", True, 1, False, id="woken"),
    ],
)
def test_only_a_sleep_for_off_hours_is_remembered_as_one(
    action: str, off_hours: bool, min_nodes: int | None, expected: bool
):
    evidence = {"offHours": off_hours, **({} if min_nodes is None else {"minNodes": min_nodes})}
    decided = decision(action, evidence=evidence)
    note = build_idle_note(IdleNotes(), decided.action, [decided], at(60))
    assert read_sweep_state(record_idle_note(READY, note)).state.slept_for_off_hours is expected


def test_a_sleep_for_off_hours_ends_with_the_wake_that_follows_it():
    """Woken and scaled down manually at night: no wake when off hours end."""
    asleep = record_idle_note(UPDATING, a_note(60, slept_for_off_hours=True))
    asleep = ended(asleep, Phase.SCALED_DOWN, 70)
    assert read_sweep_state(asleep).state.slept_for_off_hours
    woken = ended(begun(asleep, WAKE, 120), Phase.READY, 130)
    assert not read_sweep_state(woken).state.slept_for_off_hours
    by_hand = ended(begun(woken, SLEEP, 140), Phase.SCALED_DOWN, 150)
    assert not read_sweep_state(by_hand).state.slept_for_off_hours
    warned = build_expiry_note(by_hand.idle_notes, ExpiryAction.WARN_24H, EXPIRY, at(160))
    assert not read_sweep_state(record_idle_note(by_hand, warned)).state.slept_for_off_hours


@pytest.mark.parametrize(
    ("record", "remembered"),
    [
        pytest.param(READY, True, id="its operation is not on the record yet"),
        pytest.param(UPDATING, True, id="its operation runs"),
        pytest.param(ASLEEP, True, id="its operation has ended"),
        pytest.param(WAKING, False, id="a wake is running"),
        pytest.param(AWAKE, False, id="awake"),
    ],
)
def test_a_note_that_comes_late_tells_what_happened_and_changes_nothing_any_more(
    record: EnvironmentRecord, remembered: bool
):
    noted = record_idle_note(
        record, a_note(60, operation_id="fraud-llm.2", slept_for_off_hours=True)
    )
    assert noted.idle_notes.slept_for_off_hours is remembered
    assert noted.events[-1].type == "IdleWarned"


@pytest.mark.parametrize(
    ("action", "event", "said"),
    [
        (ExpiryAction.WARN_24H, "ExpiryWarned", "24 hours"),
        (ExpiryAction.WARN_1H, "ExpiryWarned", "hour"),
        (ExpiryAction.DELETE, "Expired", "expired"),
    ],
)
def test_each_expiry_has_its_note_and_its_mark(action: ExpiryAction, event: str, said: str):
    notes = IdleNotes(warned_at=at(-20), expiry_warnings_sent=("x",), slept_for_off_hours=True)
    note = build_expiry_note(notes, action, EXPIRY, NOON)
    assert (note.at, note.event, note.expiry_warnings_sent) == (
        NOON,
        event,
        ("x", expiry_warning_key(action, EXPIRY)),
    )
    assert said in note.message
    assert note.warned_at == at(-20), "another warning stays as it is"
    assert note.slept_for_off_hours


def test_a_deletion_that_is_due_sweep_after_sweep_is_marked_once():
    notes = IdleNotes(expiry_warnings_sent=(expiry_warning_key(ExpiryAction.DELETE, EXPIRY),))
    assert (
        build_expiry_note(notes, ExpiryAction.DELETE, EXPIRY, NOON).expiry_warnings_sent
        == notes.expiry_warnings_sent
    )


@pytest.mark.parametrize(
    ("record", "is_live"),
    [
        pytest.param(record, record.phase not in {Phase.DELETING, Phase.DELETED}, id=record.phase)
        for record in (PROVISIONING, READY, UPDATING, ASLEEP, WAKING, NOT_BUILT, DELETING, DELETED)
    ],
)
def test_what_is_going_away_is_not_live(record: EnvironmentRecord, is_live: bool):
    assert read_sweep_state(record).may_expire is is_live


def test_the_sweep_reads_limits_and_notes_with_the_state():
    spec = a_spec(gpu={"vmSize": "Standard_NC24ads_A100_v4", "minNodes": 2, "maxNodes": 5})
    record = record_idle_note(
        a_record(a_request(spec=spec)), a_note(5, expiry_warnings_sent=("x",))
    )
    swept = read_sweep_state(record)
    assert (swept.state.min_nodes, swept.expires_at, swept.notes) == (2, None, record.idle_notes)
    assert read_sweep_state(READY).expires_at == EXPIRY
    assert read_sweep_state(READY).wanted == read_wanted(READY)


@pytest.mark.parametrize(
    ("record", "action", "kind"),
    [
        pytest.param(READY, "scaleToZero", SLEEP, id="ready goes to zero"),
        pytest.param(AWAKE, "scaleToZero", SLEEP, id="awake again goes to zero again"),
        pytest.param(ASLEEP, "scaleToZero", None, id="asleep sleeps"),
        pytest.param(UPDATING, "scaleToZero", None, id="on its way to zero already"),
        pytest.param(PROVISIONING, "scaleToZero", None, id="being built"),
        pytest.param(DELETING, "scaleToZero", None, id="being deleted"),
        pytest.param(DELETED, "scaleToZero", None, id="deleted"),
        pytest.param(ASLEEP, "wake", WAKE, id="asleep wakes"),
        pytest.param(READY, "wake", None, id="ready is awake"),
        pytest.param(WAKING, "wake", None, id="waking already"),
        pytest.param(DELETED, "wake", None, id="deleted does not wake"),
        pytest.param(READY, "repair", OperationKind.REPAIR, id="ready is repaired"),
        pytest.param(WAKING, "repair", None, id="waking is not repaired"),
        pytest.param(DELETED, "repair", None, id="deleted is not repaired"),
        pytest.param(ASLEEP, "delete", DELETE, id="asleep is deleted"),
        pytest.param(NOT_BUILT, "delete", DELETE, id="failed is deleted"),
        pytest.param(DELETING, "delete", None, id="being deleted already"),
        pytest.param(DELETED, "delete", None, id="nothing left to delete"),
    ],
)
def test_an_action_becomes_an_operation_where_the_phase_allows_it(
    record: EnvironmentRecord, action: str, kind: OperationKind | None
):
    planned = plan_swept_operation(record, SweepAction(action))
    if kind is None:
        assert planned is None
    else:
        request = OperationRequest.from_wire(planned)
        assert (request.kind, request.sequence) == (kind, record.sequence + 1)
        assert request.requested_by == "sweep"
        assert start_operation(record, request, at(500)), "the record takes what it planned"


def test_a_deletion_cancels_the_operation_that_runs():
    planned = OperationRequest.from_wire(plan_swept_operation(WAKING, SweepAction.DELETE))
    assert (planned.predecessor, planned.force) == (WAKING.active_operation, False)


@pytest.mark.parametrize(
    ("record", "operation_id", "end"),
    [
        pytest.param(UPDATING, "fraud-llm.2", None, id="it runs"),
        pytest.param(ASLEEP, "fraud-llm.2", SUCCEEDED, id="it succeeded"),
        pytest.param(NOT_WOKEN, "fraud-llm.3", QUOTA, id="it failed"),
        pytest.param(OVERTAKEN, "fraud-llm.2", CANCELED, id="it was canceled"),
        pytest.param(READY, "fraud-llm.2", None, id="it has not reached the record yet"),
    ],
)
def test_the_end_of_an_operation_is_its_outcome(
    record: EnvironmentRecord, operation_id: str, end: Outcome | None
):
    found = read_end(record, operation_id)
    assert (found and Outcome.from_wire(found)) == end


def test_an_update_gives_new_grace_as_a_creation_does():
    updated = ended(begun(READY, OperationKind.UPDATE, 60), Phase.READY, 65)
    assert read_sweep_state(updated).state.ready_since == at(65)


def test_gpu_cost_that_was_stopped_is_warned_of_no_longer():
    assert QUOTA.failure
    pool = gpu_cost_not_stopped("fraud-llm", "westeurope", QUOTA.failure)
    warning = RecordWarning(at=at(11), warning=pool, is_standing=True)
    warned = record_warning(NOT_BUILT, warning)
    stopped = IdleNote(at=at(20), event=GPU_COST_STOPPED, message="Its GPU pools are at zero.")
    assert warned.warnings == (pool,)
    assert [read_sweep_state(each).state.warns_of_gpu_cost for each in (NOT_BUILT, warned)] == [
        False,
        True,
    ]
    assert record_idle_note(warned, a_note(15)).warnings == (pool,)
    assert record_idle_note(warned, stopped).warnings == ()


def test_pools_that_were_stopped_have_no_nodes_any_more():
    nodes = {region: a_count(region) for region in ("westeurope", "uksouth")}
    failed = NOT_BUILT.model_copy(update={"gpu_usage": GpuUsage(observed=nodes)})
    note = a_note(20, evidence={"westeurope": {"nodeCount": 1}})
    stopped = record_idle_note(failed, note.model_copy(update={"event": GPU_COST_STOPPED}))
    assert {r: n.nodes for r, n in stopped.gpu_usage.observed.items()} == {
        "westeurope": 0,
        "uksouth": 1,
    }
    assert stopped.gpu_usage.observed["westeurope"].at == at(20)
    assert record_idle_note(failed, note).gpu_usage == failed.gpu_usage, "warned only"


def a_count(region: str) -> GpuNodes:
    return GpuNodes(region=region, at=at(10), nodes=1, vm_size="Standard_NC24ads_A100_v4")


def test_the_sweep_reads_the_latest_counts():
    counted = {"westeurope": a_count("westeurope")}
    record = READY.model_copy(update={"gpu_usage": GpuUsage(observed=counted)})
    assert read_sweep_state(record).gpu_nodes == counted
    assert read_sweep_state(READY).gpu_nodes == {}, "none seen so far, and none left out"


def reported(record: EnvironmentRecord, **steps: Status) -> EnvironmentRecord:
    """The record with steps of the running operation in both regions ended."""
    operation_id = record.operations[-1].id
    for step, status in steps.items():
        for region in record.spec.regions:
            change = StepChange(
                operation_id=operation_id,
                step=f"cell/{region}/{step}",
                status=status,
                at=NOON,
            )
            record = record_step(record, change)
    return record


DONE, BROKEN = Status.SUCCEEDED, Status.FAILED
TWO = READY.spec.model_copy(
    update={"workload": READY.spec.workload.model_copy(update={"replicas": 2})}
)


@pytest.mark.parametrize("kind", [OperationKind.UPDATE, OperationKind.REPAIR])
@pytest.mark.parametrize(
    ("steps", "ready", "is_unused"),
    [
        pytest.param({"workload": DONE, "pods": BROKEN}, READY, True, id="the only replica"),
        pytest.param({"workload": DONE}, READY, False, id="not seen to run, nor to be silent"),
        pytest.param({"workload": BROKEN}, READY, False, id="not replaced"),
        pytest.param({}, READY, False, id="not begun"),
        pytest.param({"workload": DONE, "pods": DONE}, READY, False, id="only the edge is silent"),
        pytest.param(
            {"workload": DONE, "pods": BROKEN},
            READY.model_copy(update={"spec": TWO}),
            False,
            id="another replica serves",
        ),
    ],
)
def test_a_failed_update_has_stopped_the_only_replica(
    steps: dict[str, Status], ready: EnvironmentRecord, is_unused: bool, kind: OperationKind
):
    failed_update = ended(reported(begun(ready, kind, 20), **steps), Phase.FAILED, 30, QUOTA)
    assert read_sweep_state(failed_update).state.unused_since == (at(30) if is_unused else None)


@pytest.mark.parametrize(
    ("pods", "is_unused"),
    [
        pytest.param({}, True, id="not seen by the update"),
        pytest.param({"pods": Status.CANCELED}, True, id="not waited for"),
        pytest.param({"pods": DONE}, False, id="seen to run before"),
    ],
)
def test_a_model_that_is_silent_after_an_update_that_failed_elsewhere_is_gone(
    pods: dict[str, Status], is_unused: bool
):
    """Its pods may serve all the same: an update of tags had taken their nodes away."""
    updated = reported(begun(READY, OperationKind.UPDATE, 20), workload=DONE, **pods)
    failed_update = ended(updated, Phase.FAILED, 30, QUOTA)
    silent = Finding(code=MODEL_NOT_ANSWERING, what="/", cause="It is.", fix="Repair.")
    heard = failed_update.model_copy(
        update={"health": Health(status=HealthStatus.DEGRADED, findings=(silent,))}
    )
    assert read_sweep_state(failed_update).state.unused_since is None
    assert read_sweep_state(heard).state.unused_since == (at(30) if is_unused else None)
