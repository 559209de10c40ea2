import pytest

from domain.environment.operation import (
    Operation,
    OperationKind,
    Step,
    build_operation_id,
    first_failure,
    parse_operation_id,
)
from domain.environment.operation_views import build_operation_view
from domain.environment.steps import plan_delete_steps, plan_provision_steps
from domain.outcomes import Failure, Outcome, Status
from tests.support.specs import NOON

FAILURE = Failure(reason="X", message="m", retryable=False, suggested_action="a")


def an_operation(*statuses: Status, status=Status.RUNNING) -> Operation:
    return Operation(
        id="fraud-llm.1",
        kind=OperationKind.PROVISION,
        environment="fraud-llm",
        status=status,
        created_at=NOON,
        last_action_at=NOON,
        steps=tuple(Step(name=str(i), status=s) for i, s in enumerate(statuses)),
    )


@pytest.mark.parametrize("sequence", [12, 999_999_999])
def test_an_operation_id_names_its_environment_and_sequence(sequence: int):
    assert parse_operation_id(build_operation_id("fraud-llm", sequence)) == ("fraud-llm", sequence)


@pytest.mark.parametrize(
    "text",
    [
        "sweep",
        "",
        ".1",
        "fraud-llm.",
        "sweep.dry-run",
        "fraud-llm.1.cell",
        "fraud-llm.cell.1",
        "a.²",
        "a.1000000000",
    ],
)
def test_what_is_no_operation_id_names_nothing(text: str):
    assert parse_operation_id(text) is None


DONE, RUNS = Status.SUCCEEDED, Status.RUNNING


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
            [Outcome.canceled(), Outcome.canceled(FAILURE)],
            Outcome.canceled(FAILURE),
            id="canceled in Azure is the cause of the cancellation here",
        ),
        pytest.param(
            [Outcome.succeeded(), Outcome.canceled()], Outcome.canceled(), id="canceled only"
        ),
    ],
)
def test_one_outcome_decides_for_all(outcomes, expected):
    assert first_failure(outcomes) == expected


def test_deletion_takes_the_edge_apart_in_the_reverse_order():
    created = [key for key in plan_provision_steps(["a", "b"]) if key.path[0] == "edge"]
    deleted = [key for key in plan_delete_steps(["a", "b"]) if key.path[0] == "edge"]
    assert deleted == created[::-1]


def test_every_step_name_is_planned_once():
    steps = [key.name for key in plan_provision_steps(["a", "b"])]
    assert len(set(steps)) == len(steps)
