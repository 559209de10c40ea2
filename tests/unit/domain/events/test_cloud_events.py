from pathlib import Path
from typing import Any

import pytest

from domain.environment.health import Finding, Health, HealthStatus, RecordHealth
from domain.environment.health_changes import record_health
from domain.environment.idle_notes import IdleNote, IdleNotes
from domain.environment.operation import OperationKind, StepChange
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation, keep_pool, record_step
from domain.events.cloud_events import (
    PUBLISHED_NAMES,
    SCALED_DOWN,
    build_event_source,
    derive_event,
)
from domain.outcomes import Outcome, Status
from domain.sweep.expiry import ExpiryAction
from domain.sweep.model import SweepAction, SweepDecision
from domain.sweep.record_notes import build_expiry_note, build_idle_note, record_idle_note
from tests.support.events import SOURCE, TRACE, news_of
from tests.support.payloads import CANCELED, KEPT, QUOTA, SUCCEEDED
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes
from tests.support.sweeps import a_gpu_pool

DOCUMENT = Path(__file__).parents[4] / "docs" / "events.md"
ENDPOINT = "https://gp-fraud-llm.z01.azurefd.net"
PROVISION, SCALE_DOWN = OperationKind.PROVISION, OperationKind.SCALE_DOWN


def ended(record: EnvironmentRecord, phase: Phase, outcome: Outcome) -> EnvironmentRecord:
    end = OperationEnd(
        operation_id=record.operations[-1].id,
        phase=phase,
        outcome=outcome,
        at=NOON + minutes(9),
        endpoint=ENDPOINT if phase is Phase.READY else None,
    )
    return end_operation(record, end)


def running(kind: OperationKind) -> EnvironmentRecord:
    """An environment on which an operation of this kind has just begun."""
    if kind is PROVISION:
        return a_record(a_request(traceparent=TRACE))
    before = ended(a_record(), Phase.READY, SUCCEEDED)
    if kind is OperationKind.WAKE:
        before = ended(begun(before, SCALE_DOWN, 2), Phase.SCALED_DOWN, SUCCEEDED)
    return begun(before, kind, before.sequence + 1)


def begun(record: EnvironmentRecord, kind: OperationKind, sequence: int) -> EnvironmentRecord:
    started = start_operation(record, a_request(kind, sequence), NOON + minutes(20))
    assert started
    return started


def test_an_accepted_operation_is_told_as_a_cloud_event():
    record = running(PROVISION)
    publication = news_of(None, record)
    assert publication.operation_id == "fraud-llm.1"
    assert publication.event.to_wire() == {
        "specversion": "1.0",
        "id": "fraud-llm.1.accepted",
        "source": SOURCE,
        "type": "io.gridplane.environment.accepted.v1",
        "subject": "/environments/fraud-llm",
        "time": "2026-11-22T12:00:00Z",
        "datacontenttype": "application/json",
        "sequence": "0000000001",
        "traceparent": TRACE,
        "data": {
            "environment": "fraud-llm",
            "owner": "fraud-team@example.com",
            "costCenter": "ML-1234",
            "phase": "Provisioning",
            "message": "provision started",
            "operationId": "fraud-llm.1",
            "kind": "provision",
            "status": "Running",
        },
    }


@pytest.mark.parametrize(
    ("kind", "phase", "outcome", "word"),
    [
        (PROVISION, Phase.READY, SUCCEEDED, "succeeded"),
        (PROVISION, Phase.FAILED, QUOTA, "failed"),
        (PROVISION, Phase.CANCELED, CANCELED, "canceled"),
        (SCALE_DOWN, Phase.SCALED_DOWN, SUCCEEDED, "scaled-down"),
        (SCALE_DOWN, Phase.READY, QUOTA, "failed"),
        (SCALE_DOWN, Phase.READY, CANCELED, "canceled"),
        (OperationKind.WAKE, Phase.READY, SUCCEEDED, "succeeded"),
        (OperationKind.DELETE, Phase.DELETED, SUCCEEDED, "succeeded"),
    ],
)
def test_the_end_of_an_operation_is_told_once_by_one_word(
    kind: OperationKind, phase: Phase, outcome: Outcome, word: str
):
    before = running(kind)
    after = ended(before, phase, outcome)
    event = news_of(before, after).event
    assert event.type == f"io.gridplane.environment.{word}.v1"
    assert event.id == f"fraud-llm.{before.sequence}.{word}"
    assert event.time == NOON + minutes(9)
    assert (event.data["kind"], event.data["phase"]) == (str(kind), str(phase))
    assert derive_event(after, ended(after, phase, outcome), SOURCE) is None


def test_the_end_carries_trace_and_endpoint():
    before = running(PROVISION)
    event = news_of(before, ended(before, Phase.READY, SUCCEEDED)).event
    assert (event.traceparent, event.data["endpoint"]) == (TRACE, ENDPOINT)
    assert "error" not in event.data


def test_a_failure_is_told_as_the_api_tells_it():
    before = running(PROVISION)
    event = news_of(before, ended(before, Phase.FAILED, QUOTA)).event
    assert event.data["error"] == {
        "code": "QuotaExceeded",
        "message": "Azure says QuotaExceeded.",
        "retryable": False,
        "suggestedAction": "Look.",
    }


def test_an_end_that_no_longer_moves_the_phase_is_told_nevertheless():
    deleting = begun(running(PROVISION), OperationKind.DELETE, 2)
    end = OperationEnd(
        operation_id="fraud-llm.1", phase=Phase.CANCELED, outcome=CANCELED, at=NOON + minutes(21)
    )
    event = news_of(deleting, end_operation(deleting, end)).event
    assert (event.id, event.data["phase"]) == ("fraud-llm.1.canceled", "Deleting")


