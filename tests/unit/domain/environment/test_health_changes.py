from typing import Any

import pytest

from domain.environment.health import Finding, Health, HealthStatus, RecordHealth
from domain.environment.health_changes import record_health
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.environment.views import build_environment_view
from tests.support.specs import NOON, minutes
from tests.unit.domain.environment.test_record import a_deleted_record, a_ready_record, begun

SILENT = Finding(code="ModelNotAnswering", what="https://x/health", cause="It is.", fix="Look.")
STOPPED = Finding(code="ClusterStopped", what="/cluster", cause="It is.", fix="Start it.")
HEALTHY, DEGRADED = HealthStatus.HEALTHY, HealthStatus.DEGRADED


def noted(
    status: HealthStatus, *findings: Finding, at: float = 30, sequence: int = 1
) -> RecordHealth:
    looked_at = NOON + minutes(at)
    return RecordHealth(
        sequence=sequence,
        health=Health(status=status, findings=findings, since=looked_at, checked_at=looked_at),
    )


def told(record: EnvironmentRecord) -> list[str]:
    return [event.message for event in record.events if event.type == "HealthChanged"]


def test_a_change_of_status_is_on_the_record_and_its_timeline():
    before = a_ready_record()
    healthy = record_health(before, noted(HEALTHY))
    silent = record_health(healthy, noted(DEGRADED, SILENT, at=35))
    assert (silent.health.status, silent.health.findings) == (DEGRADED, (SILENT,))
    assert silent.health.since == NOON + minutes(35)
    assert told(silent) == ["Unknown -> Healthy", "Healthy -> Degraded: ModelNotAnswering"]
    assert silent.etag != healthy.etag != before.etag
    view = build_environment_view(silent, NOON).to_wire()["health"]
    assert (view["status"], view["since"]) == ("Degraded", "2026-11-22T12:35:00Z")
    assert [finding["code"] for finding in view["findings"]] == ["ModelNotAnswering"]


def test_the_same_result_changes_nothing_at_all():
    record = record_health(a_ready_record(), noted(DEGRADED, SILENT))
    assert record_health(record, noted(DEGRADED, SILENT, at=90)) is record


def test_other_findings_of_the_same_status_are_no_event():
    record = record_health(a_ready_record(), noted(DEGRADED, SILENT))
    changed = record_health(record, noted(DEGRADED, STOPPED, at=35))
    assert changed.health.findings == (STOPPED,)
    assert changed.health.since == NOON + minutes(30)
    assert changed.events == record.events
    assert changed.revision == record.revision + 1
    assert changed.updated_at == NOON + minutes(35)


def test_a_change_of_status_names_each_kind_of_finding_once():
    other = STOPPED.model_copy(update={"what": "/another-cluster"})
    record = record_health(a_ready_record(), noted(DEGRADED, SILENT, STOPPED, other))
    assert told(record) == ["Unknown -> Degraded: ModelNotAnswering, ClusterStopped"]


@pytest.mark.parametrize(
    ("record", "late"),
    [
        pytest.param(
            begun(a_ready_record(), OperationKind.UPDATE, 2),
            noted(HEALTHY),
            id="an operation has begun",
        ),
        pytest.param(
            begun(a_ready_record(), OperationKind.UPDATE, 2),
            noted(HEALTHY, sequence=2),
            id="an operation runs",
        ),
        pytest.param(a_deleted_record(), noted(HEALTHY, sequence=2), id="it is deleted"),
        pytest.param(
            record_health(a_ready_record(), noted(DEGRADED, SILENT, at=40)),
            noted(HEALTHY),
            id="a later look is recorded",
        ),
    ],
)
def test_an_outdated_look_changes_nothing(record: EnvironmentRecord, late: RecordHealth):
    assert record_health(record, late) is record


def test_an_operation_that_begins_makes_it_unknown():
    record = record_health(a_ready_record(), noted(DEGRADED, SILENT))
    started = begun(record, OperationKind.UPDATE, 2)
    assert started.phase is Phase.UPDATING
    assert started.health == Health(since=NOON + minutes(20))


def test_a_record_of_before_there_was_health_is_readable():
    stored: dict[str, Any] = a_ready_record().to_wire()
    del stored["health"]
    assert EnvironmentRecord.from_wire(stored).health == Health()
