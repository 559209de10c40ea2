"""Bodies of agent pools."""

from typing import Any

import pytest

from emulators.azure.aks import pool_bodies
from emulators.azure.aks.network_profiles import OVERLAY
from emulators.azure.compute.vm_sizes import VmSizes

SPOT_TAINT = "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"
GPU: dict[str, Any] = {
    "count": 1,
    "mode": "User",
    "vmSize": "Standard_NC48ads_A100_v4",
    "enableAutoScaling": True,
    "minCount": 0,
    "maxCount": 5,
    "nodeTaints": ["sku=gpu:NoSchedule"],
    "nodeLabels": {"gridplane.io/gpu-pool": "true"},
}


def new_pool(requested: dict[str, Any]) -> dict[str, Any]:
    return pool_bodies.pool_properties(requested, "1.35", OVERLAY, VmSizes())


def test_windows_nodes_get_windows() -> None:
    assert new_pool({"osType": "Windows"})["osSKU"] == "Windows2022"
    assert new_pool({"osType": ""})["osSKU"] == "Ubuntu"


def test_a_new_pool_is_completed_by_what_aks_fills_in() -> None:
    properties = new_pool({**GPU, "osType": None})
    assert properties["osType"] == "Linux"
    assert properties["maxPods"] == 250
    assert properties["orchestratorVersion"] == "1.35"
    assert properties["currentOrchestratorVersion"].startswith("1.35.")
    assert "provisioningState" not in properties


def test_the_cluster_is_told_what_it_needs_to_know() -> None:
    pool = pool_bodies.node_pool("gpu", new_pool(GPU), VmSizes())
    assert (pool.count, pool.autoscaling, pool.min_count, pool.max_count) == (1, True, 0, 5)
    assert (pool.gpus_per_node, pool.spot) == (2, False)
    assert pool.taints == ("sku=gpu:NoSchedule",)
    assert pool.labels == {"gridplane.io/gpu-pool": "true"}


def test_aks_labels_and_taints_spot_nodes_itself() -> None:
    properties = new_pool({**GPU, "scaleSetPriority": "Spot"})
    again = pool_bodies.changed_properties(properties, {**GPU, "scaleSetPriority": "Spot"})
    for each in (properties, again):
        assert each["nodeTaints"] == ["sku=gpu:NoSchedule", SPOT_TAINT]
        assert each["nodeLabels"]["kubernetes.azure.com/scalesetpriority"] == "spot"
    assert properties["spotMaxPrice"] == -1.0


@pytest.mark.parametrize(
    ("requested", "expected"),
    [
        pytest.param({"count": 2}, {"vmSize": "Standard_NC48ads_A100_v4"}, id="size stays"),
        pytest.param(
            {"count": 2}, {"enableAutoScaling": False, "minCount": None}, id="autoscaler goes"
        ),
        pytest.param({"count": 2}, {"nodeTaints": None}, id="taints go"),
        pytest.param({"count": 2, "mode": "System"}, {"mode": "System"}, id="mode changes"),
    ],
)
def test_a_put_replaces_what_can_change_and_keeps_what_cannot(
    requested: dict[str, Any], expected: dict[str, Any]
) -> None:
    present = new_pool(GPU)
    changed = pool_bodies.changed_properties(present, requested)
    assert {name: changed.get(name) for name in expected} == expected
