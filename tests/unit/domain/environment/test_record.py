from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from domain.environment.operation import OperationKind, StepChange
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import CellState, EnvironmentRecord, OperationEnd, RecordWarning
from domain.environment.starts import start_operation
from domain.environment.transitions import (
    decide_end_phase,
    end_operation,
    keep_pool,
    record_step,
    record_warning,
)
from domain.environment.views import build_environment_view
from domain.outcomes import Failure, OperationWarning, Outcome, Status
from tests.support.payloads import KEPT
from tests.support.specs import NOON, a_pinned_spec, a_record, a_request, a_spec, minutes

PROVISION, DELETE = OperationKind.PROVISION, OperationKind.DELETE
SCALE_DOWN, WAKE = OperationKind.SCALE_DOWN, OperationKind.WAKE
UPDATE = OperationKind.UPDATE

QUOTA = Failure(
    reason="QuotaExceeded",
    message="No quota is left.",
    retryable=False,
    suggested_action="Ask for more.",
)


AWAKE = KEPT.model_copy(update={"count": 1, "replicas": 1})


def ended(record: EnvironmentRecord, phase: Phase, outcome: Outcome | None = None):
    operation = record.active_operation
    assert operation
    end = OperationEnd(
        operation_id=operation,
        phase=phase,
        outcome=outcome or Outcome.succeeded(),
        at=NOON + minutes(10),
    )
    return end_operation(record, end)


def a_ready_record() -> EnvironmentRecord:
    return ended(a_record(), Phase.READY)


def begun(
    record: EnvironmentRecord, kind: OperationKind, sequence: int, **changes: Any
) -> EnvironmentRecord:
    started = start_operation(record, a_request(kind, sequence, **changes), NOON + minutes(20))
    assert started
    return started


def a_sleeping_record() -> EnvironmentRecord:
    falling_asleep = keep_pool(begun(a_ready_record(), SCALE_DOWN, 2), "westeurope", KEPT)
    return ended(falling_asleep, Phase.SCALED_DOWN)


def a_deleted_record() -> EnvironmentRecord:
    deleting = start_operation(a_ready_record(), a_request(DELETE, 2), NOON)
    assert deleting
    return ended(deleting, Phase.DELETED)


@dataclass
class Start:
    record: EnvironmentRecord | None
    kind: OperationKind
    sequence: int
    phase: Phase | None


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(Start(None, PROVISION, 1, Phase.PROVISIONING), id="the first of a name"),
        pytest.param(
            Start(a_record(), PROVISION, 1, Phase.PROVISIONING),
            id="started twice: nothing changes",
        ),
        pytest.param(
            Start(a_ready_record(), PROVISION, 1, None), id="started again after its end: refused"
        ),
        pytest.param(
            Start(a_ready_record(), PROVISION, 2, None), id="provisioning what is there: refused"
        ),
        pytest.param(
            Start(a_record(), DELETE, 2, Phase.DELETING), id="deletion supersedes provisioning"
        ),
        pytest.param(Start(a_ready_record(), DELETE, 2, Phase.DELETING), id="deletion when ready"),
        pytest.param(
            Start(a_deleted_record(), PROVISION, 2, None), id="an old sequence number: refused"
        ),
        pytest.param(
            Start(a_deleted_record(), PROVISION, 3, Phase.PROVISIONING), id="the name used again"
        ),
        pytest.param(Start(a_deleted_record(), DELETE, 3, None), id="deleting twice: refused"),
        pytest.param(
            Start(a_ready_record(), SCALE_DOWN, 2, Phase.UPDATING), id="to sleep when ready"
        ),
        pytest.param(Start(a_record(), SCALE_DOWN, 2, None), id="to sleep while being built"),
        pytest.param(Start(a_ready_record(), WAKE, 2, None), id="waking what is awake: refused"),
        pytest.param(Start(a_sleeping_record(), WAKE, 3, Phase.WAKING), id="waking what sleeps"),
        pytest.param(
            Start(a_sleeping_record(), WAKE, 2, None), id="waking with an old number: refused"
        ),
        pytest.param(
            Start(a_sleeping_record(), DELETE, 3, Phase.DELETING), id="deletion in its sleep"
        ),
        pytest.param(
            Start(begun(a_sleeping_record(), WAKE, 3), DELETE, 4, Phase.DELETING),
            id="deletion supersedes waking",
        ),
        pytest.param(
            Start(begun(a_sleeping_record(), WAKE, 3), SCALE_DOWN, 4, None),
            id="to sleep while it wakes: refused",
        ),
    ],
)
def test_an_operation_starts_only_from_where_it_may(case: Start):
    record = start_operation(case.record, a_request(case.kind, case.sequence), NOON)
    assert (record.phase if record else None) == case.phase


