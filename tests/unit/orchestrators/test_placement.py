"""A cell tries its offers in turn, lists each, and leaves nothing behind where it was refused."""

from typing import Any

from domain.durable.inputs import CellDemand, CellInput
from domain.outcomes import Outcome
from domain.placement.blocklist import Blocklist, RefusedOffer, add_block
from domain.placement.offers import list_offers
from orchestrators.provision_cell import provision_cell
from tests.support.engine import Run, run
from tests.support.payloads import BUSY, SUCCEEDED, an_operation_ref, failed
from tests.support.specs import NOON, a_spec

A100, H100 = "Standard_NC24ads_A100_v4", "Standard_NC40ads_H100_v5"
CELL = "fraud-llm.1.cell.westeurope"
SPEC = a_spec(placement={"zones": ["1"], "vmSizes": [H100], "regions": ["northeurope"]})
FIRST, ZONE, SIZE, SIZE_IN_ZONE, MOVED, *_ = list_offers(SPEC, "westeurope")
NO_CAPACITY = failed("AllocationFailed")
NO_QUOTA = failed("QuotaExceeded")
NO_CLUSTERS = failed("AksCapacityExceeded")
READY = Outcome.succeeded(externalIp="20.61.0.2", nodes=1)
BUILT = Outcome.succeeded(fqdn="gp.hcp.azmk8s.io").about("/cluster")


def place(activities: dict[str, Any], *, offers=None, entity=None, children=None, **cell) -> Run:
    value = CellInput(
        operation=an_operation_ref(600),
        cell="westeurope",
        offers=offers or list_offers(SPEC, "westeurope"),
        demand=CellDemand.of(SPEC),
        **cell,
    )
    return run(
        provision_cell,
        value.to_wire(),
        instance_id=CELL,
        activities={
            "begin_resource resourceGroup": SUCCEEDED,
            "begin_resource managedCluster": BUILT,
            "begin_resource agentPool": SUCCEEDED,
            "begin_resource autoUpgradeSchedule": SUCCEEDED,
            "begin_resource nodeOSUpgradeSchedule": SUCCEEDED,
            "begin_delete_resource": SUCCEEDED,
            "apply_workload": SUCCEEDED,
            "apply_gateway": SUCCEEDED,
            **activities,
        },
        children={"await_ready": READY, **(children or {})},
        entity=entity,
    )


def attempts(done: Run) -> list[str]:
    """As the record gets to know them; offers in the cell's own region without it."""
    told = [line.partition(" attempt ")[2] for line in done.lines if " attempt " in line]
    return [each.removeprefix("westeurope ") for each in told]


def blocked(offer, reason: str) -> dict[str, Any]:
    failure = failed(reason).failure
    assert failure
    return add_block(Blocklist(), RefusedOffer(offer=offer, failure=failure, at=NOON)).to_wire()


def test_a_cell_with_one_offer_records_no_attempt():
    done = place({}, offers=(FIRST,))
    assert done.outcome.is_success
    assert not attempts(done)
    assert not done.steps("entity")


def test_the_next_offer_is_tried_once_azure_has_no_capacity_for_the_first():
    done = place({"begin_resource managedCluster": [NO_CAPACITY, BUILT]})
    assert done.outcome.is_success
    assert done.outcome.result["region"] == "westeurope"
    assert attempts(done) == [
        f"{A100} Running",
        f"{A100} Refused",
        f"{A100} 1 Running",
        f"{A100} 1 Succeeded",
    ]
    assert done.steps("tell blocklist") == ["tell blocklist add AllocationFailed"]
    assert done.steps("note")[-10:-4] == [
        "note cell/westeurope/attempt-2/gpuPool Running",
        "note cell/westeurope/attempt-2/gpuPool Succeeded",
        "note cell/westeurope/attempt-2/workload Running",
        "note cell/westeurope/attempt-2/workload Succeeded",
        "note cell/westeurope/attempt-2/gateway Running",
        "note cell/westeurope/attempt-2/gateway Succeeded",
    ]
    sent = [value for label, value in done.inputs if label.startswith("begin_resource managed")]
    assert [each["offer"]["zones"] for each in sent] == [[], ["1"]]


