import pytest

from domain.environment.operation import (
    Operation,
    OperationKind,
    OperationStatus,
    Step,
    build_operation_id,
    environment_of,
    first_failure,
)
from domain.environment.steps import plan_delete_steps, plan_provision_steps
from domain.environment.views import build_operation_view
from domain.outcomes import Failure, Outcome
from tests.support.specs import NOON

FAILURE = Failure(reason="X", message="m", retryable=False, suggested_action="a")


def an_operation(*statuses: OperationStatus, status=OperationStatus.RUNNING) -> Operation:
    return Operation(
        id="fraud-llm.1",
        kind=OperationKind.PROVISION,
        environment="fraud-llm",
        status=status,
        created_at=NOON,
        last_action_at=NOON,
        steps=tuple(Step(name=str(i), status=s) for i, s in enumerate(statuses)),
    )


def test_an_operation_id_names_its_environment():
    assert environment_of(build_operation_id("fraud-llm", 12)) == "fraud-llm"


DONE, RUNS = OperationStatus.SUCCEEDED, OperationStatus.RUNNING


@pytest.mark.parametrize(
    ("operation", "percent"),
    [
        pytest.param(an_operation(), 0, id="no steps"),
        pytest.param(an_operation(DONE, DONE, RUNS), 66, id="two of three"),
        pytest.param(an_operation(DONE, RUNS, status=DONE), 100, id="succeeded is all of it"),
    ],
)
def test_percent_complete_counts_steps(operation: Operation, percent: int):
    assert build_operation_view(operation).percent_complete == percent


def test_times_are_written_in_utc():
    shown = build_operation_view(an_operation()).to_wire()
    assert shown["createdDateTime"] == "2026-11-22T12:00:00Z"


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        pytest.param([Outcome.succeeded()], None, id="all well"),
        pytest.param(
            [Outcome.canceled(), Outcome.failed(FAILURE)],
            Outcome.failed(FAILURE),
            id="the failure is the cause of the cancellation",
        ),
        pytest.param(
            [Outcome.succeeded(), Outcome.canceled()], Outcome.canceled(), id="canceled only"
        ),
    ],
)
def test_one_outcome_decides_for_all(outcomes, expected):
    assert first_failure(outcomes) == expected


def test_deletion_takes_the_edge_apart_in_the_reverse_order():
    created = [s for s in plan_provision_steps(["a", "b"]) if s.startswith("edge/")]
    deleted = [s for s in plan_delete_steps(["a", "b"]) if s.startswith("edge/")]
    assert deleted == created[::-1]


def test_every_step_name_is_planned_once():
    steps = plan_provision_steps(["a", "b"])
    assert len(set(steps)) == len(steps)
