"""Agent pools, by the SDK and on the wire."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.containerservice.models import AgentPool

from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.contract.arm.test_clusters import CLUSTER, NAME, VERSION
from emulators.tests.support.arm_bodies import cluster_body, gpu_pool, system_pool
from emulators.tests.support.simulator import Control


@pytest.fixture
async def cluster(azure: Azure, group: str) -> str:
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, cluster_body(gpu_minimum=1)
    )
    await begun.result()
    return NAME


async def put(azure: Azure, pool: str, properties: dict[str, Any]) -> AgentPool:
    body: Any = {"properties": properties}
    begun = await azure.containers.agent_pools.begin_create_or_update("gp-fraud", NAME, pool, body)
    return await begun.result()


async def test_pools_are_listed_over_a_second_page_that_is_empty(
    azure: Azure, arm: Arm, cluster: str
) -> None:
    first = await arm.call("GET", f"{CLUSTER}/agentPools", api_version=VERSION)
    second = await arm.call("GET", first.body["nextLink"])
    assert [pool["name"] for pool in first.body["value"]] == ["system", "gpu"]
    assert second.body == {"value": []}
    listed = azure.containers.agent_pools.list("gp-fraud", NAME)
    assert [pool.name async for pool in listed] == ["system", "gpu"]


async def test_a_pool_is_added_and_deleted(azure: Azure, cluster: str) -> None:
    pool = await put(azure, "gpu2", gpu_pool(vmSize="Standard_NC4as_T4_v3", count=2))
    assert pool.properties is not None
    assert (pool.properties.count, pool.properties.provisioning_state) == (2, "Succeeded")
    begun = await azure.containers.agent_pools.begin_delete("gp-fraud", NAME, "gpu2")
    await begun.result()
    with pytest.raises(ResourceNotFoundError, match="Could not find the agentpool: gpu2"):
        await azure.containers.agent_pools.get("gp-fraud", NAME, "gpu2")


async def test_a_pool_goes_to_zero_after_its_autoscaler_is_off_and_back(
    azure: Azure, cluster: str
) -> None:
    manual = {"enableAutoScaling": False, "minCount": None, "maxCount": None}
    off = await put(azure, "gpu", gpu_pool(1, **manual))
    empty = await put(azure, "gpu", gpu_pool(0, **manual))
    on = await put(azure, "gpu", gpu_pool(0))
    assert off.properties is not None
    assert not off.properties.enable_auto_scaling
    assert empty.properties is not None
    assert empty.properties.count == 0
    assert on.properties is not None
    assert (on.properties.enable_auto_scaling, on.properties.max_count) == (True, 5)


async def test_a_count_has_no_effect_while_the_autoscaler_is_on(
    arm: Arm, azure: Azure, cluster: str
) -> None:
    path = f"{CLUSTER}/agentPools/gpu"
    answer = await arm.call("PUT", path, {"properties": gpu_pool(0)}, api_version=VERSION)
    assert answer.status == 200
    assert answer.body["properties"]["provisioningState"] == "Updating"
    assert answer.body["properties"]["count"] == 1


@pytest.mark.parametrize(
    ("properties", "state"),
    [
        pytest.param(
            {"count": 2, "enableAutoScaling": False, "minCount": None, "maxCount": None},
            "Scaling",
            id="another count",
        ),
        pytest.param({"maxCount": 8}, "Updating", id="other bounds"),
        pytest.param({"nodeLabels": {"a": "b"}}, "Updating", id="other labels"),
    ],
)
async def test_a_change_shows_its_kind_as_state(
    arm: Arm, cluster: str, properties: dict[str, Any], state: str
) -> None:
    body = {"properties": {**gpu_pool(), **properties}}
    answer = await arm.call("PUT", f"{CLUSTER}/agentPools/gpu", body, api_version=VERSION)
    assert answer.status == 200
    assert answer.body["properties"]["provisioningState"] == state
    assert "Azure-AsyncOperation" in answer.headers
    assert "Location" not in answer.headers


async def test_another_pool_operation_is_a_conflict(arm: Arm, cluster: str) -> None:
    body = {"properties": gpu_pool()}
    await arm.call("PUT", f"{CLUSTER}/agentPools/gpu2", body, api_version=VERSION)
    other = await arm.call("PUT", f"{CLUSTER}/agentPools/gpu3", body, api_version=VERSION)
    assert other.error == (409, "OperationNotAllowed")
    assert "Another agentpool operation (gpu2 - Creating) is in progress" in other.message


@pytest.mark.parametrize(
    ("pool", "properties", "status", "code", "text"),
    [
        pytest.param(
            "gpu",
            {**gpu_pool(), "count": None},
            400,
            "InvalidParameter",
            "Required parameter properties.count is missing (null).",
            id="no count",
        ),
        pytest.param(
            "gpu",
            {**gpu_pool(), "vmSize": "Standard_NC4as_T4_v3"},
            400,
            "PropertyChangeNotAllowed",
            "Changing property 'properties.vmSize' is not allowed.",
            id="another size",
        ),
        pytest.param(
            "system",
            {"mode": "System", "count": 0, "vmSize": "Standard_D4ds_v5"},
            400,
            "InvalidParameter",
            "agentPoolProfile.count was 0",
            id="system pool to zero",
        ),
        pytest.param(
            "system",
            {"mode": "User", "count": 1, "vmSize": "Standard_D4ds_v5"},
            400,
            "MustDefineAtLeastOneSystemPool",
            "at least one system pool",
            id="last system pool made a user pool",
        ),
        pytest.param(
            "gpu9",
            gpu_pool(count=60),
            400,
            "ErrCode_InsufficientVCPUQuota",
            "requested 1440",
            id="beyond quota",
        ),
        pytest.param(
            "Gpu",
            gpu_pool(minCount=None),
            400,
            "InvalidParameter",
            "properties.minCount",
            id="autoscaler without a minimum",
        ),
    ],
)
async def test_a_bad_pool_is_refused_at_once(
    arm: Arm,
    cluster: str,
    pool: str,
    properties: dict[str, Any],
    status: int,
    code: str,
    text: str,
) -> None:
    body = {"properties": properties}
    refusal = await arm.call("PUT", f"{CLUSTER}/agentPools/{pool}", body, api_version=VERSION)
    assert refusal.error == (status, code)
    assert text in refusal.message


async def test_the_last_system_pool_cannot_be_deleted(azure: Azure, cluster: str) -> None:
    with pytest.raises(HttpResponseError) as caught:
        await azure.containers.agent_pools.begin_delete("gp-fraud", NAME, "system")
    assert caught.value.status_code == 400


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_of_a_missing_cluster_the_cluster_is_missing_and_not_the_pool(
    arm: Arm, group: str, method: str
) -> None:
    """Recorded of deletions; ARM itself knows no pools, so it looks for the cluster only."""
    answer = await arm.call(method, f"{CLUSTER}/agentPools/gpu", api_version=VERSION)
    assert answer.error == (404, "ResourceNotFound")
    assert answer.message.startswith(
        f"The Resource 'Microsoft.ContainerService/managedClusters/{NAME}' under resource group "
        "'gp-fraud' was not found."
    )
    assert answer.headers["x-ms-failure-cause"] == "gateway"


async def test_a_failed_scale_leaves_a_failed_pool_that_can_be_repaired(
    azure: Azure, cluster: str, control: Control
) -> None:
    error = {"code": "ReconcileVMSSAgentPoolFailed", "message": 'Code="AllocationFailed"'}
    await control.add_fault(operation="PUT .*/agentPools/", error=error, count=1)
    manual = gpu_pool(2, enableAutoScaling=False, minCount=None, maxCount=None)
    with pytest.raises(HttpResponseError) as caught:
        await put(azure, "gpu", manual)
    assert caught.value.error is not None
    assert caught.value.error.code == "ReconcileVMSSAgentPoolFailed"
    failed = await azure.containers.agent_pools.get("gp-fraud", NAME, "gpu")
    assert failed.properties is not None
    assert failed.properties.provisioning_state == "Failed"
    repaired = await put(azure, "gpu", manual)
    assert repaired.properties is not None
    assert (repaired.properties.count, repaired.properties.provisioning_state) == (2, "Succeeded")


async def test_a_stopped_pool_has_no_nodes_until_it_is_started(
    arm: Arm, azure: Azure, cluster: str
) -> None:
    stopped = await put(azure, "gpu", gpu_pool(minCount=1, powerState={"code": "Stopped"}))
    started = await put(azure, "gpu", gpu_pool(minCount=1, powerState={"code": "Running"}))
    counts = [each.properties and each.properties.count for each in (stopped, started)]
    assert counts == [0, 1]
    system = {**system_pool(), "powerState": {"code": "Stopped"}}
    refused = await arm.call(
        "PUT", f"{CLUSTER}/agentPools/system", {"properties": system}, api_version=VERSION
    )
    assert refused.error == (400, "OperationNotAllowed")


async def test_an_empty_version_means_the_one_of_the_cluster(azure: Azure, cluster: str) -> None:
    pool = await put(azure, "gpu2", gpu_pool(0, orchestratorVersion=""))
    kept = await put(azure, "gpu2", gpu_pool(0, orchestratorVersion="", maxCount=7))
    for each in (pool, kept):
        assert each.properties is not None
        assert each.properties.orchestrator_version == "1.35"


async def test_a_pool_is_upgraded_by_its_version(arm: Arm, azure: Azure, cluster: str) -> None:
    upgraded = await put(azure, "gpu", gpu_pool(orchestratorVersion="1.36.2"))
    assert upgraded.properties is not None
    assert upgraded.properties.current_orchestrator_version == "1.36.2"
    body = {"properties": gpu_pool(orchestratorVersion="1.20")}
    refusal = await arm.call("PUT", f"{CLUSTER}/agentPools/gpu", body, api_version=VERSION)
    assert refusal.error == (400, "K8sVersionNotSupported")