@pytest.mark.parametrize(
    "rival",
    [
        pytest.param(a_request(spec=a_spec(owner="other@example.com")), id="another spec"),
        pytest.param(a_request(DELETE), id="another kind"),
    ],
)
def test_a_running_operation_is_not_taken_over_by_another_request_under_its_id(rival):
    """Some task hubs restart an instance that is started again, with the input of the second."""
    assert start_operation(a_record(), rival, NOON) is None


def test_a_running_operation_goes_on_for_its_own_request():
    repeated = OperationRequest.from_wire(a_request().to_wire())
    record = EnvironmentRecord.from_wire(a_record().to_wire())
    assert start_operation(record, repeated, NOON + minutes(1)) == record


def test_a_name_that_is_used_again_shows_nothing_of_its_past():
    record = start_operation(a_deleted_record(), a_request(PROVISION, 3), NOON + minutes(60))
    assert record
    assert (record.created_at, record.endpoint, len(record.events)) == (
        NOON + minutes(60),
        None,
        1,
    )
    assert record.generation == 2


def test_a_name_that_is_used_again_keeps_no_settings_of_its_past():
    deleted = ended(begun(a_sleeping_record(), DELETE, 3), Phase.DELETED)
    assert deleted.kept_pools, "they are of no harm to what is deleted"
    again = begun(deleted, PROVISION, 4)
    assert (again.kept_pools, again.cells, again.remaining, again.failure) == ({}, (), (), None)


def test_sleeping_and_waking_are_no_new_generation_of_the_spec():
    waking = begun(a_sleeping_record(), WAKE, 3)
    assert (waking.generation, waking.sequence) == (1, 3)


@pytest.mark.parametrize(
    ("record", "kind", "phase"),
    [
        pytest.param(a_ready_record(), SCALE_DOWN, Phase.SCALED_DOWN, id="asleep"),
        pytest.param(a_sleeping_record(), WAKE, Phase.READY, id="awake again"),
    ],
)
def test_endpoint_and_cells_outlast_sleep(record, kind, phase):
    cells = (CellState(region="westeurope", external_ip="20.61.0.2"),)
    known = {"endpoint": "https://gp-fraud-llm.z01.azurefd.net", "cells": cells}
    record = begun(record.model_copy(update=known), kind, record.sequence + 1)
    after = ended(record, phase)
    assert (after.phase, after.endpoint, after.cells) == (phase, known["endpoint"], cells)


def test_a_cell_that_an_update_did_not_get_to_stays_on_the_record():
    west, north = CellState(region="westeurope", nodes=1), CellState(region="northeurope")
    cells = {"cells": (west, north), "spec": a_spec(regions=["westeurope", "northeurope"])}
    record = begun(a_ready_record().model_copy(update=cells), UPDATE, 2, spec=cells["spec"])
    changed = north.model_copy(update={"nodes": 3})
    assert record.active_operation
    end = OperationEnd(
        operation_id=record.active_operation,
        phase=Phase.FAILED,
        outcome=Outcome.failed(QUOTA),
        at=NOON,
        cells=(changed,),
    )
    assert end_operation(record, end).cells == (west, changed)


def test_settings_are_kept_for_each_region_by_itself():
    record = keep_pool(a_sleeping_record(), "swedencentral", AWAKE)
    assert record.kept_pools == {"westeurope": KEPT, "swedencentral": AWAKE}
    again = keep_pool(record, "westeurope", AWAKE)
    assert again.kept_pools["westeurope"] == KEPT, "a half-done pool is nothing to go back to"


def test_a_wake_that_succeeded_went_back_to_what_was_kept():
    woken = ended(begun(a_sleeping_record(), WAKE, 3), Phase.READY)
    assert woken.kept_pools == {}


def test_what_is_kept_outlasts_a_waking_that_failed():
    failed = ended(begun(a_sleeping_record(), WAKE, 3), Phase.FAILED, Outcome.failed(QUOTA))
    assert failed.kept_pools == {"westeurope": KEPT}


def change(step: str, status: Status, **more) -> StepChange:
    return StepChange(
        operation_id="fraud-llm.1", step=step, status=status, at=NOON + minutes(1), **more
    )


def step_of(record: EnvironmentRecord, name: str):
    operation = record.find_operation("fraud-llm.1")
    assert operation
    return next(step for step in operation.steps if step.name == name)


def test_a_step_keeps_its_start_and_gets_its_end():
    record = record_step(a_record(), change("edge/profile", Status.RUNNING, detail="0/1"))
    later = StepChange(
        operation_id="fraud-llm.1",
        step="edge/profile",
        status=Status.SUCCEEDED,
        at=NOON + minutes(2),
    )
    step = step_of(record_step(record, later), "edge/profile")
    assert (step.started_at, step.ended_at) == (NOON + minutes(1), NOON + minutes(2))
    assert step.detail is None, "progress is dropped once the step has ended"


