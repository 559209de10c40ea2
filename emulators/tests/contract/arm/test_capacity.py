"""Regions run out of machines of a size, in all zones or in some."""

import pytest
from azure.core.exceptions import HttpResponseError

from emulators.tests.contract.arm.conftest import Azure
from emulators.tests.contract.arm.test_agent_pools import put
from emulators.tests.contract.arm.test_clusters import NAME
from emulators.tests.support.arm_bodies import cluster_body, gpu_pool
from emulators.tests.support.simulator import Control

T4 = "Standard_NC4as_T4_v3"


async def test_a_pool_finds_machines_only_in_the_zones_that_have_some(
    azure: Azure, group: str, control: Control
) -> None:
    begun = await azure.containers.managed_clusters.begin_create_or_update(
        group, NAME, cluster_body(gpu_minimum=1)
    )
    await begun.result()
    limited = {"region": "westeurope", "vmSize": T4, "spot": False}
    await control.call("PUT", "/capacity", {**limited, "zones": ["2"]})
    with pytest.raises(HttpResponseError, match='Code="AllocationFailed"'):
        await put(azure, "anywhere", gpu_pool(vmSize=T4))
    with pytest.raises(HttpResponseError, match="ZonalAllocationFailed"):
        await put(azure, "first", gpu_pool(vmSize=T4, availabilityZones=["1"]))
    second = await put(azure, "second", gpu_pool(vmSize=T4, availabilityZones=["2"]))
    assert second.properties is not None
    assert second.properties.provisioning_state == "Succeeded"
    spot = {"scaleSetPriority": "Spot", "spotMaxPrice": -1}
    assert await put(azure, "spot", gpu_pool(vmSize=T4, **spot)), "spot machines are others"
    await control.call("PUT", "/capacity", limited)
    assert await put(azure, "again", gpu_pool(vmSize=T4))


async def test_a_cluster_whose_gpu_pool_finds_no_machines_fails_with_the_rest_running(
    azure: Azure, group: str, control: Control
) -> None:
    body = cluster_body(gpu_minimum=1)
    size = body["properties"]["agentPoolProfiles"][1]["vmSize"]
    await control.call("PUT", "/capacity", {"region": "westeurope", "vmSize": size, "zones": []})
    begun = await azure.containers.managed_clusters.begin_create_or_update(group, NAME, body)
    with pytest.raises(HttpResponseError, match="ReconcileVMSSAgentPoolFailed"):
        await begun.result()
    cluster = await azure.containers.managed_clusters.get(group, NAME)
    assert cluster.properties is not None
    assert cluster.properties.provisioning_state == "Failed"
    begun_delete = await azure.containers.agent_pools.begin_delete(group, NAME, "gpu")
    await begun_delete.result()


async def test_a_region_that_is_not_known_is_refused(control: Control) -> None:
    refused = await control.call(
        "PUT", "/capacity", {"region": "atlantis", "vmSize": T4, "zones": []}, expected=400
    )
    assert "atlantis is not known" in refused["error"]["message"]
