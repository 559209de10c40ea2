import pytest

from domain import deadlines
from domain.durable.inputs import (
    CellDemand,
    GatewayInput,
    OperationWait,
    PoolInput,
    ReadyWait,
    ScalingInput,
    WorkloadInput,
)
from domain.outcomes import Outcome
from domain.placement.blocklist import Blocklist, RefusedOffer, add_block
from domain.placement.offers import list_offers
from domain.serving.gateway.settings import GatewayState
from orchestrators.wake_cell import wake_cell
from tests.support.engine import Run, run
from tests.support.payloads import (
    BUSY,
    CANCELED,
    KEPT,
    QUOTA,
    SUCCEEDED,
    a_scaling,
    accepted,
    an_operation_ref,
    failed,
)
from tests.support.specs import NOON, a_spec, minutes

CELL = "fraud-llm.1.cell.westeurope"
H100 = "Standard_NC40ads_H100_v5"
POOL_WAIT = f"await_operation {CELL}.gpuPool.1"
SCALER_WAIT = f"await_operation {CELL}.autoscaler.1"
READY_WAIT = f"await_ready {CELL}.ready"
READY = Outcome.succeeded(externalIp="20.61.0.2", nodes=2)


def wake(activities=None, children=None, deadline_minutes=240, **options) -> Run:
    return run(
        wake_cell,
        a_scaling(deadline_minutes, KEPT),
        instance_id=CELL,
        activities={
            "begin_wake_gpu_pool": accepted("managedCluster"),
            "apply_gateway": SUCCEEDED,
            "apply_workload": SUCCEEDED,
            **(activities or {}),
        },
        children={"await_operation": SUCCEEDED, "await_ready": READY, **(children or {})},
        **options,
    )


def test_gateway_and_replicas_then_nodes_then_autoscaler():
    done = wake()
    assert done.lines == [
        "note cell/westeurope/gateway Running",
        "call apply_gateway westeurope",
        "note cell/westeurope/gateway Succeeded",
        "note cell/westeurope/workload Running",
        "call apply_workload westeurope",
        "note cell/westeurope/workload Succeeded",
        "note cell/westeurope/gpuPool Running",
        "call begin_wake_gpu_pool westeurope",
        "note cell/westeurope/gpuPool Running",
        f"start {POOL_WAIT}",
        "note cell/westeurope/gpuPool Succeeded",
        "note cell/westeurope/autoscaler Running",
        "call begin_wake_gpu_pool westeurope",
        "note cell/westeurope/autoscaler Running",
        f"start {SCALER_WAIT}",
        "note cell/westeurope/autoscaler Succeeded",
        f"start {READY_WAIT}",
        "note cell/westeurope/serving Running",
        "call apply_workload westeurope",
        "note cell/westeurope/serving Succeeded",
    ]
    assert done.outcome == READY


def test_callers_are_told_that_the_model_wakes_until_its_replicas_are_ready():
    done = wake()
    gateway = GatewayInput.from_wire(done.input_of("apply_gateway"))
    applied = [
        WorkloadInput.from_wire(value)
        for label, value in done.inputs
        if label.startswith("apply_workload")
    ]
    assert gateway.state is GatewayState.WAKING
    assert [(each.replicas, each.state) for each in applied] == [
        (3, GatewayState.WAKING),
        (3, GatewayState.SERVING),
    ]


def test_both_requests_go_back_to_the_same_kept_settings():
    pools = [
        PoolInput.from_wire(value)
        for label, value in wake().inputs
        if label.startswith("begin_wake_gpu_pool")
    ]
    assert [pool.kept for pool in pools] == [KEPT, KEPT]


def test_a_pool_that_is_awake_already_is_not_waited_for():
    done = wake({"begin_wake_gpu_pool": SUCCEEDED})
    assert done.steps("start") == [f"start {READY_WAIT}"]
    assert done.outcome.is_success


def test_a_cluster_still_busy_with_the_first_request_gets_the_second_one_later():
    answers = [accepted("managedCluster"), BUSY, BUSY, accepted("managedCluster")]
    done = wake({"begin_wake_gpu_pool": answers})
    assert done.steps("timer") == ["timer 15 s"] * 2
    assert done.outcome.is_success


@pytest.mark.parametrize(
    ("activities", "children", "last"),
    [
        pytest.param(
            {"begin_wake_gpu_pool": QUOTA},
            {},
            "note cell/westeurope/gpuPool Failed (QuotaExceeded)",
            id="no quota for its nodes",
        ),
        pytest.param(
            {"begin_wake_gpu_pool": [accepted("managedCluster"), QUOTA]},
            {},
            "note cell/westeurope/autoscaler Failed (QuotaExceeded)",
            id="autoscaler refused",
        ),
        pytest.param(
            {},
            {POOL_WAIT: QUOTA},
            "note cell/westeurope/gpuPool Failed (QuotaExceeded)",
            id="nodes failed later",
        ),
        pytest.param(
            {"apply_workload": QUOTA},
            {},
            "note cell/westeurope/workload Failed (QuotaExceeded)",
            id="workload refused",
        ),
        pytest.param(
            {"apply_workload": [SUCCEEDED, QUOTA]},
            {},
            "note cell/westeurope/serving Failed (QuotaExceeded)",
            id="gateway not told",
        ),
        pytest.param(
            {"apply_gateway": QUOTA},
            {},
            "note cell/westeurope/gateway Failed (QuotaExceeded)",
            id="no gateway, before anything is paid",
        ),
    ],
)
def test_a_failure_for_good_ends_the_cell_there(activities, children, last: str):
    done = wake(activities, children)
    assert done.steps("note")[-1] == last
    assert done.outcome == QUOTA


