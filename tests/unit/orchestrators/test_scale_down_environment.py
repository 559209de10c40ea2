import pytest

from domain import deadlines
from domain.durable.inputs import ScalingInput
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.outcomes import Outcome, Status
from orchestrators.scale_down_environment import scale_down_environment
from tests.support.engine import After, Run, run
from tests.support.payloads import CANCELED, KEPT, QUOTA, SUCCEEDED
from tests.support.specs import NOON, a_request, a_spec

ME = "fraud-llm.2"
POOL = "/clusters/gp-fraud-llm-we/agentPools/gpu"
WEST, SWEDEN = f"{ME}.cell.westeurope", f"{ME}.cell.swedencentral"


def scale_down(children=None, **options) -> Run:
    spec = a_spec(regions=["westeurope", "swedencentral"])
    return run(
        scale_down_environment,
        a_request(OperationKind.SCALE_DOWN, 2, spec=spec).to_wire(),
        instance_id=ME,
        children={"scale_down_cell": After(200, SUCCEEDED), **(children or {})},
        activities={"list_remaining_resources": Outcome.succeeded(resourceIds=[POOL])},
        **options,
    )


def end_of(done: Run) -> OperationEnd:
    return OperationEnd.from_wire(done.input_of("end_operation"))


def test_all_cells_side_by_side_then_scaled_down():
    done = scale_down()
    assert done.lines == [
        "entity fraud-llm start_operation",
        "entity fraud-llm get_kept_pools",
        f"start scale_down_cell {WEST}",
        f"start scale_down_cell {SWEDEN}",
        "entity fraud-llm end_operation ScaledDown",
    ]
    assert done.outcome == SUCCEEDED
    assert done.seconds < 210, "nothing waits for its turn"
    end = end_of(done)
    assert (end.operation_id, end.phase, end.cells) == (ME, Phase.SCALED_DOWN, ())


def test_each_cell_gets_what_the_record_keeps_of_it_until_the_operations_end():
    done = scale_down(entity={"get_kept_pools": {"swedencentral": KEPT.to_wire()}})
    west, sweden = (
        ScalingInput.from_wire(done.input_of(f"scale_down_cell {cell}")) for cell in (WEST, SWEDEN)
    )
    assert (west.region, west.kept) == ("westeurope", None)
    assert (sweden.region, sweden.kept) == ("swedencentral", KEPT)
    assert (west.operation.deadline - NOON).total_seconds() == deadlines.SCALE_DOWN


def test_a_cell_that_fails_does_not_keep_the_others_awake():
    done = scale_down({f"scale_down_cell {WEST}": After(10, QUOTA)})
    assert done.steps("send") == []
    assert done.seconds > 200
    assert done.outcome == QUOTA
    assert (end_of(done).phase, end_of(done).outcome) == (Phase.FAILED, QUOTA)
    assert end_of(done).remaining == (POOL,), "its nodes may still cost"


def test_a_child_that_breaks_counts_as_a_failure():
    done = scale_down({f"scale_down_cell {WEST}": RuntimeError("boom")})
    assert done.outcome.failure
    assert done.outcome.failure.message == "'scale_down_cell' failed: boom"
    assert end_of(done).phase is Phase.FAILED


@pytest.mark.parametrize(
    ("cancel_after", "passed_on"),
    [
        pytest.param(0.5, [], id="before it is on record"),
        pytest.param(1.5, [], id="before any cell has begun"),
        pytest.param(100, [WEST, SWEDEN], id="while the cells scale down"),
    ],
)
def test_a_cancellation_is_passed_on_to_every_cell(cancel_after: float, passed_on: list[str]):
    done = scale_down(cancel_after=cancel_after)
    assert done.steps("send") == [f"send cancel to {child}" for child in passed_on]
    assert end_of(done).phase is Phase.CANCELED
    assert done.outcome.status is Status.CANCELED
    assert done.lines[-1].startswith("entity fraud-llm end_operation"), "the deletion waits for it"
    assert done.seconds <= cancel_after + 5


def test_an_operation_that_the_record_refuses_ends_without_touching_anything():
    done = scale_down(entity={"start_operation": False})
    assert done.lines == ["entity fraud-llm start_operation"]
    assert done.outcome == CANCELED
