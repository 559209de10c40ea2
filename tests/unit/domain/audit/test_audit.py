from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.audit.derive import SWEEP_EVENTS, derive_audit
from domain.audit.orphans import SWEEP_ACTOR, build_orphan_record
from domain.audit.query import AuditPosition, AuditQuery
from domain.audit.record import AuditDecision, AuditRecord, build_record
from domain.audit.shard import (
    SHARDS_OF_A_DAY,
    add,
    audit_key,
    day_of,
    days_of_window,
    read_records,
)
from domain.environment.call_stamp import CallStamp, Door, derive_stamp_id, hash_request
from domain.environment.health import Finding
from domain.environment.idle_notes import IdleNote
from domain.environment.operation import OperationKind
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation
from domain.outcomes import Outcome
from domain.sweep.failed_creations import FAILED_CREATION_DELETED
from domain.sweep.model import SweepAction
from domain.sweep.overspending import BUDGET_EVENTS
from domain.sweep.record_notes import (
    EXPIRY_EVENTS,
    IDLE_EVENTS,
    SWEEP_CALLER,
    build_repair_note,
    plan_swept_operation,
    record_idle_note,
)
from domain.sweep.wake_on_request import WAKE_REQUESTED
from tests.support.callers import ALICE
from tests.support.specs import NOON, a_record, a_request, minutes

FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)

STAMP = CallStamp(
    id="0123",
    at=NOON,
    door=Door.REST,
    action="createEnvironment",
    request_hash="ab",
    actor=ALICE,
    is_person=True,
    origin="203.0.113.7",
)


def a_record_of(record_id: str, at: float = 0, **changes: Any) -> AuditRecord:
    values = {"environment": "fraud-llm", "cost_center": "ML-1234", **changes}
    stamp = STAMP.model_copy(update={"id": record_id, "at": NOON + minutes(at)})
    return build_record(stamp, AuditDecision.ACCEPTED, **values)


def started(**changes: Any) -> EnvironmentRecord:
    record = start_operation(None, a_request(**changes), NOON)
    assert record
    return record


def test_an_operation_leaves_the_entry_that_its_request_would_have_written():
    record = started(stamp=STAMP, requested_by=ALICE)
    expected = build_record(
        STAMP,
        AuditDecision.ACCEPTED,
        environment="fraud-llm",
        cost_center="ML-1234",
        operation_id="fraud-llm.1",
    )
    assert derive_audit(None, record) == expected
    assert derive_audit(record, record) is None, "once"


def test_an_operation_of_the_sweep_has_no_request():
    entry = derive_audit(None, started(requested_by="sweep"))
    assert entry
    assert (entry.id, entry.door, entry.actor) == ("fraud-llm.1", Door.SWEEP, "sweep")
    assert (entry.action, entry.request_hash) == (OperationKind.PROVISION, None)
    assert (entry.operation_id, entry.detail) == ("fraud-llm.1", None)


def test_an_action_of_the_sweep_is_in_the_audit_with_its_reason():
    before = a_record()
    note = IdleNote(at=NOON + minutes(1), event="IdleWarned", message="It is idle.")
    after = record_idle_note(before, note)
    entry = derive_audit(before, after)
    assert entry
    assert (entry.action, entry.detail, entry.actor) == ("IdleWarned", "It is idle.", "sweep")
    assert (entry.environment, entry.cost_center) == ("fraud-llm", "ML-1234")


def test_a_second_operation_is_not_taken_for_the_first():
    first = end_operation(
        started(stamp=STAMP, requested_by=ALICE),
        OperationEnd(
            operation_id="fraud-llm.1", phase=Phase.READY, outcome=Outcome.succeeded(), at=NOON
        ),
    )
    assert derive_audit(a_record(), first) is None, "progress"
    stamp = STAMP.model_copy(update={"id": "4567", "action": "updateEnvironment"})
    second = start_operation(
        first, a_request(OperationKind.UPDATE, 2, stamp=stamp), NOON + minutes(1)
    )
    assert second
    entry = derive_audit(first, second)
    assert entry
    assert (entry.id, entry.operation_id) == ("4567", "fraud-llm.2")


