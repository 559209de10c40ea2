import pytest

from domain import deadlines
from domain.durable.inputs import EdgeWait, ScalingInput, WorkloadInput
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.outcomes import Outcome, Status
from domain.serving.gateway.settings import GatewayState
from orchestrators.wake_environment import wake_environment
from tests.support.engine import After, Run, run
from tests.support.payloads import CANCELED, HOST, KEPT, QUOTA, SUCCEEDED, failed
from tests.support.specs import NOON, a_request, a_spec

ME = "fraud-llm.3"
POOL = "/clusters/gp-fraud-llm-we/agentPools/gpu"
WEST, SWEDEN = f"{ME}.cell.westeurope", f"{ME}.cell.swedencentral"
OTHER = KEPT.model_copy(update={"count": 1, "replicas": 1})
KEPT_POOLS = {"westeurope": KEPT.to_wire(), "swedencentral": OTHER.to_wire()}


def wake(children=None, entity=None, **options) -> Run:
    spec = a_spec(regions=["westeurope", "swedencentral"])
    return run(
        wake_environment,
        a_request(OperationKind.WAKE, 3, spec=spec, host_name=HOST).to_wire(),
        instance_id=ME,
        children={"wake_cell": After(400, SUCCEEDED), "await_edge": SUCCEEDED, **(children or {})},
        activities={
            "begin_empty_gpu_pool": SUCCEEDED,
            "apply_workload": SUCCEEDED,
            "list_remaining_resources": Outcome.succeeded(resourceIds=[POOL]),
        },
        entity={"get_kept_pools": KEPT_POOLS, **(entity or {})},
        **options,
    )


def end_of(done: Run) -> OperationEnd:
    return OperationEnd.from_wire(done.input_of("end_operation"))


def test_all_cells_side_by_side_then_the_probe_then_ready():
    done = wake()
    assert done.lines == [
        "entity fraud-llm start_operation",
        "entity fraud-llm get_kept_pools",
        f"start wake_cell {WEST}",
        f"start wake_cell {SWEDEN}",
        "note probe Running",
        f"start await_edge {ME}.probe",
        "note probe Succeeded",
        "entity fraud-llm end_operation Ready",
    ]
    assert done.outcome == SUCCEEDED
    assert done.seconds < 400 + 60 + 5, "nothing waits for its turn"


def test_each_cell_gets_its_own_kept_settings_until_the_operations_end():
    done = wake()
    cells = [ScalingInput.from_wire(done.input_of(f"wake_cell {cell}")) for cell in (WEST, SWEDEN)]
    assert [(cell.region, cell.kept) for cell in cells] == [
        ("westeurope", KEPT),
        ("swedencentral", OTHER),
    ]
    assert all(cell.granted == cell.offers[0] for cell in cells), "what each had its nodes with"
    assert (cells[0].operation.deadline - NOON).total_seconds() == deadlines.WAKE


def test_the_model_is_asked_where_it_answered_before_it_slept():
    wait = EdgeWait.from_wire(wake().input_of("await_edge"))
    assert (wait.probe.host_name, wait.probe.path) == (HOST, "/health")


def test_a_cell_that_fails_cancels_the_others_and_the_environment():
    done = wake({f"wake_cell {WEST}": After(10, QUOTA)})
    assert done.steps("send", "start await", "call") == [
        f"send cancel to {SWEDEN}",
        "call begin_empty_gpu_pool westeurope",
        "call begin_empty_gpu_pool swedencentral",
        "call apply_workload westeurope",
        "call apply_workload swedencentral",
        "call list_remaining_resources",
    ], "nodes that were woken in vain must not go on costing"
    told = [WorkloadInput.from_wire(v) for n, v in done.inputs if n.startswith("apply_workload")]
    assert {(each.replicas, each.state) for each in told} == {(0, GatewayState.ASLEEP)}
    assert done.outcome == QUOTA
    assert (end_of(done).phase, end_of(done).remaining) == (Phase.FAILED, (POOL,))
    assert done.seconds < 20


def test_a_model_that_never_answers_fails_the_waking():
    silent = failed("EdgePropagationTimeout", retryable=True)
    done = wake({"await_edge": silent})
    assert (done.outcome, end_of(done).phase) == (silent, Phase.FAILED)


def test_where_nothing_is_kept_nothing_is_woken():
    done = wake(entity={"get_kept_pools": {}})
    assert done.steps("start", "note") == []
    failure = done.outcome.failure
    assert failure
    assert (failure.reason, failure.retryable) == ("NothingToWake", False)
    assert "westeurope, swedencentral" in failure.message
    assert (end_of(done).phase, end_of(done).outcome) == (Phase.FAILED, done.outcome)


def test_a_cell_that_never_slept_is_left_as_it_is():
    """Its settings are kept first of all: without them a scale-down changed nothing there."""
    done = wake(entity={"get_kept_pools": {"swedencentral": OTHER.to_wire()}})
    assert done.steps("start") == [f"start wake_cell {SWEDEN}", f"start await_edge {ME}.probe"]
    assert end_of(done).phase is Phase.READY


@pytest.mark.parametrize(
    ("supersede_after", "passed_on"),
    [
        pytest.param(0.5, [], id="before anything was started"),
        pytest.param(100, [WEST, SWEDEN], id="while its cells wake"),
        pytest.param(430, [f"{ME}.probe"], id="while the model is asked"),
    ],
)
def test_a_deletion_that_cancels_it_is_passed_on(supersede_after: float, passed_on: list[str]):
    done = wake(supersede_after=supersede_after)
    assert done.steps("send") == [f"send cancel to {child}" for child in passed_on]
    assert done.outcome.status is Status.CANCELED
    assert done.lines[-1].startswith("entity fraud-llm end_operation"), "the deletion waits for it"
    assert done.seconds <= supersede_after + 5


def test_an_operation_that_the_record_refuses_ends_without_touching_anything():
    done = wake(entity={"start_operation": False})
    assert done.lines == ["entity fraud-llm start_operation"]
    assert done.outcome == CANCELED
