"""AKS goes on behind operations that have failed."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Azure
from emulators.tests.contract.arm.test_clusters import NAME, create
from emulators.tests.support.arm_bodies import cluster_body, gpu_pool
from emulators.tests.support.simulator import Control, eventually

ERROR = {"code": "CreateVMSSAgentPoolFailed", "message": "VMSSAgentPoolReconciler retry failed"}
FOREVER = 10**8
"""Seconds of simulated time that no test lives to see by itself."""


def node_count(running: RunningSimulator, pool: str) -> int:
    (cluster,) = running.simulator.azure.clusters.all()
    return cluster.kubernetes.node_count(pool)


async def cluster_state(azure: Azure, group: str) -> tuple[Any, dict[str, Any]]:
    cluster = await azure.containers.managed_clusters.get(group, NAME)
    assert cluster.properties is not None
    pools = cluster.properties.agent_pool_profiles or []
    states = {pool.name: pool.provisioning_state for pool in pools}
    return cluster.properties.provisioning_state, states


async def pool_state(azure: Azure, group: str) -> tuple[Any, Any]:
    pool = await azure.containers.agent_pools.get(group, NAME, "gpu2")
    assert pool.properties is not None
    return pool.properties.provisioning_state, pool.properties.count


async def put_pool(azure: Azure, group: str, count: int) -> None:
    body: Any = {"properties": gpu_pool(count, enableAutoScaling=False)}
    begun = await azure.containers.agent_pools.begin_create_or_update(group, NAME, "gpu2", body)
    await begun.result()


async def advance(control: Control, seconds: float) -> None:
    await control.call("PUT", "/clock", {"advanceSeconds": seconds})


async def test_a_cluster_that_failed_is_there_later_with_all_its_pools(
    azure: Azure, group: str, control: Control, simulator: RunningSimulator
) -> None:
    await control.add_fault(
        operation="PUT .*managedClusters", error=ERROR, count=1, healsAfterSeconds=FOREVER
    )
    with pytest.raises(HttpResponseError, match="retry failed"):
        await create(azure, group, cluster_body(gpu_minimum=1))
    failed = {"system": "Failed", "gpu": "Failed"}
    assert await cluster_state(azure, group) == ("Failed", failed)
    await advance(control, FOREVER)
    (cluster,) = simulator.simulator.azure.clusters.all()
    await eventually(lambda: cluster.resource.state == "Succeeded")
    healed = {"system": "Succeeded", "gpu": "Succeeded"}
    assert await cluster_state(azure, group) == ("Succeeded", healed)
    assert node_count(simulator, "gpu") == 1


async def test_an_operation_may_say_failed_of_a_pool_that_is_what_it_was_to_be(
    azure: Azure, group: str, control: Control, simulator: RunningSimulator
) -> None:
    await create(azure, group, cluster_body(gpu_minimum=1))
    await put_pool(azure, group, 1)
    await control.add_fault(operation="agentPools", error=ERROR, count=1, healsAfterSeconds=0)
    with pytest.raises(HttpResponseError, match="retry failed"):
        await put_pool(azure, group, 2)
    await eventually(lambda: node_count(simulator, "gpu2") == 2)
    assert await pool_state(azure, group) == ("Succeeded", 2)


async def test_a_later_request_is_not_undone_by_the_one_that_heals(
    azure: Azure, group: str, control: Control, simulator: RunningSimulator
) -> None:
    await create(azure, group, cluster_body(gpu_minimum=1))
    await put_pool(azure, group, 1)
    for _ in range(2):
        await control.add_fault(
            operation="agentPools", error=ERROR, count=1, healsAfterSeconds=FOREVER
        )
    with pytest.raises(HttpResponseError, match="retry failed"):
        await put_pool(azure, group, 2)
    begun = await azure.containers.agent_pools.begin_delete(group, NAME, "gpu2")
    with pytest.raises(HttpResponseError, match="retry failed"):
        await begun.result()
    await put_pool(azure, group, 0)
    await advance(control, 2 * FOREVER)
    assert await pool_state(azure, group) == ("Succeeded", 0)


async def test_a_stray_error_has_nothing_to_heal_from(control: Control) -> None:
    fault = {"operation": "PUT", "error": ERROR, "stray": True, "healsAfterSeconds": 1}
    refused = await control.call("POST", "/faults", fault, expected=400)
    assert "healsAfterSeconds goes with" in refused["error"]["message"]