def test_a_refusal_says_why():
    entry = build_record(STAMP, AuditDecision.REFUSED, code="QuotaExceeded", detail="Full.")
    assert (entry.code, entry.detail) == ("QuotaExceeded", "Full.")
    assert (entry.decision, entry.operation_id) == (AuditDecision.REFUSED, None)


def test_the_removal_of_an_orphan_names_what_is_removed_once_an_hour():
    group = "/subscriptions/0/resourceGroups/gp-lost-westeurope"
    first, joined, later = (
        build_orphan_record("lost", group, NOON + minutes(after)) for after in (0, 59, 60)
    )
    assert (first.actor, first.door, first.action) == ("sweep", Door.SWEEP, "OrphanRemoved")
    assert (first.environment, first.decision) == ("lost", AuditDecision.ACCEPTED)
    assert group in (first.detail or "")
    assert first.id == joined.id != later.id
    assert first.id == "gp-lost-westeurope.OrphanRemoved.2026-11-22T12"


@pytest.mark.usefixtures("in_tokyo")
def test_days_and_hours_are_those_of_utc_whatever_the_machines_time_zone():
    evening = NOON + timedelta(hours=9)
    assert build_orphan_record("lost", "gp-lost", evening).id == (
        "gp-lost.OrphanRemoved.2026-11-22T21"
    )
    assert day_of(audit_key("fraud-llm", evening)) == NOON.date()
    assert list(days_of_window(evening, evening + minutes(1))) == [NOON.date()]


def test_an_automatic_repair_is_in_the_audit_as_action_and_as_operation():
    end = OperationEnd(
        operation_id="fraud-llm.1", phase=Phase.READY, outcome=Outcome.succeeded(), at=NOON
    )
    before = end_operation(a_record(), end)
    finding = Finding(code="ClusterStopped", what="a-cluster", cause="others", fix="repair")
    action = record_idle_note(before, build_repair_note(before.idle_notes, [finding], NOON))
    entry = derive_audit(before, action)
    assert entry
    assert (entry.action, entry.actor, entry.door) == ("RepairStarted", "sweep", Door.SWEEP)
    assert "ClusterStopped" in (entry.detail or "")
    wire = plan_swept_operation(before, SweepAction.REPAIR)
    assert wire
    repair = start_operation(before, OperationRequest.from_wire(wire), NOON)
    assert repair
    begun = derive_audit(before, repair)
    assert begun
    assert (begun.action, begun.actor) == (OperationKind.REPAIR, "sweep")
    assert begun.operation_id == repair.latest.id


def test_every_kind_of_action_by_itself_is_known():
    tables = (IDLE_EVENTS, EXPIRY_EVENTS, BUDGET_EVENTS)
    known = {name for table in tables for name, _ in table.values()}
    others = {WAKE_REQUESTED, FAILED_CREATION_DELETED, "ApprovalTimedOut"}
    assert known | others == SWEEP_EVENTS
    assert SWEEP_ACTOR == SWEEP_CALLER


def test_a_record_that_is_there_stays_as_it_is():
    first = a_record_of("1").to_wire()
    shard = add(None, first)
    assert shard == {"1": first}
    assert add(shard, {**first, "code": "Changed"}) is None
    again = add(shard, a_record_of("2").to_wire())
    assert again
    assert read_records(again) == [a_record_of("1"), a_record_of("2")]


def test_the_shard_of_a_record_is_of_its_day_and_environment():
    key = audit_key("fraud-llm", NOON)
    assert key == audit_key("fraud-llm", NOON + timedelta(hours=11))
    assert day_of(key) == NOON.date()
    assert audit_key("fraud-llm", NOON + timedelta(hours=12)) != key
    assert len({audit_key(f"e{each}", NOON) for each in range(500)}) == SHARDS_OF_A_DAY


