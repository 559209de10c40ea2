"""What of a record's changes reaches the directory."""

from collections.abc import Callable

import pytest

from domain.directory.news import DirectoryNews, find_directory_news
from domain.directory.row import DirectoryRow
from domain.environment.approval_records import request_approval
from domain.environment.health import Finding, Health, HealthStatus, RecordHealth
from domain.environment.health_changes import record_health
from domain.environment.operation import OperationKind
from domain.environment.record import EnvironmentRecord
from domain.environment.tombstones import bury
from tests.support.approvals import a_waiting_request
from tests.support.specs import NOON, a_record, a_request, in_azure, minutes
from tests.unit.domain.environment.test_record import (
    a_deleted_record,
    a_ready_record,
    a_sleeping_record,
    begun,
)


def looked_at(record: EnvironmentRecord, status: HealthStatus, *codes: str) -> EnvironmentRecord:
    findings = tuple(Finding(code=code, what="x", cause="It is.", fix="Look.") for code in codes)
    at = NOON + minutes(60 + len(codes))
    health = Health(status=status, findings=findings, checked_at=at)
    return record_health(record, RecordHealth(sequence=record.sequence, health=health))


def degraded(record: EnvironmentRecord) -> EnvironmentRecord:
    return looked_at(record, HealthStatus.DEGRADED, "ClusterStopped")


def buried(record: EnvironmentRecord) -> EnvironmentRecord:
    reduced = bury(record, record.updated_at + minutes(1))
    assert reduced
    return reduced


type Change = Callable[[EnvironmentRecord], EnvironmentRecord]


@pytest.mark.parametrize(
    ("before", "change"),
    [
        pytest.param(
            a_ready_record(), lambda r: begun(r, OperationKind.UPDATE, 2), id="an operation"
        ),
        pytest.param(a_ready_record(), degraded, id="its health"),
        pytest.param(
            a_deleted_record(), lambda r: begun(r, OperationKind.PROVISION, 3), id="a new life"
        ),
        pytest.param(
            buried(a_deleted_record()),
            lambda r: begun(r, OperationKind.PROVISION, 3),
            id="a new life of a buried one",
        ),
    ],
)
def test_a_row_that_changes_has_a_later_revision(before: EnvironmentRecord, change: Change):
    after = change(before)
    assert find_directory_news(before, after) == DirectoryNews(DirectoryRow.of(after))
    assert after.revision > before.revision


@pytest.mark.parametrize(
    ("before", "change"),
    [
        pytest.param(a_record(), lambda r: in_azure(r, "edge/profile"), id="a step"),
        pytest.param(
            degraded(a_ready_record()),
            lambda r: looked_at(r, HealthStatus.DEGRADED, "ClusterStopped", "GpuPoolEmpty"),
            id="other findings",
        ),
        pytest.param(a_sleeping_record(), lambda r: r, id="nothing"),
        pytest.param(buried(a_deleted_record()), lambda r: r, id="nothing of a buried one"),
    ],
)
def test_what_lists_do_not_filter_by_is_not_told(before: EnvironmentRecord, change: Change):
    assert find_directory_news(before, change(before)) is None


def test_a_new_record_is_told_and_a_buried_one_is_forgotten():
    new = a_record(a_request())
    assert find_directory_news(None, new) == DirectoryNews(DirectoryRow.of(new))
    deleted = a_deleted_record()
    after = buried(deleted)
    told = find_directory_news(deleted, after)
    assert told == DirectoryNews(DirectoryRow.of(after), is_to_be_forgotten=True)


def test_a_row_is_read_as_it_was_written():
    row = DirectoryRow.of(degraded(a_ready_record()))
    assert DirectoryRow.parse(row.name, row.text) == row
    assert row.text == f"{row.revision} Ready Degraded ML-1234 -"


def test_a_row_numbers_the_operation_that_waits_for_approval():
    record = request_approval(None, a_waiting_request(), NOON)
    assert record
    row = DirectoryRow.of(record)
    assert (row.awaits, row.awaits_approval) == ("1", True)
    assert DirectoryRow.parse(row.name, row.text) == row
