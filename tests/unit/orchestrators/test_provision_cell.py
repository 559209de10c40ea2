from datetime import timedelta

import pytest

from domain import deadlines
from domain.durable.inputs import ConnectionInput, OperationWait, ReadyWait, ResourceInput
from domain.outcomes import Outcome
from domain.spec.weights import STORAGE_ACCOUNT_ID
from orchestrators.provision_cell import provision_cell
from tests.support.certificates import CERTIFICATE_VAULT_ID, ZONE_ID, https_edge
from tests.support.engine import After, Run, run
from tests.support.payloads import (
    BUSY,
    CANCELED,
    QUOTA,
    SECRETS,
    SUCCEEDED,
    VAULT_ID,
    a_cell,
    accepted,
    failed,
)
from tests.support.specs import NOON, minutes

CELL = "fraud-llm.1.cell.westeurope"
CLUSTER_WAIT = f"await_operation {CELL}.managedCluster.1"
READY_WAIT = f"await_ready {CELL}.ready"
BUILT = Outcome.succeeded(fqdn="gp.hcp.azmk8s.io").about("/cluster")
READY = Outcome.succeeded(externalIp="20.61.0.2", nodes=1)
UNREACHABLE = failed("ApiServerUnreachable", retryable=True)
NO_PROFILE = failed("FrontDoorProfileMissing", retryable=True)


def build(activities=None, children=None, deadline_minutes=120, spec=None, **options) -> Run:
    return run(
        provision_cell,
        a_cell(deadline_minutes, **(spec or {})),
        instance_id=CELL,
        activities={
            "begin_resource resourceGroup": SUCCEEDED,
            "begin_resource managedCluster": accepted("managedCluster"),
            "begin_resource agentPool": SUCCEEDED,
            "begin_resource autoUpgradeSchedule": SUCCEEDED,
            "begin_resource nodeOSUpgradeSchedule": SUCCEEDED,
            "apply_workload": SUCCEEDED,
            "apply_gateway": SUCCEEDED,
            **(activities or {}),
        },
        children={
            "await_operation": BUILT,
            "await_ready": READY,
            "connect_cell": SUCCEEDED,
            **(children or {}),
        },
        **options,
    )


@pytest.mark.parametrize(
    ("group", "unlooked"),
    [
        pytest.param(
            SUCCEEDED.model_copy(update={"created": True}),
            ["autoUpgradeSchedule", "nodeOSUpgradeSchedule"],
            id="a new group",
        ),
        pytest.param(SUCCEEDED, [], id="a group that was there"),
    ],
)
def test_windows_of_a_cluster_in_a_new_group_are_sent_without_a_look(
    group: Outcome, unlooked: list[str]
):
    """AKS would accept a second creation of the cluster, so that is always looked at."""
    done = build({"begin_resource resourceGroup": group})
    inputs = [ResourceInput.from_wire(value) for _, value in done.inputs if "kind" in value]
    assert [each.kind for each in inputs if each.in_new_group] == unlooked


def test_group_then_cluster_then_workload_and_gateway_then_readiness_beside_windows():
    done = build()
    assert done.steps("call", "start", "timer") == [
        "call begin_resource resourceGroup westeurope",
        "call begin_resource managedCluster westeurope",
        f"start {CLUSTER_WAIT}",
        "call begin_resource agentPool westeurope",
        "call apply_workload westeurope",
        "call apply_gateway westeurope",
        "call begin_resource autoUpgradeSchedule westeurope",
        f"start {READY_WAIT}",
        "call begin_resource nodeOSUpgradeSchedule westeurope",
    ]
    assert done.outcome == Outcome.succeeded(
        region="westeurope",
        clusterId="/cluster",
        fqdn="gp.hcp.azmk8s.io",
        externalIp="20.61.0.2",
        nodes=1,
    )


def test_windows_that_azure_refuses_fail_the_cell_and_end_its_wait():
    done = build(
        {"begin_resource nodeOSUpgradeSchedule": QUOTA},
        {"await_ready": After(600, CANCELED)},
    )
    assert done.steps("send") == [f"send cancel to {READY_WAIT.partition(' ')[2]}"]
    assert done.outcome.failure == QUOTA.failure


MODEL = {"name": "m", "version": "1", "source": "az://acmemodels/weights/m/1"}
MOUNTING = {"image": "llm:1", "model": {**MODEL, "storageAccountId": STORAGE_ACCOUNT_ID}}
READING = {"image": "llm:1", "secrets": SECRETS}
OF_SECRETS = {
    "begin_resource identity": SUCCEEDED,
    "ensure_vault_access": SUCCEEDED,
    "ensure_weights_access": SUCCEEDED,
    "begin_resource federatedCredential": SUCCEEDED,
}


