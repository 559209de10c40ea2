"""Which specification an update compares Azure with."""

from typing import Any

import pytest

from domain.environment.applied_spec import BODIES_VERSION, AppliedSpec, find_base
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation
from domain.outcomes import Failure, Outcome
from domain.spec.model import EnvironmentSpec
from tests.support.specs import NOON, a_record, a_request, a_spec

PROVISION, UPDATE, REPAIR = OperationKind.PROVISION, OperationKind.UPDATE, OperationKind.REPAIR
SCALE_DOWN, WAKE, DELETE = OperationKind.SCALE_DOWN, OperationKind.WAKE, OperationKind.DELETE
FIRST, SECOND, THIRD = (a_spec(costCenter=f"ML-{number}") for number in (1, 2, 3))
SUCCEEDED = Outcome.succeeded()
FAILED = Outcome.failed(
    Failure(reason="Boom", message="Boom.", retryable=False, suggested_action="Look.")
)
GOALS = {SCALE_DOWN: Phase.SCALED_DOWN, DELETE: Phase.DELETED}

type Past = list[tuple[OperationKind, EnvironmentSpec, Outcome]]


def a_record_after(past: Past) -> EnvironmentRecord:
    record: EnvironmentRecord | None = None
    for sequence, (kind, spec, outcome) in enumerate(past, 1):
        record = start_operation(record, a_request(kind, sequence, spec=spec), NOON)
        assert record
        goal = GOALS.get(kind, Phase.READY)
        phase = goal if outcome.is_success else Phase.FAILED
        end = OperationEnd(
            operation_id=f"fraud-llm.{sequence}", phase=phase, outcome=outcome, at=NOON
        )
        record = end_operation(record, end)
    assert record
    return record


def base_of(past: Past, kind: OperationKind = UPDATE) -> EnvironmentSpec | None:
    """For an operation of this kind that follows."""
    sequence = len(past) + 1
    record = start_operation(a_record_after(past), a_request(kind, sequence, spec=THIRD), NOON)
    assert record
    return find_base(record.applied, record.operations[-1])


@pytest.mark.parametrize(
    ("past", "base"),
    [
        pytest.param([(PROVISION, FIRST, SUCCEEDED)], FIRST, id="provision"),
        pytest.param(
            [(PROVISION, FIRST, SUCCEEDED), (UPDATE, SECOND, SUCCEEDED)], SECOND, id="update"
        ),
        pytest.param(
            [
                (PROVISION, FIRST, SUCCEEDED),
                (SCALE_DOWN, FIRST, SUCCEEDED),
                (WAKE, FIRST, SUCCEEDED),
            ],
            FIRST,
            id="slept",
        ),
        pytest.param(
            [(PROVISION, FIRST, SUCCEEDED), (UPDATE, SECOND, FAILED)], None, id="failed update"
        ),
        pytest.param(
            [(PROVISION, FIRST, SUCCEEDED), (UPDATE, SECOND, Outcome.canceled())],
            None,
            id="canceled update",
        ),
        pytest.param(
            [
                (PROVISION, FIRST, SUCCEEDED),
                (UPDATE, SECOND, FAILED),
                (SCALE_DOWN, SECOND, SUCCEEDED),
                (WAKE, SECOND, SUCCEEDED),
            ],
            None,
            id="what a failed update left is still there",
        ),
        pytest.param(
            [
                (PROVISION, FIRST, SUCCEEDED),
                (UPDATE, SECOND, FAILED),
                (REPAIR, SECOND, SUCCEEDED),
            ],
            SECOND,
            id="repaired",
        ),
        pytest.param(
            [
                (PROVISION, FIRST, SUCCEEDED),
                (DELETE, FIRST, SUCCEEDED),
                (PROVISION, SECOND, FAILED),
            ],
            None,
            id="created again",
        ),
    ],
)
def test_the_base_is_what_was_last_built_in_full(past: Past, base: EnvironmentSpec | None):
    assert base_of(past) == base


def test_a_repair_sets_everything_again():
    assert base_of([(PROVISION, FIRST, SUCCEEDED)], REPAIR) is None


def test_a_new_life_under_the_same_name_forgets_what_was_applied():
    past: Past = [(PROVISION, FIRST, SUCCEEDED), (DELETE, FIRST, SUCCEEDED)]
    record = start_operation(a_record_after(past), a_request(PROVISION, 3, spec=SECOND), NOON)
    assert record
    assert record.applied is None


@pytest.mark.parametrize(
    "applied",
    [
        pytest.param(None, id="a record of an earlier version"),
        pytest.param(
            AppliedSpec(spec=FIRST, bodies_version=BODIES_VERSION - 1), id="other bodies"
        ),
    ],
)
def test_what_an_earlier_version_sent_is_no_base(applied: AppliedSpec | None):
    assert find_base(applied, a_record(a_request(UPDATE)).operations[-1]) is None


def test_the_record_does_not_hold_the_workload_twice():
    long = ["y" * 1000]
    workload: dict[str, Any] = {"env": {"KEY": "x" * 1000}, "command": long, "args": long}
    spec = a_spec(workload={"image": "registry.example.com/llm:1", **workload})
    wire = a_record_after([(PROVISION, spec, SUCCEEDED)]).to_wire()
    assert len(str(wire["applied"])) < 1500
    assert wire["spec"]["workload"]["env"] == workload["env"]
    assert EnvironmentRecord.from_wire(wire).applied == AppliedSpec.of(spec)
