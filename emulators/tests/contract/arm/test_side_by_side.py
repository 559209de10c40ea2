"""What AKS takes while a pool is being deleted."""

from typing import Any

import pytest

from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.contract.arm.recorded_rows import CLUSTER, POOL, World
from emulators.tests.support.arm_bodies import cluster_body, gpu_pool
from emulators.tests.support.simulator import Control

OTHER = f"{CLUSTER}/agentPools/other"


@pytest.fixture
async def world(arm: Arm, group: str, control: Control, simulator: RunningSimulator) -> World:
    """A cluster with three pools of which one is being deleted."""
    world = World(arm, control, simulator)
    await world.ready_cluster()
    await world.ended(await world.pool("other", minCount=1))
    assert (await world.aks("DELETE", POOL)).status == 202
    return world


async def test_another_pool_can_be_changed(world: World) -> None:
    wanted = {"properties": gpu_pool(minCount=1, maxCount=8)}
    changed = await world.aks("PUT", OTHER, wanted)
    assert changed.status == 200
    poll = await world.arm.call("GET", changed.headers["Azure-AsyncOperation"])
    assert poll.body["status"] == "InProgress"
    await world.ended(changed)
    assert (await world.aks("GET", POOL)).status == 404
    assert (await world.aks("GET", OTHER)).body["properties"]["maxCount"] == 8


async def test_another_pool_can_be_added_or_deleted(world: World) -> None:
    deleted = await world.aks("DELETE", OTHER)
    added = await world.pool("third", minCount=1)
    assert (deleted.status, added.status) == (202, 201)
    await world.ended(added)
    pools = (await world.aks("GET", f"{CLUSTER}/agentPools")).body["value"]
    assert [each["name"] for each in pools] == ["system", "third"]


async def test_the_whole_cluster_can_be_deleted(world: World) -> None:
    deleted = await world.aks("DELETE", CLUSTER)
    assert deleted.status == 202
    await world.ended(deleted)
    assert (await world.aks("GET", CLUSTER)).status == 404


async def refused_pool(world: World) -> Any:
    return await world.aks("PUT", POOL, {"properties": gpu_pool(minCount=1, maxCount=8)})


async def refused_cluster(world: World) -> Any:
    return await world.aks("PUT", CLUSTER, cluster_body(gpu_minimum=1))


async def refused_stop(world: World) -> Any:
    return await world.aks("POST", f"{CLUSTER}/stop")


@pytest.mark.parametrize("provoke", [refused_pool, refused_cluster, refused_stop])
async def test_the_pool_itself_and_its_cluster_are_busy(world: World, provoke: Any) -> None:
    refused = await provoke(world)
    assert refused.error == (409, "OperationNotAllowed")
    assert "Another agentpool operation (gpu - Deleting) is in progress" in refused.message


async def test_a_deletion_waits_for_other_work(
    arm: Arm, group: str, control: Control, simulator: RunningSimulator
) -> None:
    """Here both acceptance and 409 were reported."""
    world = World(arm, control, simulator)
    await world.ready_cluster()
    assert (await world.pool("other", minCount=1)).status == 201
    for path in (POOL, CLUSTER):
        assert (await world.aks("DELETE", path)).error == (409, "OperationNotAllowed")
