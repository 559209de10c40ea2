"""What operations on clusters take and leave behind, beside a stateful stand-in for Kubernetes."""

import dataclasses
from typing import Any

import pytest

from emulators.azure.aks.models import ManagedClusters
from emulators.azure.aks.operations import AksOperations
from emulators.azure.aks.state import ManagedCluster
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.kubernetes.node_pools import NodePool
from emulators.azure.latency import Latencies
from emulators.azure.resource_groups.models import ResourceGroups
from emulators.tests.support.arm_bodies import cluster_body, gpu_pool, system_pool


class StandInCluster:
    """Remembers its pools and whether it was stopped."""

    def __init__(self) -> None:
        self.pools: dict[str, NodePool] = {}
        self.is_stopped = False

    @property
    def has_internal_balancer(self) -> bool:
        return False

    def set_node_pool(self, pool: NodePool) -> None:
        self.pools[pool.name] = pool

    def remove_node_pool(self, name: str) -> None:
        self.pools.pop(name, None)

    def node_count(self, pool_name: str) -> int:
        return self.pools[pool_name].count

    def stop(self) -> None:
        self.is_stopped = True

    def resume(self) -> None:
        self.is_stopped = False

    def summary(self) -> dict[str, Any]:
        return {}


class Aks:
    """AKS with one cluster on its way."""

    def __init__(self, platform: Platform, body: Any, gpu_boot_after: float = 0) -> None:
        # Without spread every sample is its median.
        platform = dataclasses.replace(platform, latencies=Latencies(platform.clock, spread=0))
        self.kubernetes = StandInCluster()
        groups = ResourceGroups(platform)
        groups.create("gp-fraud", "westeurope")
        clusters = ManagedClusters(platform, groups, lambda *given: self.kubernetes)
        self.operations = AksOperations(platform, groups, clusters, 0, gpu_boot_after)
        self.request = ArmRequest(
            method="PUT",
            path="/x",
            api_version="2026-08-01",
            base_url="https://127.0.0.1",
            params={"group": "gp-fraud", "cluster": "c", "subscription": platform.subscription_id},
            body=body,
        )
        self.cluster: ManagedCluster = clusters.create(self.request)
        self.operations.take(self.cluster, "Creating")


def with_gpu(vm_size: str, count: int = 1) -> Any:
    gpu = {"name": "gpu", **gpu_pool(count, vmSize=vm_size)}
    return cluster_body(agentPoolProfiles=[system_pool(), gpu])


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        pytest.param(cluster_body(agentPoolProfiles=[system_pool()]), 286.9, id="no GPU pool"),
        pytest.param(with_gpu("Standard_NC24ads_A100_v4", 0), 286.9, id="GPU pool without a node"),
        pytest.param(with_gpu("Standard_NC24ads_A100_v4"), 290.0, id="one GPU"),
        pytest.param(with_gpu("Standard_ND96asr_v4"), 424.8, id="eight GPUs"),
    ],
)
async def test_a_create_takes_as_long_as_the_slower_of_control_plane_and_gpu_pool(
    platform: Platform, body: Any, seconds: float
) -> None:
    aks = Aks(platform, body)
    operation = aks.operations.create(aks.cluster, aks.request)
    assert operation.work.seconds == pytest.approx(seconds)
    assert aks.kubernetes.pools == {}
    assert operation.task is not None
    await operation.task
    assert set(aks.kubernetes.pools) == {"system", *({"gpu"} if "gpu" in str(body) else set())}
    assert aks.cluster.is_serving


@pytest.mark.parametrize(
    ("after", "seconds"),
    [(0, 290.0), (0.5, 0.5 * 286.9 + 290.0), (1, 286.9 + 290.0)],
)
async def test_gpu_pools_may_begin_to_boot_later(
    platform: Platform, after: float, seconds: float
) -> None:
    aks = Aks(platform, with_gpu("Standard_NC24ads_A100_v4"), gpu_boot_after=after)
    operation = aks.operations.create(aks.cluster, aks.request)
    assert operation.work.seconds == pytest.approx(seconds)


async def test_a_cluster_that_goes_with_its_group_meanwhile_is_left_alone(
    platform: Platform,
) -> None:
    aks = Aks(platform, cluster_body())
    operation = aks.operations.create(aks.cluster, aks.request)
    platform.resources.remove(aks.cluster.resource)
    assert operation.task is not None
    await operation.task
    assert aks.kubernetes.pools == {}
    assert aks.kubernetes.is_stopped
    assert [each.name for each in platform.resources.all()] == ["gp-fraud"]
