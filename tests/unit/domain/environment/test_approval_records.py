from datetime import timedelta
from typing import Any

import pytest

from domain.environment.approval import ApprovalState, ApprovedPlan, digest_spec, show_value
from domain.environment.approval_records import (
    begin_on_record,
    decide_approval,
    remind_of_approval,
    request_approval,
)
from domain.environment.approval_views import build_approval_view
from domain.environment.operation import OperationKind
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation
from domain.events.cloud_events import derive_event
from domain.outcomes import Outcome, Status
from domain.requests.command import CANCEL, RETRY, Command, CommandKind
from domain.requests.command_decision import decide
from domain.requests.decision import AlreadyStarted, Cancel, Refused, Start
from tests.support.approvals import a_demand, a_waiting_request, an_answer
from tests.support.callers import ALICE, BOB
from tests.support.specs import NOON, a_record, a_request, a_spec, minutes

CHANGED = a_spec(owner="other@example.com")


def present[T](value: T | None) -> T:
    assert value is not None
    return value


def ready() -> EnvironmentRecord:
    end = OperationEnd(
        operation_id="fraud-llm.1",
        phase=Phase.READY,
        outcome=Outcome.succeeded(),
        at=NOON,
        endpoint="https://x",
    )
    return end_operation(a_record(), end)


def a_change(**changes: Any) -> OperationRequest:
    return a_waiting_request(OperationKind.UPDATE, 2, spec=CHANGED, **changes)


CREATION = present(request_approval(None, a_waiting_request(), NOON))
CHANGE = present(request_approval(ready(), a_change(), NOON))


def test_a_creation_waits_in_a_phase_of_its_own():
    assert (CREATION.phase, CREATION.active_operation) == (
        Phase.AWAITING_APPROVAL,
        "fraud-llm.1",
    )
    operation = CREATION.operations[-1]
    assert (operation.status, operation.is_waiting) == (Status.NOT_STARTED, True)
    assert present(operation.approval).deadline == NOON + timedelta(hours=24)
    assert (CREATION.events[-1].type, CREATION.events[-1].actor) == ("ApprovalRequested", ALICE)
    assert CREATION.waiting == operation


def test_a_live_environment_stays_as_it_is_while_its_change_waits():
    before = ready()
    assert (CHANGE.phase, CHANGE.spec, CHANGE.active_operation) == (
        Phase.READY,
        before.spec,
        None,
    )
    assert CHANGE.sequence == 2
    assert CHANGE.latest == before.operations[-1]
    assert not CHANGE.has_failed


@pytest.mark.parametrize("record", [CREATION, CHANGE])
def test_what_waits_is_put_on_record_once(record: EnvironmentRecord):
    request = a_waiting_request() if record is CREATION else a_change()
    assert request_approval(record, request, NOON + minutes(1)) is record
    assert start_operation(record, request, NOON) is None, "before it is approved"
    assert begin_on_record(record, request, NOON) is record


@pytest.mark.parametrize(
    ("record", "request_"),
    [
        (ready(), a_waiting_request(OperationKind.UPDATE, 1)),
        (a_record(), a_waiting_request(OperationKind.UPDATE, 2)),
        (a_record(), a_waiting_request(OperationKind.PROVISION, 2)),
    ],
)
def test_what_may_not_begin_does_not_wait(record: EnvironmentRecord, request_: OperationRequest):
    known = record.find_operation(request_.operation_id)
    assert request_approval(record, request_, NOON) is None or known


def test_an_approved_creation_begins():
    approved = present(decide_approval(CREATION, an_answer()))
    assert approved.events[-1].type == "ApprovalGranted"
    assert approved.events[-1].actor == BOB
    begun = present(start_operation(approved, a_waiting_request(), NOON + minutes(5)))
    assert (begun.phase, begun.active_operation) == (Phase.PROVISIONING, "fraud-llm.1")
    (operation,) = begun.operations
    assert (operation.status, operation.created_at) == (Status.RUNNING, NOON)
    assert present(operation.approval).decided_by == BOB
    assert begun.approved == ApprovedPlan(
        spec_digest=digest_spec(a_spec()), usd_per_month=a_demand().usd_per_month
    )
    assert begun.generation == 1


