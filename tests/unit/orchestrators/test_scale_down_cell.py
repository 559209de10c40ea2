import pytest

from domain import deadlines
from domain.arm.pacing import spread
from domain.durable.inputs import (
    CellDemand,
    OperationWait,
    PoolInput,
    ScalingInput,
    WorkloadInput,
)
from domain.outcomes import Outcome, Status
from domain.serving.gateway.settings import GatewayState
from orchestrators.scale_down_cell import scale_down_cell
from tests.support.engine import After, Run, run
from tests.support.payloads import (
    BUSY,
    CANCELED,
    KEPT,
    QUOTA,
    SUCCEEDED,
    a_scaling,
    accepted,
    failed,
)
from tests.support.specs import NOON, a_spec, minutes

CELL = "fraud-llm.1.cell.westeurope"
POOL_WAIT = f"await_operation {CELL}.gpuPool.1"
THROTTLED = failed("Throttled", retryable=True, retry_after_seconds=20)
NOT_OURS = failed("ResourceNotOwned")
READ = Outcome.succeeded(**KEPT.to_wire())


def scale_down(activities=None, children=None, value=None, **options) -> Run:
    return run(
        scale_down_cell,
        value or a_scaling(),
        instance_id=CELL,
        activities={
            "get_gpu_pool": READ,
            "apply_workload": SUCCEEDED,
            "begin_empty_gpu_pool": accepted("managedCluster"),
            **(activities or {}),
        },
        children={"await_operation": SUCCEEDED, **(children or {})},
        **options,
    )


def test_settings_are_kept_and_the_traffic_moves_once_aks_has_accepted():
    done = scale_down()
    assert done.lines == [
        "note cell/westeurope/settings Running",
        "call get_gpu_pool westeurope",
        "note cell/westeurope/settings Succeeded",
        "tell keep_pool westeurope",
        "note cell/westeurope/gpuPool Running",
        "call begin_empty_gpu_pool westeurope",
        "note cell/westeurope/workload Running",
        "call apply_workload westeurope",
        "note cell/westeurope/workload Succeeded",
        "note cell/westeurope/gpuPool Running",
        f"start {POOL_WAIT}",
        "note cell/westeurope/gpuPool Succeeded",
    ]
    assert done.outcome == SUCCEEDED


def test_the_settings_that_were_read_are_told_to_the_record():
    told = scale_down().input_of("keep_pool westeurope")
    assert told == {"region": "westeurope", "kept": KEPT.to_wire()}


def test_the_replicas_of_the_specification_are_kept_where_the_deployment_has_none():
    demand = CellDemand.of(a_spec(workload={"image": "llm", "replicas": 2}))
    value = ScalingInput.from_wire(a_scaling()).model_copy(update={"demand": demand})
    done = scale_down(value=value.to_wire())
    assert PoolInput.from_wire(done.input_of("get_gpu_pool")).replicas == 2


@pytest.mark.parametrize("kept", [None, KEPT], ids=["first sleep", "slept before"])
def test_what_is_kept_already_goes_along_to_the_pool(kept):
    done = scale_down(value=a_scaling(kept=kept))
    assert PoolInput.from_wire(done.input_of("get_gpu_pool")).kept == kept


def test_the_gateway_says_asleep_and_the_replicas_go():
    workload = WorkloadInput.from_wire(scale_down().input_of("apply_workload"))
    assert (workload.replicas, workload.state) == (0, GatewayState.ASLEEP)


def test_a_pool_that_is_at_zero_already_is_not_waited_for():
    done = scale_down({"begin_empty_gpu_pool": SUCCEEDED})
    assert done.steps("start") == []
    assert "call apply_workload westeurope" in done.lines, "the gateway says asleep all the same"
    assert done.outcome.is_success


def test_settings_that_azure_throttles_are_read_again():
    done = scale_down({"get_gpu_pool": [THROTTLED, THROTTLED, READ]})
    first, second = (spread(20, f"fraud-llm.1 cell/westeurope/settings {n}", n) for n in (1, 2))
    assert done.steps("call get", "timer", "tell") == [
        "call get_gpu_pool westeurope",
        f"timer {first:g} s",
        "call get_gpu_pool westeurope",
        f"timer {second:g} s",
        "call get_gpu_pool westeurope",
        "tell keep_pool westeurope",
    ]
    assert done.outcome.is_success