def test_a_running_step_keeps_what_it_has_shown_until_there_is_more():
    record = record_step(
        a_record(), change("probe", Status.RUNNING, detail="0/1", resource_id="/cluster")
    )
    record = record_step(record, change("probe", Status.RUNNING))
    step = step_of(record, "probe")
    assert (step.detail, step.resource_id, step.ended_at) == ("0/1", "/cluster", None)
    record = record_step(record, change("probe", Status.RUNNING, detail="1/1"))
    assert step_of(record, "probe").detail == "1/1"
    ended = step_of(record_step(record, change("probe", Status.FAILED, detail="Gone.")), "probe")
    assert (ended.detail, ended.resource_id) == ("Gone.", "/cluster")


def test_an_operation_shows_when_one_of_its_steps_last_changed():
    record = record_step(a_record(), change("probe", Status.RUNNING))
    assert record.operations[-1].last_action_at == NOON + minutes(1)


def test_late_news_of_a_step_that_has_ended_change_nothing():
    record = record_step(a_record(), change("probe", Status.SUCCEEDED))
    record = record_step(record, change("probe", Status.RUNNING))
    assert step_of(record, "probe").status is Status.SUCCEEDED


def test_a_step_that_was_not_planned_joins_at_the_end():
    record = record_step(a_record(), change("cell/x/gpuPoolToZero", Status.RUNNING))
    operation = record.find_operation("fraud-llm.1")
    assert operation
    assert operation.steps[-1].name == "cell/x/gpuPoolToZero"


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [(Outcome.succeeded(), None), (Outcome.failed(QUOTA), QUOTA), (Outcome.canceled(), QUOTA)],
)
def test_what_a_running_step_waited_for_is_forgotten_once_the_operation_has_succeeded(
    outcome, kept
):
    record = record_step(a_record(), change("probe", Status.RUNNING, failure=QUOTA))
    phase = Phase.READY if outcome.is_success else Phase.FAILED
    assert step_of(ended(record, phase, outcome), "probe").failure == kept


def test_the_timeline_gets_a_line_per_change_of_status_and_none_for_progress():
    record = record_step(a_record(), change("probe", Status.RUNNING))
    again = record_step(record, change("probe", Status.RUNNING, detail="HTTP 404"))
    assert len(again.events) == len(record.events) == 2
    assert again.etag != record.etag


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({}, "probe: Running", id="status alone"),
        pytest.param({"detail": "HTTP 404"}, "probe: Running (HTTP 404)", id="with a detail"),
        pytest.param(
            {"failure": QUOTA, "detail": "HTTP 404"},
            "probe: Running (QuotaExceeded: No quota is left.)",
            id="a failure rather than a detail",
        ),
    ],
)
def test_a_steps_line_on_the_timeline_says_what_it_came_to(changes, message):
    record = record_step(a_record(), change("probe", Status.RUNNING, **changes))
    event = record.events[-1]
    assert (event.type, event.message, event.operation_id) == (
        "StepChanged",
        message,
        "fraud-llm.1",
    )
    assert (event.at, record.updated_at) == (NOON + minutes(1), NOON + minutes(1))


@pytest.mark.parametrize(
    "record", [a_ready_record(), a_record(a_request(sequence=2))], ids=["ended", "another one"]
)
def test_a_step_of_no_running_operation_changes_nothing(record):
    assert record_step(record, change("probe", Status.RUNNING)) == record


def test_a_failure_stands_on_the_environment_its_operation_and_its_timeline():
    record = ended(a_record(), Phase.FAILED, Outcome.failed(QUOTA))
    body = build_environment_view(record, NOON).to_wire()
    assert body["phase"] == "Failed"
    assert body["error"] == {
        "code": "QuotaExceeded",
        "message": "No quota is left.",
        "retryable": False,
        "suggestedAction": "Ask for more.",
    }
    assert record.events[-1].message == "provision Failed: No quota is left."


@pytest.mark.parametrize(
    ("phase", "outcome", "status"),
    [
        (Phase.CANCELED, Outcome.canceled(), "Canceled"),
        (Phase.FAILED, Outcome.failed(QUOTA), "Failed"),
        (Phase.READY, Outcome.succeeded(), "Succeeded"),
    ],
)
def test_an_operation_that_was_superseded_ends_without_moving_the_phase(phase, outcome, status):
    """Failed and Deleted are where a deletion may go; only its own end takes it there."""
    deleting = start_operation(a_record(), a_request(DELETE, 2), NOON)
    assert deleting
    end = OperationEnd(operation_id="fraud-llm.1", phase=phase, outcome=outcome, at=NOON)
    record = end_operation(deleting, end)
    assert (record.phase, record.active_operation) == (Phase.DELETING, "fraud-llm.2")
    assert record.failure is None
    operation = record.find_operation("fraud-llm.1")
    assert operation
    assert operation.status == status


