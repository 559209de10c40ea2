from domain.durable.inputs import DeletionInput
from domain.environment.steps import plan_cell, plan_cell_deletion, plan_edge
from orchestrators.delete_resources import delete_resources
from tests.support.engine import After, Run, run
from tests.support.payloads import (
    BUSY,
    CANCELED,
    QUOTA,
    SUCCEEDED,
    accepted,
    an_operation_ref,
    failed,
)

ME = "fraud-llm.1.cell.westeurope"
LOCKED = failed("ResourceLocked")


def delete(targets, activities=None, children=None, **options) -> Run:
    value = DeletionInput(operation=an_operation_ref(120), targets=tuple(reversed(targets)))
    return run(
        delete_resources,
        value.to_wire(),
        instance_id=ME,
        activities={
            "begin_delete_resource": SUCCEEDED,
            "begin_delete_resource resourceGroup": accepted("resourceGroup", deleting=True),
            **(activities or {}),
        },
        children={"await_operation": SUCCEEDED, **(children or {})},
        **options,
    )


def test_a_cell_goes_cluster_first_then_its_group():
    cluster = accepted("managedCluster", deleting=True)
    done = delete(plan_cell("westeurope"), {"begin_delete_resource managedCluster": cluster})
    assert done.lines == [
        "note cell/westeurope/managedCluster Running",
        "call begin_delete_resource managedCluster westeurope",
        "note cell/westeurope/managedCluster Running",
        "start await_operation fraud-llm.1.cell.westeurope.managedCluster.1",
        "note cell/westeurope/managedCluster Succeeded",
        "note cell/westeurope/resourceGroup Running",
        "call begin_delete_resource resourceGroup westeurope",
        "note cell/westeurope/resourceGroup Running",
        f"start await_operation {ME}.resourceGroup.1",
        "note cell/westeurope/resourceGroup Succeeded",
    ]
    assert done.outcome.is_success


def test_the_edge_goes_in_the_reverse_order_of_its_creation():
    done = delete(plan_edge(["westeurope"]))
    assert done.steps("call") == [
        "call begin_delete_resource securityPolicy",
        "call begin_delete_resource wafPolicy",
        "call begin_delete_resource route",
        "call begin_delete_resource origin westeurope",
        "call begin_delete_resource originGroup",
        "call begin_delete_resource endpoint",
        "call begin_delete_resource profile",
        "call begin_delete_resource resourceGroup",
    ]


def test_a_private_cell_loses_its_origin_first_and_every_connection_before_its_cluster():
    last_one = failed("OriginInUse", retryable=True)
    removal = accepted("privateLink", deleting=True, adopted=True)
    done = delete(
        tuple(reversed(plan_cell_deletion("westeurope", has_private_origins=True))),
        {
            "begin_delete_resource origin": [last_one, SUCCEEDED],
            "begin_delete_resource managedCluster": [
                removal,
                removal,
                accepted("managedCluster", deleting=True),
            ],
        },
    )
    assert done.steps("call", "timer") == [
        "call begin_delete_resource origin westeurope",
        "timer 15 s",
        "call begin_delete_resource origin westeurope",
        *(["call begin_delete_resource managedCluster westeurope"] * 3),
        "call begin_delete_resource resourceGroup westeurope",
    ]
    assert done.outcome.is_success


def test_what_is_gone_already_is_not_waited_for():
    done = delete(plan_cell("westeurope"), {"begin_delete_resource resourceGroup": SUCCEEDED})
    assert done.steps("start", "timer") == []
    assert done.outcome.is_success


def test_a_busy_cluster_is_deleted_as_soon_as_it_is_free():
    busy = {"begin_delete_resource managedCluster": [BUSY, BUSY, SUCCEEDED]}
    assert delete(plan_cell("westeurope"), busy).steps("timer") == ["timer 15 s"] * 2


def test_a_failure_leaves_the_rest_to_the_group_which_takes_everything_along():
    done = delete(plan_cell("westeurope"), {"begin_delete_resource managedCluster": LOCKED})
    assert done.steps("note cell/westeurope/managedCluster")[-1].endswith("(ResourceLocked)")
    assert done.outcome.is_success


def test_a_group_that_cannot_be_deleted_is_the_failure():
    done = delete(plan_cell("westeurope"), children={"await_operation": QUOTA})
    assert done.outcome.failure == QUOTA.failure


def test_a_cancellation_ends_the_wait_and_deletes_nothing_more():
    done = delete(
        plan_edge(["westeurope"]),
        {"begin_delete_resource route": accepted("route", deleting=True)},
        {"await_operation": After(600, SUCCEEDED)},
        cancel_after=30,
    )
    assert done.steps("call")[-1] == "call begin_delete_resource route"
    assert done.steps("send") == ["send cancel to fraud-llm.1.edge.route.1"]
    assert (done.outcome, done.seconds) == (CANCELED, 31)