def test_settings_that_are_never_answered_end_the_cell_with_its_nodes_untouched():
    """An outage of Azure costs the operation's time, not the step's."""
    done = scale_down({"get_gpu_pool": THROTTLED}, value=a_scaling(30))
    assert done.lines[-1] == "note cell/westeurope/settings Failed (Throttled)"
    assert done.outcome == THROTTLED
    assert 0 <= done.seconds - 30 * 60 < 25
    assert done.seconds > deadlines.POOL_SETTINGS


@pytest.mark.parametrize(
    ("activities", "children", "last"),
    [
        pytest.param(
            {"get_gpu_pool": NOT_OURS},
            {},
            "note cell/westeurope/settings Failed (ResourceNotOwned)",
            id="somebody else's cluster: neither kept nor touched",
        ),
        pytest.param(
            {"apply_workload": QUOTA},
            {},
            "note cell/westeurope/gpuPool Succeeded",
            id="workload: the nodes go all the same",
        ),
        pytest.param(
            {"begin_empty_gpu_pool": QUOTA},
            {},
            "note cell/westeurope/gpuPool Failed (QuotaExceeded)",
            id="pool refused",
        ),
        pytest.param(
            {},
            {"await_operation": QUOTA},
            "note cell/westeurope/gpuPool Failed (QuotaExceeded)",
            id="pool failed later",
        ),
    ],
)
def test_a_failure_for_good_ends_the_cell_there(activities, children, last: str):
    done = scale_down(activities, children)
    assert done.lines[-1] == last
    assert not done.outcome.is_success


def test_a_pool_that_aks_refuses_to_scale_keeps_its_traffic():
    done = scale_down({"begin_empty_gpu_pool": QUOTA})
    assert "call apply_workload westeurope" not in done.lines


def test_a_busy_cluster_that_accepts_later_moves_the_traffic_once():
    accept = accepted("managedCluster")
    done = scale_down({"begin_empty_gpu_pool": [BUSY, accept]})
    assert done.steps("call") == [
        "call get_gpu_pool westeurope",
        "call begin_empty_gpu_pool westeurope",
        "call begin_empty_gpu_pool westeurope",
        "call apply_workload westeurope",
    ]


def test_nothing_is_kept_when_nothing_was_read():
    assert scale_down({"get_gpu_pool": NOT_OURS}).steps("tell") == []


def test_a_busy_cluster_is_begun_again_when_it_may_be_free():
    done = scale_down({"begin_empty_gpu_pool": [BUSY, accepted("managedCluster")]})
    assert done.steps("timer") == ["timer 15 s"]
    assert done.outcome.is_success


def test_the_wait_for_the_pool_ends_with_its_step_or_with_the_operation():
    alone = OperationWait.from_wire(scale_down().input_of(POOL_WAIT))
    assert (alone.operation.deadline - NOON).total_seconds() == pytest.approx(
        deadlines.EMPTY_GPU_POOL, abs=5
    )
    late = scale_down(value=a_scaling(deadline_minutes=10))
    assert OperationWait.from_wire(late.input_of(POOL_WAIT)).operation.deadline == NOON + minutes(
        10
    )


@pytest.mark.parametrize(
    ("cancel_after", "calls", "passed_on"),
    [
        pytest.param(0.5, 1, [], id="while the settings are read"),
        pytest.param(1.5, 2, [], id="while the workload goes"),
        pytest.param(30, 3, [f"send cancel to {CELL}.gpuPool.1"], id="while nodes go"),
    ],
)
def test_whenever_it_is_canceled_it_ends_at_once_and_begins_nothing_more(
    cancel_after: float, calls: int, passed_on: list[str]
):
    done = scale_down(cancel_after=cancel_after)
    assert len(done.steps("call")) == calls
    assert done.steps("send") == passed_on
    assert done.outcome == CANCELED
    assert done.seconds <= cancel_after + 1


def test_settings_that_were_read_in_time_are_kept_even_if_canceled_meanwhile():
    done = scale_down({"get_gpu_pool": After(3, READ)}, cancel_after=1)
    assert done.steps("tell") == ["tell keep_pool westeurope"]
    assert done.outcome.status is Status.CANCELED