def test_an_approved_change_begins_with_its_specification():
    approved = present(decide_approval(CHANGE, an_answer(sequence=2)))
    assert approved.phase is Phase.READY
    begun = present(start_operation(approved, a_change(), NOON))
    assert (begun.phase, begun.spec, begun.generation) == (Phase.UPDATING, CHANGED, 2)
    assert [each.id for each in begun.operations] == ["fraud-llm.1", "fraud-llm.2"]


@pytest.mark.parametrize(
    ("state", "reason", "event"),
    [
        (ApprovalState.REJECTED, "ApprovalRejected", "ApprovalRejected"),
        (ApprovalState.TIMED_OUT, "ApprovalTimedOut", "ApprovalTimedOut"),
        (ApprovalState.WITHDRAWN, None, "ApprovalWithdrawn"),
    ],
)
def test_what_is_not_approved_ends_canceled(state: ApprovalState, reason: str | None, event: str):
    created = present(decide_approval(CREATION, an_answer(state)))
    assert (created.phase, created.active_operation) == (Phase.CANCELED, None)
    assert (created.failure and created.failure.reason) == reason
    changed = present(decide_approval(CHANGE, an_answer(state, sequence=2)))
    assert (changed.phase, changed.failure, changed.spec) == (Phase.READY, None, a_spec())
    assert not changed.has_failed, "what serves has not failed"
    for record in (created, changed):
        operation = record.operations[-1]
        assert operation.status is Status.CANCELED
        assert (operation.failure and operation.failure.reason) == reason
        assert record.events[-1].type == event
        assert record.waiting is None
        assert decide_approval(record, an_answer(sequence=record.sequence)) is None


def test_another_operation_overtakes_a_change_that_waits():
    scaled = present(start_operation(CHANGE, a_request(OperationKind.SCALE_DOWN, 3), NOON))
    assert scaled.waiting is None
    overtaken = present(scaled.find_operation("fraud-llm.2"))
    assert (overtaken.status, present(overtaken.failure).reason) == (
        Status.CANCELED,
        "ApprovalOvertaken",
    )
    assert decide_approval(scaled, an_answer(sequence=2)) is None
    approved = present(decide_approval(CHANGE, an_answer(sequence=2)))
    later = present(start_operation(approved, a_request(OperationKind.SCALE_DOWN, 3), NOON))
    assert start_operation(later, a_change(), NOON) is None, "approved, and overtaken since"
    assert present(later.find_operation("fraud-llm.2")).has_ended


def test_a_reminder_is_for_what_still_waits():
    reminded = present(remind_of_approval(CREATION, "fraud-llm.1", NOON))
    assert reminded.events[-1].type == "ApprovalReminder"
    rejected = present(decide_approval(CREATION, an_answer(ApprovalState.REJECTED)))
    assert remind_of_approval(rejected, "fraud-llm.1", NOON) is None


@pytest.mark.parametrize(
    ("record", "kind", "expected"),
    [
        pytest.param(CREATION, CANCEL, Cancel("fraud-llm.1"), id="a creation is canceled"),
        pytest.param(CHANGE, CANCEL, Cancel("fraud-llm.2"), id="a change is canceled"),
        pytest.param(CREATION, OperationKind.WAKE, "WrongPhase", id="nothing to wake"),
        pytest.param(CREATION, RETRY, "WrongPhase", id="nothing has failed"),
        pytest.param(CREATION, OperationKind.DELETE, "fraud-llm.2", id="deleted"),
        pytest.param(CHANGE, OperationKind.SCALE_DOWN, "fraud-llm.3", id="used meanwhile"),
        pytest.param(CHANGE, OperationKind.DELETE, "fraud-llm.3", id="deleted meanwhile"),
    ],
)
def test_every_waiting_has_an_exit(record: EnvironmentRecord, kind: CommandKind, expected: Any):
    decision = decide(record, Command(kind, "fraud-llm", waits=True))
    match decision:
        case Start(request):
            assert request.operation_id == expected
        case Refused(code, is_passing=is_passing):
            assert (code, is_passing) == (expected, False), "approval may take days"
        case _:
            assert decision == expected