@pytest.mark.parametrize(
    ("hours_before", "hours_after", "days"),
    [(0, 1, [22]), (13, 1, [22, 21]), (12, 12, [22]), (36, 0, [22, 21])],
)
def test_a_window_has_the_days_that_it_touches(
    hours_before: int, hours_after: int, days: list[int]
):
    start, end = NOON - timedelta(hours=hours_before), NOON + timedelta(hours=hours_after)
    assert [day.day for day in days_of_window(start, end)] == days


@pytest.mark.parametrize(
    ("start", "end", "first", "count"),
    [
        (FIRST_MOMENT, FIRST_MOMENT + timedelta(days=1), "0001-01-01", 1),
        (LAST_MOMENT - timedelta(days=1), LAST_MOMENT, "9999-12-31", 2),
    ],
)
def test_a_window_may_touch_the_first_and_the_last_day(
    start: datetime, end: datetime, first: str, count: int
):
    days = list(days_of_window(start, end))
    assert (days[0].isoformat(), len(days)) == (first, count)


@pytest.mark.parametrize(
    ("after", "until"),
    [
        (None, NOON),
        (NOON - minutes(1), NOON - minutes(1) + timedelta(microseconds=1)),
        (NOON, NOON),
        (LAST_MOMENT, NOON),
    ],
)
def test_what_is_left_of_a_window_ends_with_the_last_record_that_was_read(
    after: datetime | None, until: datetime
):
    place = AuditPosition(after, "1") if after else None
    query = AuditQuery(NOON - minutes(9), NOON, 9, lambda center: True, after=place)
    assert query.until == until


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({}, ["4", "3", "2b", "2a", "1"]),
        ({"actor": ALICE}, ["4", "3", "2b", "2a", "1"]),
        ({"actor": ALICE.upper()}, ["4", "3", "2b", "2a", "1"]),
        ({"actor": "sweep"}, []),
        ({"environment": "other"}, ["4"]),
        ({"start": NOON + minutes(2)}, ["4", "3", "2b", "2a"]),
        ({"end": NOON + minutes(3)}, ["2b", "2a", "1"]),
        ({"after": AuditPosition(NOON + minutes(2), "2b")}, ["2a", "1"]),
        ({"size": 1}, ["4", "3"]),
        ({"admits": lambda center: center == "RISK-7"}, ["4"]),
    ],
)
def test_a_query_selects_newest_first(changes: dict[str, Any], ids: list[str]):
    records = [
        a_record_of("2a", 2),
        a_record_of("1", 1),
        a_record_of("2b", 2),
        a_record_of("4", 4, environment="other", cost_center="RISK-7"),
        a_record_of("3", 3),
    ]
    asked: dict[str, Any] = {"start": NOON, "end": NOON + minutes(9), "size": 9}
    query = AuditQuery(**{"admits": lambda center: True, **asked, **changes})
    assert [record.id for record in query.select(records)] == ids


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2026-11-22T12:00:00Z",
        "x_1",
        "2026-11-22T12:00:00_1",
        "0001-01-01T00:00:00+14:00_1",
        "9999-12-31T23:59:59-14:00_1",
    ],
)
def test_a_place_that_no_page_names_is_none(text: str):
    assert AuditPosition.parse(text) is None
    place = AuditPosition(NOON, "a_b")
    assert AuditPosition.parse(str(place)) == place


def test_ids_and_hashes_tell_requests_apart():
    assert hash_request("POST /a", b"1") != hash_request("POST /a", b"2")
    assert hash_request("POST /a", b"1") != hash_request("POST /b", b"1")
    assert derive_stamp_id(NOON, "a", None) == derive_stamp_id(NOON, "a", None)
    assert derive_stamp_id(NOON, "a") != derive_stamp_id(NOON + minutes(1), "a")