@pytest.mark.parametrize(
    ("workload", "granting"),
    [
        (READING, []),
        ({**READING, "keyVaultId": VAULT_ID}, ["call ensure_vault_access westeurope"]),
        ({"image": "llm:1", "model": MODEL}, []),
        (MOUNTING, ["call ensure_weights_access westeurope"]),
        (
            {**READING, **MOUNTING, "keyVaultId": VAULT_ID},
            ["call ensure_vault_access westeurope", "call ensure_weights_access westeurope"],
        ),
    ],
)
def test_the_identity_of_secrets_and_weights_comes_before_the_cluster_and_its_credential_after(
    workload, granting
):
    done = build(OF_SECRETS, spec={"workload": workload})
    assert (
        done.steps("call", "start")[:7]
        == [
            "call begin_resource resourceGroup westeurope",
            "call begin_resource identity westeurope",
            *granting,
            "call begin_resource managedCluster westeurope",
            f"start {CLUSTER_WAIT}",
            "call begin_resource federatedCredential westeurope",
            "call begin_resource agentPool westeurope",
            "call apply_workload westeurope",
        ][:7]
    )
    assert done.outcome.is_success


def test_an_identity_that_does_not_get_its_role_is_found_out_before_the_cluster_costs_anything():
    refused = {**OF_SECRETS, "ensure_vault_access": failed("RoleNotAssigned")}
    done = build(refused, spec={"workload": {**READING, "keyVaultId": VAULT_ID}})
    assert done.steps("call")[-1] == "call ensure_vault_access westeurope"
    assert done.outcome.failure
    assert done.outcome.failure.reason == "RoleNotAssigned"


def test_the_name_of_a_cell_leads_to_it_before_the_cluster_is_built():
    spec = https_edge(keyVaultId=CERTIFICATE_VAULT_ID, dnsZoneId=ZONE_ID)
    granted = {**OF_SECRETS, "ensure_certificate_access": SUCCEEDED}
    done = build({**granted, "begin_resource dnsRecord": SUCCEEDED}, spec=spec)
    assert done.steps("call")[:5] == [
        "call begin_resource resourceGroup westeurope",
        "call begin_resource dnsRecord westeurope",
        "call begin_resource identity westeurope",
        "call ensure_certificate_access westeurope",
        "call begin_resource managedCluster westeurope",
    ]
    record = done.input_of("begin_resource dnsRecord westeurope")["record"]
    assert record == f"{ZONE_ID}/CNAME/westeurope.llm"
    assert done.outcome.is_success


PRIVATE = {"edge": {"sku": "Premium_AzureFrontDoor", "origin": "privateLink"}}
CONNECTION = f"connect_cell {CELL}.connection"


def test_a_private_cell_connects_while_nodes_and_pods_start():
    done = build(spec=PRIVATE)
    assert done.steps("start")[-2:] == [f"start {READY_WAIT}", f"start {CONNECTION}"]
    assert done.outcome.result["nodes"] == 1
    connection = ConnectionInput.from_wire(done.input_of(CONNECTION))
    assert (connection.region, connection.attempt) == ("westeurope", 1)
    ready = ReadyWait.from_wire(done.input_of(READY_WAIT))
    assert connection.operation.deadline > ready.operation.deadline


@pytest.mark.parametrize("child", ["await_ready", "connect_cell"])
def test_whichever_of_both_fails_cancels_the_other_and_gives_the_reason(child: str):
    other = {"await_ready": CONNECTION, "connect_cell": READY_WAIT}[child]
    slow = {other.partition(" ")[0]: After(600, CANCELED)}
    done = build(children={child: QUOTA, **slow}, spec=PRIVATE)
    assert done.steps("send") == [f"send cancel to {other.partition(' ')[2]}"]
    assert done.outcome.failure == QUOTA.failure


def test_a_cluster_that_is_current_already_is_not_waited_for():
    done = build({"begin_resource managedCluster": BUILT})
    assert done.steps("start") == [f"start {READY_WAIT}"]


def test_a_busy_cluster_is_begun_again_when_it_may_be_free():
    busy = {"begin_resource managedCluster": [BUSY, BUSY, accepted("managedCluster")]}
    done = build(busy)
    assert done.steps("timer") == ["timer 15 s"] * 2
    assert done.outcome.is_success


def test_a_workload_that_the_api_server_does_not_take_yet_is_applied_again():
    done = build({"apply_workload": [UNREACHABLE, UNREACHABLE, SUCCEEDED]})
    assert done.steps("call apply_workload", "timer") == [
        "call apply_workload westeurope",
        "timer 15 s",
        "call apply_workload westeurope",
        "timer 15 s",
        "call apply_workload westeurope",
    ]
    assert done.outcome.is_success


