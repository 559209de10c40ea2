import pytest

from domain.durable.inputs import CellInput
from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.outcomes import Outcome, Status
from domain.placement.attempts import CellPlacement
from domain.placement.offers import Offer, list_offers
from domain.spec.model import EnvironmentSpec
from orchestrators.update_environment import update_environment
from tests.support.engine import After, Run, run
from tests.support.payloads import CANCELED, HOST, QUOTA, SUCCEEDED
from tests.support.specs import NOON, a_request, a_spec, spec_body

EDGE, WEST = "fraud-llm.2.edge", "fraud-llm.2.cell.westeurope"
CLUSTER = "/subscriptions/1/.../managedClusters/gp-fraud-llm-westeurope"
CELL = {"clusterId": "/cluster", "fqdn": "gp.hcp.azmk8s.io", "externalIp": "20.61.0.2", "nodes": 1}
CHANGED_SPEC = a_spec(costCenter="ML-9")
CHANGED = {
    "wire_edge": Outcome.succeeded(hostName=HOST),
    "provision_cell": After(300, Outcome.succeeded(region="westeurope", **CELL)),
    "await_edge": SUCCEEDED,
}


def update(spec: EnvironmentSpec = CHANGED_SPEC, **script) -> Run:
    return run(
        update_environment,
        a_request(OperationKind.UPDATE, 2, spec=spec).to_wire(),
        activities={"list_remaining_resources": Outcome.succeeded(resourceIds=[CLUSTER])},
        children={**CHANGED, **script.pop("children", {})},
        instance_id="fraud-llm.2",
        **script,
    )


def end_of(done: Run) -> OperationEnd:
    return OperationEnd.from_wire(done.input_of("end_operation"))


def test_edge_and_cell_side_by_side_then_the_probe_then_ready():
    done = update()
    assert done.lines == [
        "entity fraud-llm start_operation",
        f"start wire_edge {EDGE}",
        f"start provision_cell {WEST}",
        "note probe Running",
        "start await_edge fraud-llm.2.probe",
        "note probe Succeeded",
        "entity fraud-llm end_operation Ready",
    ]
    assert end_of(done).endpoint == f"https://{HOST}"
    started = done.input_of("start_operation")
    assert (started["request"]["spec"]["costCenter"], started["at"]) == ("ML-9", NOON.isoformat())


def test_an_update_that_the_record_refuses_changes_nothing():
    done = update(entity={"start_operation": False})
    assert done.lines == ["entity fraud-llm start_operation"]
    assert done.outcome.status is Status.CANCELED


def test_a_failed_update_takes_no_gpu_away_and_lists_what_is_there():
    done = update(children={"provision_cell": QUOTA})
    end = end_of(done)
    assert (end.phase, end.outcome.failure) == (Phase.FAILED, QUOTA.failure)
    assert end.remaining == (CLUSTER,)
    assert done.steps("call") == ["call list_remaining_resources"]


def test_a_specification_without_replicas_is_not_probed():
    workload = {"image": "registry.example.com/llm:1.4.2", "replicas": 0}
    done = update(a_spec(workload=workload))
    assert done.steps("note") == ["note probe Succeeded (Skipped: no replica is required.)"]
    assert done.steps("start await_edge") == []
    assert end_of(done).phase is Phase.READY


def test_a_canceled_update_ends_its_children_and_says_so():
    done = update(cancel_after=100)
    assert end_of(done).phase is Phase.CANCELED
    assert f"send cancel to {WEST}" in done.lines
    assert done.outcome == CANCELED


MOVABLE = a_spec(placement={"regions": ["northeurope"]})
HOME, MOVED = list_offers(MOVABLE, "westeurope")
CELL_STEP, ORIGIN = "provision_cell fraud-llm.2.cell.westeurope", "begin_resource origin"


def update_of_a_cell(built: str, offer: Offer | None = None, origin: Outcome = SUCCEEDED) -> Run:
    """`offer`: that its nodes were granted with. `built`: the region where it is afterwards."""
    placements = {"westeurope": CellPlacement(offer=offer)} if offer else {}
    request = a_request(
        OperationKind.UPDATE, 2, spec=MOVABLE, placements=placements, may_change_offers=True
    )
    return run(
        update_environment,
        request.to_wire(),
        activities={
            ORIGIN: origin,
            "begin_delete_resource origin": SUCCEEDED,
            "list_remaining_resources": Outcome.succeeded(resourceIds=[]),
        },
        children={**CHANGED, "provision_cell": Outcome.succeeded(region=built, **CELL)},
        instance_id="fraud-llm.2",
    )


@pytest.mark.parametrize("offer", [None, MOVED], ids=["a single offer so far", "moved before"])
def test_a_cell_knows_what_it_has_its_nodes_with_and_where(offer: Offer | None):
    done = update_of_a_cell((offer or HOME).region, offer)
    cell = CellInput.from_wire(done.input_of(CELL_STEP))
    assert (cell.granted, cell.built_in) == (offer or HOME, (offer or HOME).region)


@pytest.mark.parametrize(
    ("built", "offer", "followed"),
    [
        pytest.param("westeurope", None, [], id="it has not moved"),
        pytest.param(
            "northeurope",
            None,
            [f"call {ORIGIN} northeurope", "call begin_delete_resource origin westeurope"],
            id="it has moved",
        ),
        pytest.param(
            "northeurope",
            MOVED,
            ["call begin_delete_resource origin westeurope"],
            id="it had moved before: what an earlier operation left goes",
        ),
    ],
)
def test_the_origins_follow_a_cell_that_has_moved(
    built: str, offer: Offer | None, followed: list[str]
):
    done = update_of_a_cell(built, offer)
    assert done.steps("call") == followed
    assert done.outcome == SUCCEEDED


def test_a_cell_that_has_moved_is_not_ready_without_its_origin():
    done = update_of_a_cell("northeurope", origin=QUOTA)
    assert done.outcome == QUOTA
    assert done.steps("start await_edge", "call begin_delete") == []


@pytest.mark.parametrize(
    ("kind", "minutes"),
    [(OperationKind.UPDATE, 80), (OperationKind.REPAIR, 80), (OperationKind.PROVISION, 20)],
)
def test_replicas_that_are_replaced_have_the_time_to_start_in_turns(
    kind: OperationKind, minutes: int
):
    workload = {**spec_body()["workload"], "replicas": 4}
    spec = a_spec(gpu={**spec_body()["gpu"], "maxNodes": 8}, workload=workload)
    request = a_request(kind, 2, spec=spec).to_wire()
    done = run(update_environment, request, children=CHANGED, instance_id="fraud-llm.2")
    cell = CellInput.from_wire(done.input_of("provision_cell"))
    assert cell.demand.startup_minutes == minutes