def test_a_name_that_is_used_again_tells_of_its_new_operation():
    deleted = ended(running(OperationKind.DELETE), Phase.DELETED, SUCCEEDED)
    again = begun(deleted, PROVISION, 3)
    event = news_of(deleted, again).event
    assert event.id == "fraud-llm.3.accepted"
    assert event.sequence > news_of(running(OperationKind.DELETE), deleted).event.sequence


def a_note(**changes: Any) -> IdleNote:
    return IdleNote.model_validate(
        {"at": NOON + minutes(40), "event": "IdleWarned", "message": "It is idle.", **changes}
    )


def test_a_note_of_the_sweep_is_told_with_its_evidence():
    before = running(SCALE_DOWN)
    after = record_idle_note(before, a_note(evidence={"requests": 0}))
    publication = news_of(before, after)
    event = publication.event
    assert (publication.environment, publication.operation_id) == ("fraud-llm", None)
    assert event.id == "fraud-llm.idle-warned.2026-11-22T12:40:00Z"
    assert event.type == "io.gridplane.environment.idle-warned.v1"
    assert event.data["evidence"] == {"requests": 0}
    assert event.data["message"] == "It is idle."
    assert "operationId" not in event.data
    assert (
        derive_event(after, record_idle_note(after, a_note(evidence={"requests": 0})), SOURCE)
        is None
    )


@pytest.mark.parametrize("action", [a for a in SweepAction if a is not SweepAction.NONE])
def test_whatever_the_sweep_does_is_news(action: SweepAction):
    decision = SweepDecision(
        pool=a_gpu_pool(), environment="fraud-llm", action=action, reason="Idle"
    )
    assert build_idle_note(IdleNotes(), action, [decision], NOON).event in PUBLISHED_NAMES


@pytest.mark.parametrize("action", [a for a in ExpiryAction if a is not ExpiryAction.NONE])
def test_whatever_is_said_of_an_expiry_is_news(action: ExpiryAction):
    assert build_expiry_note(IdleNotes(), action, NOON, NOON).event in PUBLISHED_NAMES


def test_a_change_of_health_is_told_with_its_findings():
    before = ended(running(PROVISION), Phase.READY, SUCCEEDED)
    silent = Finding(code="ModelNotAnswering", what="https://x", cause="It is.", fix="Look.")
    looked_at = NOON + minutes(30)
    found = Health(status=HealthStatus.DEGRADED, findings=(silent,), checked_at=looked_at)
    after = record_health(before, RecordHealth(sequence=1, health=found))
    event = news_of(before, after).event
    assert event.id == "fraud-llm.health-changed.2026-11-22T12:30:00Z"
    assert event.type == "io.gridplane.environment.health-changed.v1"
    assert event.data["message"] == "Unknown -> Degraded: ModelNotAnswering"
    assert event.data["health"] == {
        "status": "Degraded",
        "findings": [
            {
                "code": "ModelNotAnswering",
                "what": "https://x",
                "evidence": {},
                "cause": "It is.",
                "fix": "Look.",
            }
        ],
        "since": "2026-11-22T12:30:00Z",
    }
    assert derive_event(after, after, SOURCE) is None


def test_no_other_change_is_news():
    record = a_record()
    step = StepChange(
        operation_id="fraud-llm.1", step="edge/profile", status=Status.RUNNING, at=NOON
    )
    stepped = record_step(record, step)
    again = record_step(stepped, step.model_copy(update={"detail": "half done"}))
    kept = keep_pool(again, "westeurope", KEPT)
    for before, after in ((record, stepped), (stepped, again), (again, kept), (kept, kept)):
        assert derive_event(before, after, SOURCE) is None


def test_news_of_a_step_right_after_the_start_do_not_tell_the_start_again():
    record = a_record()
    unknown = StepChange(
        operation_id="fraud-llm.1",
        step="edge/profile",
        status=Status.NOT_STARTED,
        at=NOON,
    )
    touched = record_step(record, unknown)
    assert touched.events == record.events
    assert derive_event(record, touched, SOURCE) is None


def test_nothing_of_the_workload_gets_out():
    workload = {
        "image": "registry.example.com/llm:1.4.2",
        "model": {"name": "fraud-llm", "version": "7"},
        "env": {"API_KEY": "s3cret"},
        "args": ["--token=s3cret"],
    }
    record = a_record(a_request(spec=a_spec(workload=workload)))
    assert "s3cret" in str(record.to_wire())
    for publication in (
        news_of(None, record),
        news_of(record, ended(record, Phase.FAILED, QUOTA)),
        news_of(record, record_idle_note(record, a_note())),
    ):
        assert "s3cret" not in str(publication.to_wire())


def test_every_word_is_documented_for_consumers():
    documented = DOCUMENT.read_text()
    missing = [
        word for word in (*PUBLISHED_NAMES.values(), SCALED_DOWN) if f"`{word}`" not in documented
    ]
    assert missing == []


def test_the_source_tells_control_planes_apart():
    assert build_event_source("5b5c") == "/subscriptions/5b5c/gridplane"


@pytest.mark.parametrize(
    ("of_event", "of_operation", "told"),
    [("ann", "bob", "ann"), ("ann", None, "ann"), (None, "bob", "bob"), (None, None, None)],
)
def test_who_acts_is_whom_the_timeline_names_or_else_who_asked_for_the_operation(
    of_event: str | None, of_operation: str | None, told: str | None
):
    record = a_record(a_request(requested_by=of_operation))
    latest = record.events[-1].model_copy(update={"actor": of_event})
    event = news_of(None, record.model_copy(update={"events": (latest,)})).event
    assert event.data.get("actor") == told