def test_nodes_that_never_come_lead_to_the_next_offer():
    children = {"await_ready": [failed("ScaleUpFailed"), READY]}
    done = place({}, children=children)
    assert done.outcome.is_success
    assert attempts(done)[:2] == [f"{A100} Running", f"{A100} Refused"]
    assert done.steps("start") == [
        f"start await_ready {CELL}.ready",
        f"start await_ready {CELL}.attempt-2.ready",
    ]


def test_another_failure_ends_it():
    done = place({"begin_resource managedCluster": failed("PolicyDenied")})
    assert done.outcome == failed("PolicyDenied")
    assert attempts(done) == [f"{A100} Running", f"{A100} Failed"]
    assert not done.steps("tell blocklist")


def test_what_azure_refused_lately_is_skipped():
    entity = {"read all": blocked(FIRST, "AllocationFailed")}
    done = place({}, entity=entity)
    assert attempts(done) == [
        f"{A100} Skipped",
        f"{A100} 1 Running",
        f"{A100} 1 Succeeded",
    ]
    assert "note cell/westeurope/managedCluster Succeeded" in done.lines, "the first attempt"


def test_a_cell_keeps_the_offer_that_it_has_whatever_others_were_refused():
    entity = {"read all": blocked(FIRST, "AllocationFailed")}
    done = place({}, entity=entity, granted=FIRST, built_in="westeurope")
    assert attempts(done) == [f"{A100} Running", f"{A100} Succeeded"]


def test_a_cell_that_moves_is_deleted_where_it_was():
    refused = [NO_CLUSTERS] * 4
    done = place({"begin_resource managedCluster": [*refused, BUILT]})
    assert done.outcome.result["region"] == "northeurope"
    assert done.steps("call begin_delete") == [
        "call begin_delete_resource managedCluster westeurope",
        "call begin_delete_resource resourceGroup westeurope",
    ]
    deleted = done.lines.index("call begin_delete_resource resourceGroup westeurope")
    created = done.lines.index("call begin_resource resourceGroup northeurope")
    assert deleted < created


def test_a_cell_that_cannot_be_deleted_where_it_was_does_not_move():
    locked = failed("ScopeLocked")
    activities = {
        "begin_resource managedCluster": NO_CLUSTERS,
        "begin_delete_resource managedCluster": locked,
    }
    done = place(activities)
    assert done.outcome == locked
    assert not done.steps("call begin_resource resourceGroup northeurope")


def test_a_region_that_another_cell_has_moved_to_is_skipped():
    offers = (FIRST, MOVED)
    entity = {"record_attempt": [True, False]}
    done = place({"begin_resource managedCluster": NO_CAPACITY}, offers=offers, entity=entity)
    assert done.outcome.failure
    assert done.outcome.failure.reason == "AllocationFailed"
    assert attempts(done)[-2:] == [
        f"northeurope {A100} Running",
        f"northeurope {A100} Skipped",
    ]


def test_a_cell_whose_offers_are_all_refused_fails_with_each_of_them():
    done = place({"begin_resource managedCluster": NO_CAPACITY}, offers=(FIRST, SIZE))
    failure = done.outcome.failure
    assert failure
    assert failure.reason == "AllocationFailed"
    assert f"{A100} (regular) in westeurope: AllocationFailed" in failure.message
    assert f"{H100} (regular) in westeurope: AllocationFailed" in failure.message


def test_a_cell_that_an_earlier_operation_built_elsewhere_is_deleted_there():
    done = place({}, built_in="northeurope")
    assert done.steps("call begin_delete") == [
        "call begin_delete_resource managedCluster northeurope",
        "call begin_delete_resource resourceGroup northeurope",
    ]
    assert done.outcome.is_success


def test_the_last_offer_waits_for_its_nodes_until_the_deadline():
    done = place({}, offers=(FIRST, SIZE), children={"await_ready": [failed("ScaleUpFailed")] * 2})
    waits = [value for label, value in done.inputs if label.startswith("await_ready")]
    assert [wait["hasAlternative"] for wait in waits] == [True, False]


def test_a_busy_cluster_is_no_refusal():
    done = place({"begin_resource managedCluster": [BUSY, BUILT]})
    assert attempts(done) == [f"{A100} Running", f"{A100} Succeeded"]
