"""Faults on demand, as the SDKs meet them."""

import pytest
from azure.core.exceptions import HttpResponseError

from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.contract.arm.test_clusters import CLUSTER, NAME, VERSION
from emulators.tests.support.arm_bodies import cluster_body
from emulators.tests.support.simulator import Control

GATEWAY_TIMEOUT = {
    "status": 504,
    "code": "GatewayTimeout",
    "message": "The gateway did not receive a response from 'Microsoft.ContainerService' "
    "within the specified time period.",
    "count": 1,
}


async def test_a_gateway_timeout_may_hide_an_operation_that_began(
    arm: Arm, group: str, control: Control
) -> None:
    await control.add_fault(match={"method": "PUT"}, after=True, **GATEWAY_TIMEOUT)
    lost = await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)
    cluster = await arm.call("GET", CLUSTER, api_version=VERSION)
    again = await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)
    assert lost.error == (504, "GatewayTimeout")
    assert cluster.body["properties"]["provisioningState"] == "Creating"
    assert again.error == (409, "OperationNotAllowed")


async def test_the_sdk_repeats_a_put_that_a_gateway_refused(
    azure: Azure, group: str, control: Control
) -> None:
    await control.add_fault(match={"method": "PUT", "path": "managedClusters"}, **GATEWAY_TIMEOUT)
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, cluster_body()
    )
    cluster = await begun.result()
    assert cluster.properties is not None
    assert cluster.properties.provisioning_state == "Succeeded"
    puts = [
        each["status"]
        for each in (await control.requests())["requests"]
        if each["method"] == "PUT" and "managedClusters" in each["path"]
    ]
    assert puts == [504, 201]


async def test_throttling_carries_its_retry_after(
    azure: Azure, group: str, control: Control
) -> None:
    await control.add_fault(
        match={"path": "resourcegroups"},
        status=429,
        code="SubscriptionRequestsThrottled",
        headers={"Retry-After": "17"},
        count=2,
    )
    assert (await azure.groups.resource_groups.get(group)).name == group
    assert azure.retry_after.seen == ["17", "17"]


async def test_an_answer_may_be_a_page_of_a_proxy(arm: Arm, control: Control) -> None:
    page = "<html><head><title>502 Bad Gateway</title></head></html>"
    await control.add_fault(match={}, status=502, body=page, count=1)
    with pytest.raises(ValueError, match="Expecting value"):
        await arm.call("GET", "resourceGroups")
    assert (await arm.call("GET", "resourceGroups")).status == 200


async def test_an_answer_may_only_be_late(arm: Arm, control: Control) -> None:
    fault = await control.add_fault(match={"path": "resourceGroups$"}, latencySeconds=40)
    assert (await arm.call("GET", "resourceGroups")).status == 200
    record = await control.call("GET", "/latencies")
    assert f"Fault {fault['id']}" in [each["name"] for each in record]


async def test_an_operation_fails_with_the_error_that_was_asked_for(
    azure: Azure, group: str, control: Control
) -> None:
    error = {"code": "ReconcileVMSSAgentPoolFailed", "message": 'Code="SkuNotAvailable"'}
    await control.add_fault(operation="PUT .*managedClusters.*", error=error, count=1)
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, cluster_body()
    )
    with pytest.raises(HttpResponseError, match="SkuNotAvailable"):
        await begun.result()


async def test_faults_can_be_taken_back(arm: Arm, control: Control) -> None:
    first = await control.add_fault(match={}, status=500)
    await control.add_fault(operation="PUT", error={"code": "X"})
    await control.call("DELETE", f"/faults/{first['id']}")
    assert len(await control.call("GET", "/faults")) == 1
    await control.call("DELETE", "/faults")
    assert await control.call("GET", "/faults") == []
    assert (await arm.call("GET", "resourceGroups")).status == 200


async def test_faults_inside_of_clusters_meet_those_that_come_later(
    arm: Arm, group: str, control: Control, simulator: RunningSimulator
) -> None:
    fault = await control.add_fault(
        cluster="gp-fraud-.*",
        images={"registry.example.com/llm": {"outcome": "Crashes", "exitCode": 137}},
        nodeBootSeconds=900,
        devicePluginBroken=True,
    )
    await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)
    (cluster,) = simulator.simulator.azure.clusters.all()
    assert isinstance(cluster.kubernetes, Cluster)
    faults = cluster.kubernetes.faults
    assert faults.images["registry.example.com/llm"].exit_code == 137
    assert (faults.node_boot_seconds, faults.device_plugin_broken) == (900, True)
    await control.call("DELETE", f"/faults/{fault['id']}")
    assert (faults.images, faults.node_boot_seconds) == ({}, None)
    assert not faults.device_plugin_broken


