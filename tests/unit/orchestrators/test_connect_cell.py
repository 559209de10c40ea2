from typing import Any

from domain.durable.inputs import ConnectionInput
from orchestrators.connect_cell import connect_cell
from tests.support.engine import Run, run
from tests.support.payloads import (
    CANCELED,
    NO_SERVICE,
    NOT_REQUESTED,
    QUOTA,
    SUCCEEDED,
    accepted,
    an_operation_ref,
)

ME = "fraud-llm.1.cell.westeurope.connection"
APPROVAL = accepted("privateLink", adopted=True)


def connect(attempt: int = 1, **activities: Any) -> Run:
    value = ConnectionInput(
        operation=an_operation_ref(120), region="westeurope", attempt=attempt
    ).to_wire()
    answers = {"begin_resource": accepted("origin"), "begin_approve_connection": SUCCEEDED}
    return run(
        connect_cell,
        value,
        instance_id=ME,
        activities=answers | activities,
        children={"await_operation": SUCCEEDED},
    )


def test_the_connection_is_approved_once_the_origin_has_asked_for_it():
    done = connect(begin_approve_connection=[NOT_REQUESTED, APPROVAL, SUCCEEDED])
    assert done.steps("call", "start", "timer") == [
        "call begin_resource origin westeurope",
        "start await_operation fraud-llm.1.cell.westeurope.origin.1",
        "call begin_approve_connection privateLink westeurope",
        "timer 15 s",
        "call begin_approve_connection privateLink westeurope",
        "start await_operation fraud-llm.1.cell.westeurope.privateLink.2",
        "call begin_approve_connection privateLink westeurope",
    ]
    assert done.steps("note")[-1] == "note cell/westeurope/privateLink Succeeded"
    assert done.outcome.is_success


def test_the_origin_waits_for_the_service_that_the_cluster_makes():
    done = connect(begin_resource=[NO_SERVICE, NO_SERVICE, accepted("origin")])
    assert done.steps("timer") == ["timer 15 s"] * 2
    assert done.outcome.is_success


def test_an_origin_that_is_refused_ends_it():
    done = connect(begin_resource=QUOTA)
    assert done.steps("call") == ["call begin_resource origin westeurope"]
    assert done.outcome.failure == QUOTA.failure


def test_each_attempt_at_a_cell_has_steps_of_its_own():
    assert connect(attempt=2).steps("note")[0] == "note cell/westeurope/attempt-2/origin Running"


def test_a_request_that_never_arrives_ends_at_the_operations_deadline():
    done = connect(begin_approve_connection=NOT_REQUESTED)
    assert done.outcome == NOT_REQUESTED
    assert done.outcome != CANCELED