def test_the_gateway_waits_for_the_edge_that_is_built_beside_the_cell():
    done = build({"apply_gateway": [NO_PROFILE, NO_PROFILE, SUCCEEDED]})
    assert done.steps("call apply_gateway", "timer") == [
        "call apply_gateway westeurope",
        "timer 15 s",
        "call apply_gateway westeurope",
        "timer 15 s",
        "call apply_gateway westeurope",
    ]
    assert done.outcome.is_success


@pytest.mark.parametrize(
    ("activities", "children", "last"),
    [
        pytest.param(
            {"begin_resource resourceGroup": QUOTA},
            {},
            "note cell/westeurope/resourceGroup Failed (QuotaExceeded)",
            id="resource group",
        ),
        pytest.param(
            {"begin_resource managedCluster": QUOTA},
            {},
            "note cell/westeurope/managedCluster Failed (QuotaExceeded)",
            id="cluster refused",
        ),
        pytest.param(
            {},
            {"await_operation": QUOTA},
            "note cell/westeurope/managedCluster Failed (QuotaExceeded)",
            id="cluster failed later",
        ),
        pytest.param(
            {"apply_workload": QUOTA},
            {},
            "note cell/westeurope/workload Failed (QuotaExceeded)",
            id="workload",
        ),
        pytest.param(
            {"apply_gateway": QUOTA},
            {},
            "note cell/westeurope/gateway Failed (QuotaExceeded)",
            id="gateway",
        ),
    ],
)
def test_a_failure_for_good_ends_the_cell_there(activities, children, last: str):
    done = build(activities, children)
    assert done.steps("note")[-1] == last
    assert done.outcome.failure == QUOTA.failure


def test_a_cell_that_never_gets_ready_fails_with_the_diagnosis():
    assert build(children={"await_ready": QUOTA}).outcome.failure == QUOTA.failure


def test_a_child_that_breaks_fails_its_step_with_its_own_words():
    done = build(children={"await_operation": [RuntimeError("boom"), BUILT]})
    assert done.outcome.failure
    assert "boom" in done.outcome.failure.message
    assert done.steps("timer") == [], "a bug does not pass by itself"


def test_each_wait_ends_with_its_own_step():
    done = build(deadline_minutes=240)
    cluster = OperationWait.from_wire(done.input_of(CLUSTER_WAIT))
    ready = ReadyWait.from_wire(done.input_of(READY_WAIT))
    step_begins = cluster.begun_at - timedelta(seconds=1)
    assert cluster.operation.deadline == step_begins + timedelta(seconds=deadlines.MANAGED_CLUSTER)
    assert ready.operation.deadline == ready.started_at + timedelta(seconds=deadlines.READINESS)


def test_weights_that_load_for_long_are_waited_for_longer():
    workload = {"image": "llm", "startup": {"timeoutMinutes": 90}}
    done = build(deadline_minutes=400, spec={"workload": workload})
    ready = ReadyWait.from_wire(done.input_of(READY_WAIT))
    longer = timedelta(seconds=deadlines.READINESS) + minutes(70)
    assert ready.operation.deadline == ready.started_at + longer


def test_no_wait_outlasts_the_operation():
    done = build(deadline_minutes=20)
    cluster = OperationWait.from_wire(done.input_of(CLUSTER_WAIT))
    ready = ReadyWait.from_wire(done.input_of(READY_WAIT))
    assert cluster.operation.deadline == ready.operation.deadline == NOON + minutes(20)


@pytest.mark.parametrize(
    ("cancel_after", "calls", "passed_on"),
    [
        pytest.param(0.5, 1, [], id="before anything was accepted"),
        pytest.param(30, 2, [f"send cancel to {CELL}.managedCluster.1"], id="cluster"),
        pytest.param(63.5, 4, [], id="while the workload is applied"),
        pytest.param(90, 7, [f"send cancel to {CELL}.ready"], id="readiness"),
    ],
)
def test_whenever_it_is_canceled_it_ends_at_once_and_begins_nothing_more(
    cancel_after: float, calls: int, passed_on: list[str]
):
    done = build(cancel_after=cancel_after)
    assert len(done.steps("call")) == calls
    assert done.steps("send") == passed_on
    assert done.outcome == CANCELED.model_copy(update={"result": done.outcome.result})
    assert done.seconds <= cancel_after + 1


def test_a_wait_that_ends_well_before_the_cancellation_reaches_it_still_counts():
    done = build(children={"await_operation": After(0.5, BUILT)}, cancel_after=2.2)
    assert done.steps("note cell/westeurope/managedCluster")[-1].endswith("Succeeded")
    assert done.outcome == CANCELED


def test_a_step_shows_the_resource_that_azure_works_on():
    shown = [
        (value["status"], value.get("resourceId"))
        for label, value in build().inputs
        if label == "record_step cell/westeurope/managedCluster"
    ]
    assert shown == [("Running", None), ("Running", "/managedCluster"), ("Succeeded", None)]
