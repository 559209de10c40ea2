"""Operations that wait for a second person, on a simulated clock."""

from datetime import timedelta
from typing import Any

import pytest

from domain import deadlines
from domain.durable.inputs import EdgeInput
from domain.environment.approval import ApprovalState
from domain.environment.operation import OperationKind
from orchestrators.provision_environment import provision_environment
from orchestrators.update_environment import update_environment
from tests.support.approvals import a_waiting_request, an_answer
from tests.support.engine import Run, run
from tests.support.specs import NOON
from tests.unit.orchestrators.test_provision_environment import BUILT

HOUR = 3600.0
ASKED = "entity fraud-llm request_approval"
EDGE = "wire_edge fraud-llm.1.edge"


def wait(state: ApprovalState | None = None, after_hours: float = 0, **options: Any) -> Run:
    after = after_hours * HOUR
    decision = an_answer(state, NOON + timedelta(seconds=after)).to_wire() if state else None
    return run(
        provision_environment,
        a_waiting_request().to_wire(),
        activities={},
        children=BUILT,
        approval=(after, decision) if decision else None,
        **options,
    )


@pytest.mark.parametrize("after_hours", [1.0, 7.0, 23.5])
def test_an_approved_operation_begins_with_all_of_its_time(after_hours: float):
    done = wait(ApprovalState.APPROVED, after_hours)
    assert done.outcome.is_success
    assert done.lines[0] == ASKED
    decided = done.lines.index("entity fraud-llm decide_approval approved")
    assert done.lines[decided + 1] == "entity fraud-llm start_operation"
    edge = EdgeInput.from_wire(done.input_of(EDGE))
    waited = timedelta(hours=after_hours, seconds=1)
    assert edge.operation.deadline == NOON + waited + timedelta(seconds=deadlines.PROVISION)
    assert ("tell fraud-llm remind_of_approval fraud-llm.1" in done.lines) is (after_hours > 6)


def test_a_rejected_operation_builds_nothing():
    done = wait(ApprovalState.REJECTED, 2)
    assert done.lines == [
        ASKED,
        "timer 21600 s",
        "cancel timer",
        "entity fraud-llm decide_approval rejected",
    ]
    assert not done.outcome.is_success


def test_without_an_answer_it_ends_at_the_deadline():
    done = wait()
    assert done.lines[-1] == "entity fraud-llm decide_approval timedOut"
    assert done.lines.count("tell fraud-llm remind_of_approval fraud-llm.1") == 1
    assert done.seconds == pytest.approx(24 * HOUR, abs=5)


def test_a_cancellation_ends_the_waiting():
    done = wait(cancel_after=3 * HOUR)
    assert done.lines[-1] == "entity fraud-llm decide_approval withdrawn"
    assert done.seconds == pytest.approx(3 * HOUR, abs=5)


def test_an_operation_that_the_record_has_left_behind_does_not_wait():
    done = wait(entity={"request_approval": False})
    assert done.lines == [ASKED]


def test_an_answer_that_comes_too_late_begins_nothing():
    done = wait(ApprovalState.APPROVED, 1, entity={"decide_approval": False})
    assert "entity fraud-llm start_operation" not in done.lines


def test_a_change_of_a_live_environment_waits_likewise():
    request = a_waiting_request(OperationKind.UPDATE, 2).to_wire()
    rejected = an_answer(ApprovalState.REJECTED, NOON + timedelta(hours=1), 2).to_wire()
    done = run(update_environment, request, approval=(HOUR, rejected), instance_id="fraud-llm.2")
    assert done.lines[-1] == "entity fraud-llm decide_approval rejected"