async def test_a_fault_finds_polls_and_kubernetes_requests_by_the_resource_they_are_about(
    arm: Arm, group: str, control: Control, simulator: RunningSimulator
) -> None:
    for name, code in (("other", "Others"), (NAME, "Mine")):
        match = {"path": "/operations/|^/kubernetes/", "about": f"/managedClusters/{name}$"}
        await control.add_fault(match=match, status=418, code=code)
    begun = await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)
    poll = await arm.call("GET", begun.headers["Azure-AsyncOperation"])
    (cluster,) = simulator.simulator.azure.clusters.all()
    kubernetes = await arm.call("GET", f"{simulator.url}/kubernetes/{cluster.api_id}/version")
    assert (poll.error, kubernetes.status) == ((418, "Mine"), 418)
    assert kubernetes.body["reason"] == "Mine"
    assert poll.headers["Content-Type"] == "application/json; charset=utf-8"
    assert kubernetes.headers["Content-Type"] == "application/json"
    assert [each["used"] for each in await control.call("GET", "/faults")] == [0, 2]
    assert (await arm.call("GET", CLUSTER, api_version=VERSION)).status == 200


async def test_an_operation_is_canceled_as_by_an_abort(
    arm: Arm, group: str, control: Control
) -> None:
    error = {"code": "Canceled", "message": "The operation was canceled."}
    await control.add_fault(operation="PUT", error=error, canceled=True, afterSeconds=1)
    begun = await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)
    ended = await arm.poll(begun.headers["Azure-AsyncOperation"])
    cluster = await arm.call("GET", CLUSTER, api_version=VERSION)
    assert ended.body["status"] == "Canceled"
    assert cluster.body["properties"]["provisioningState"] == "Canceled"


async def test_a_denial_a_lost_pool_and_an_eviction_are_set_and_taken_back(
    arm: Arm, group: str, control: Control, simulator: RunningSimulator
) -> None:
    await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)
    (cluster,) = simulator.simulator.azure.clusters.all()
    assert isinstance(cluster.kubernetes, Cluster)
    fault = await control.add_fault(
        cluster="gp-fraud-.*",
        denials=[{"webhook": "x", "message": "no", "kinds": ["Pod", "Service"], "code": 400}],
        lostPool="gpu",
        evictedSpotPool="spot",
        images={"llm": {"outcome": "Loads", "afterSeconds": 900}},
    )
    faults = cluster.kubernetes.faults
    (denial,) = faults.denials
    assert denial.applies_to("Service", "inference")
    assert (denial.webhook, denial.message, denial.code) == ("x", "no", 400)
    assert (faults.lost_pools, faults.evicted_pools) == ({"gpu"}, {"spot"})
    assert faults.images["llm"].after_seconds == 900
    await control.call("DELETE", f"/faults/{fault['id']}")
    assert (faults.denials, faults.lost_pools, faults.evicted_pools) == ([], set(), set())


@pytest.mark.parametrize(
    "denials",
    [
        pytest.param("x", id="no list"),
        pytest.param(["x"], id="a list of no objects"),
        pytest.param([{}], id="no message"),
        pytest.param([{"message": "m", "kinds": "Pod"}], id="no list of kinds"),
        pytest.param([{"message": "m", "code": 200}], id="a code that refuses nothing"),
        pytest.param([{"message": "m", "odd": 1}], id="an unknown field"),
    ],
)
async def test_a_denial_that_cannot_be_understood_is_refused(
    control: Control, denials: object
) -> None:
    with pytest.raises(AssertionError):
        await control.add_fault(cluster=".*", denials=denials)


async def test_a_clusters_api_refuses_with_a_status_object(arm: Arm, control: Control) -> None:
    match = {"path": "^/kubernetes/"}
    await control.add_fault(
        match=match, status=429, code="TooManyRequests", message="slow down", count=1
    )
    await control.add_fault(match=match, status=503, headers={"Retry-After": "3"}, count=1)
    first = await arm.call("GET", "/kubernetes/x/api/v1/pods")
    second = await arm.call("GET", "/kubernetes/x/api/v1/pods")
    assert first.body == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": "slow down",
        "reason": "TooManyRequests",
        "code": 429,
    }
    for answer in (first, second):
        assert answer.headers["Content-Type"].startswith("application/json")
    assert (second.body["reason"], second.headers["Retry-After"]) == ("ServiceUnavailable", "3")