def test_a_model_that_never_gets_ready_is_not_said_to_serve():
    stuck = failed("ImagePullFailed")
    done = wake(children={"await_ready": stuck})
    assert done.lines[-1] == f"start {READY_WAIT}"
    assert done.outcome == stuck


def test_each_wait_ends_with_its_own_step():
    done = wake()
    first, second = (OperationWait.from_wire(done.input_of(w)) for w in (POOL_WAIT, SCALER_WAIT))
    ready = ReadyWait.from_wire(done.input_of(READY_WAIT))
    for wait in (first, second):
        left = (wait.operation.deadline - wait.begun_at).total_seconds()
        assert left == pytest.approx(deadlines.START_GPU_POOL, abs=2)
    assert (ready.operation.deadline - ready.started_at).total_seconds() == deadlines.READINESS


def test_no_wait_outlasts_the_operation():
    done = wake(deadline_minutes=5)
    for label in (POOL_WAIT, SCALER_WAIT):
        wait = OperationWait.from_wire(done.input_of(label))
        assert wait.operation.deadline == NOON + minutes(5)
    assert ReadyWait.from_wire(done.input_of(READY_WAIT)).operation.deadline == NOON + minutes(5)


@pytest.mark.parametrize(
    ("cancel_after", "calls", "passed_on"),
    [
        pytest.param(0.5, 1, [], id="while the gateway is applied"),
        pytest.param(1.5, 2, [], id="while the workload is applied"),
        pytest.param(2.5, 3, [], id="before anything was accepted"),
        pytest.param(30, 3, [f"send cancel to {CELL}.gpuPool.1"], id="nodes"),
        pytest.param(90, 4, [f"send cancel to {CELL}.autoscaler.1"], id="autoscaler"),
        pytest.param(150, 4, [f"send cancel to {CELL}.ready"], id="readiness"),
    ],
)
def test_whenever_it_is_canceled_it_ends_at_once_and_begins_nothing_more(
    cancel_after: float, calls: int, passed_on: list[str]
):
    done = wake(cancel_after=cancel_after)
    assert len(done.steps("call")) == calls
    assert done.steps("send") == passed_on
    assert done.outcome == CANCELED
    assert done.seconds <= cancel_after + 1


SPEC = a_spec(placement={"vmSizes": [H100], "regions": ["northeurope"]})
IN_NORTH = tuple(each for each in list_offers(SPEC, "westeurope") if each.region == "northeurope")


def wake_with_alternatives(answers: list[Outcome], blocklist: Blocklist | None = None) -> Run:
    """The cell for westeurope, which is in northeurope."""
    value = ScalingInput(
        operation=an_operation_ref(600),
        cell="westeurope",
        offers=IN_NORTH,
        granted=IN_NORTH[0],
        demand=CellDemand.of(SPEC),
        kept=KEPT,
    )
    return run(
        wake_cell,
        value.to_wire(),
        instance_id=CELL,
        activities={
            "begin_wake_gpu_pool": answers,
            "apply_gateway": SUCCEEDED,
            "apply_workload": SUCCEEDED,
        },
        children={"await_ready": READY},
        entity={"read all": (blocklist or Blocklist()).to_wire()},
    )


def test_a_cell_that_is_refused_its_nodes_wakes_with_the_next_offer():
    done = wake_with_alternatives([failed("AllocationFailed"), SUCCEEDED, SUCCEEDED])
    again = "note cell/northeurope/attempt-2"
    assert done.steps("note") == [
        *(
            f"note cell/northeurope/{step} {status}"
            for step in ("gateway", "workload")
            for status in ("Running", "Succeeded")
        ),
        "note cell/northeurope/gpuPool Running",
        "note cell/northeurope/gpuPool Failed (AllocationFailed)",
        *(
            f"{again}/{step} {status}"
            for step in ("gateway", "workload", "gpuPool", "autoscaler", "serving")
            for status in ("Running", "Succeeded")
        ),
    ]
    sent = [value for label, value in done.inputs if label.startswith("begin_wake_gpu_pool")]
    first, second = (each.to_wire() for each in IN_NORTH)
    assert [each["offer"] for each in sent] == [first, second, second]
    attempts = [value["attempt"] for label, value in done.inputs if "record_attempt" in label]
    assert {each["cell"] for each in attempts} == {"westeurope"}


def test_the_offer_that_a_cell_had_its_nodes_with_is_tried_whatever_others_were_refused():
    refused = failed("AllocationFailed").failure
    assert refused
    block = RefusedOffer(offer=IN_NORTH[0], failure=refused, at=NOON)
    done = wake_with_alternatives([SUCCEEDED, SUCCEEDED], add_block(Blocklist(), block))
    assert not [line for line in done.lines if "Skipped" in line]
    assert done.outcome.is_success