def test_steps_still_running_when_their_operation_ends_are_canceled():
    record = record_step(a_record(), change("probe", Status.RUNNING))
    record = ended(record, Phase.FAILED, Outcome.failed(QUOTA))
    probe = step_of(record, "probe")
    assert (probe.status, probe.ended_at) == (Status.CANCELED, NOON + minutes(10))
    assert step_of(record, "edge/route").status is Status.NOT_STARTED


def test_a_late_report_of_a_step_does_not_keep_it_running_after_a_success():
    record = ended(record_step(a_record(), change("probe", Status.RUNNING)), Phase.READY)
    probe = step_of(record, "probe")
    assert (probe.status, probe.ended_at) == (Status.SUCCEEDED, NOON + minutes(10))


@pytest.mark.parametrize(
    ("outcome", "phase"),
    [
        (Outcome.succeeded(), Phase.SCALED_DOWN),
        (Outcome.failed(QUOTA), Phase.FAILED),
        (Outcome.canceled(), Phase.CANCELED),
        pytest.param(Outcome.canceled(QUOTA), Phase.FAILED, id="canceled in Azure"),
    ],
)
def test_the_outcome_decides_where_an_operation_ends(outcome: Outcome, phase: Phase):
    assert decide_end_phase(outcome, Phase.SCALED_DOWN) is phase


def test_an_operation_ends_with_the_warnings_of_its_steps_and_its_own():
    warnings = [OperationWarning(code=code, message="Late.", target="event") for code in "AB"]
    warned = RecordWarning(operation_id="fraud-llm.1", at=NOON, warning=warnings[0])
    record = record_warning(a_record(a_request(spec=a_pinned_spec())), warned)
    end = OperationEnd(
        operation_id="fraud-llm.1",
        phase=Phase.READY,
        outcome=Outcome.succeeded(),
        at=NOON,
        warnings=(warnings[1],),
    )
    record = end_operation(record, end)
    assert record.operations[-1].warnings == tuple(warnings)
    assert record.events[-1].message == "provision Succeeded"


def test_ending_twice_changes_nothing():
    record = a_ready_record()
    end = OperationEnd(
        operation_id="fraud-llm.1", phase=Phase.FAILED, outcome=Outcome.failed(QUOTA), at=NOON
    )
    assert end_operation(record, end) == record


@pytest.mark.parametrize(
    "make_record",
    [
        pytest.param(lambda: ended(a_record(), Phase.FAILED, Outcome.failed(QUOTA)), id="failed"),
        pytest.param(a_sleeping_record, id="asleep"),
    ],
)
def test_a_record_survives_the_durable_boundary(make_record: Callable[[], EnvironmentRecord]):
    record = make_record()
    assert EnvironmentRecord.from_wire(record.to_wire()) == record


STUCK_POOL = RecordWarning(
    operation_id="fraud-llm.1",
    at=NOON,
    warning=OperationWarning(
        code="GpuCostNotStopped", message="Nodes run.", target="/environments/fraud-llm"
    ),
    is_standing=True,
)


def test_a_standing_warning_is_recorded_once_while_it_holds():
    first = record_warning(a_record(), STUCK_POOL)
    assert first.warnings == (STUCK_POOL.warning,)
    again = STUCK_POOL.model_copy(update={"operation_id": "sweep.fraud-llm", "at": NOON})
    assert record_warning(first, again) == first


def test_the_next_operation_shows_nothing_of_the_failure_before_it():
    end = OperationEnd(
        operation_id="fraud-llm.1",
        phase=Phase.FAILED,
        outcome=Outcome.failed(QUOTA),
        at=NOON,
        remaining=("/subscriptions/0/resourceGroups/gp-fraud-llm-edge",),
    )
    failed = end_operation(a_record(), end)
    assert (failed.failure, failed.remaining, failed.active_operation) == (
        QUOTA,
        end.remaining,
        None,
    )
    started = begun(failed, PROVISION, 2)
    assert (started.failure, started.remaining) == (None, ())
    assert started.active_operation == "fraud-llm.2"


def test_an_operation_shows_whose_request_it_is_and_what_it_began_from():
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    record = begun(a_ready_record(), UPDATE, 2, requested_by="someone", traceparent=trace)
    operation = record.operations[-1]
    assert (operation.requested_by, operation.traceparent, operation.phase_before) == (
        "someone",
        trace,
        Phase.READY,
    )


def test_the_next_operation_clears_a_standing_warning():
    warned = record_warning(a_record(), STUCK_POOL)
    started = start_operation(warned, a_request(OperationKind.DELETE, 2), NOON)
    assert started
    assert started.warnings == ()