def test_the_same_request_again_is_the_one_that_waits():
    create = Command(OperationKind.PROVISION, "fraud-llm", a_spec())
    assert decide(CREATION, create) == AlreadyStarted("fraud-llm.1")
    update = Command(OperationKind.UPDATE, "fraud-llm", CHANGED)
    assert decide(CHANGE, update) == AlreadyStarted("fraud-llm.2")
    other = Command(OperationKind.UPDATE, "fraud-llm", a_spec(owner="third@example.com"))
    assert isinstance(decide(CHANGE, other), Start)
    refused = decide(CREATION, Command(OperationKind.PROVISION, "fraud-llm", CHANGED))
    assert isinstance(refused, Refused)
    assert "/cancel" in refused.message


def test_a_rejected_change_is_neither_retried_nor_a_failure():
    rejected = present(decide_approval(CHANGE, an_answer(ApprovalState.REJECTED, sequence=2)))
    assert isinstance(decide(rejected, Command(RETRY, "fraud-llm")), Refused)
    again = decide(rejected, Command(OperationKind.UPDATE, "fraud-llm", CHANGED))
    assert isinstance(again, Start)


def test_a_rejected_creation_is_asked_for_again():
    rejected = present(decide_approval(CREATION, an_answer(ApprovalState.REJECTED)))
    assert rejected.was_never_approved
    again = decide(rejected, Command(OperationKind.PROVISION, "fraud-llm", a_spec()))
    assert isinstance(again, Start)
    waiting = a_waiting_request(sequence=2)
    assert present(request_approval(rejected, waiting, NOON)).phase is Phase.AWAITING_APPROVAL


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (None, CREATION, "approval-requested"),
        (CREATION, remind_of_approval(CREATION, "fraud-llm.1", NOON), "approval-reminder"),
        (CREATION, decide_approval(CREATION, an_answer()), "approval-decided"),
    ],
)
def test_approvals_are_published(
    before: EnvironmentRecord | None, after: EnvironmentRecord | None, name: str
):
    publication = present(derive_event(before, present(after), "/s"))
    assert publication.event.type == f"io.gridplane.environment.{name}.v1"
    assert publication.event.id == f"fraud-llm.1.{name}"
    assert publication.event.data["approval"]["usdPerMonth"] == 6000.0


def test_a_view_names_what_ends_the_waiting():
    view = present(build_approval_view(CREATION.operations[-1]))
    assert view.actions == ("approve", "reject", "cancel")
    approved = present(decide_approval(CREATION, an_answer()))
    answered = present(build_approval_view(approved.operations[-1]))
    assert answered.actions == ()
    kept = present(approved.operations[-1].approval)
    assert answered.decided_date_time == kept.decided_at is not None
    assert (answered.decided_by, answered.reason) == (kept.decided_by, kept.reason)
    assert build_approval_view(a_record().operations[-1]) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, None), ("a", "a"), (5, "5"), (["a"], '["a"]'), ("x" * 200, "x" * 97 + "...")],
)
def test_values_are_shown_as_short_text(value: Any, text: str | None):
    assert show_value(value) == text


def test_what_was_never_begun_counts_from_its_beginning():
    later = NOON + minutes(60)
    approved = present(decide_approval(CREATION, an_answer()))
    assert approved.was_never_begun
    begun = present(start_operation(approved, a_waiting_request(), later))
    assert (begun.was_never_begun, begun.created_at) == (False, later)
    rejected = present(decide_approval(CREATION, an_answer(ApprovalState.REJECTED)))
    again = present(request_approval(rejected, a_waiting_request(sequence=2), later))
    assert again.was_never_begun
    deleted = present(start_operation(again, a_request(OperationKind.DELETE, 3), later))
    assert (deleted.was_never_begun, deleted.created_at) == (False, later)
    assert not CHANGE.was_never_begun
