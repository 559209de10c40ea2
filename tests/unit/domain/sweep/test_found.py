from typing import Any

import pytest

from domain.arm.resource_kinds import ResourceTarget
from domain.sweep.found import FoundCluster, ResourceRef, build_found_cluster, find_ours

SUBSCRIPTION = "5b5c5b5c-0000-4000-8000-000000000001"
OURS = {"gridplane-environment": "fraud-llm"}
EDGE = f"/subscriptions/{SUBSCRIPTION}/resourcegroups/gp-fraud-llm-edge/providers/Microsoft.Cdn"


def listed(tags: Any = OURS, **changes: Any) -> dict[str, Any]:
    profiles = [
        {"name": "system", "count": 2},
        {
            "name": "gpu",
            "vmSize": "Standard_NC4as_T4_v3",
            "count": 1,
            "enableAutoScaling": True,
            "maxCount": 5,
            "provisioningState": "Succeeded",
            "powerState": {"code": "Running"},
        },
    ]
    return {
        "id": "/clusters/gp-fraud-llm-westeurope",
        "name": "gp-fraud-llm-westeurope",
        "location": "West Europe",
        "tags": tags,
        "properties": {
            "provisioningState": "Succeeded",
            "powerState": {"code": "Stopped"},
            "agentPoolProfiles": profiles,
        },
        **changes,
    }


def test_a_cluster_is_reduced_to_what_is_compared():
    found = build_found_cluster(listed())
    assert found
    assert (found.environment, found.region) == ("fraud-llm", "westeurope")
    assert (found.state, found.power_state) == ("succeeded", "stopped")
    assert found.gpu_pool
    assert found.gpu_pool.to_wire() == {
        "vmSize": "Standard_NC4as_T4_v3",
        "spot": False,
        "count": 1,
        "autoscaled": True,
        "minCount": 0,
        "maxCount": 5,
        "state": "succeeded",
        "powerState": "running",
    }


@pytest.mark.parametrize(
    ("profile", "shown"),
    [
        pytest.param({"scaleSetPriority": "Spot"}, {"spot": True}, id="spot"),
        pytest.param({"minCount": 2, "maxCount": 4}, {"minCount": 2, "maxCount": 4}, id="limits"),
        pytest.param({"provisioningState": "Failed"}, {"state": "failed"}, id="failed"),
        pytest.param({}, {"vmSize": "", "count": 0, "minCount": 0, "maxCount": 0}, id="nothing"),
    ],
)
def test_a_pool_is_reduced_to_what_is_compared(profile: dict[str, Any], shown: dict[str, Any]):
    properties = {"agentPoolProfiles": [{"name": "gpu", **profile}]}
    found = build_found_cluster(listed(properties=properties))
    assert found
    assert found.gpu_pool
    assert shown.items() <= found.gpu_pool.to_wire().items()


def test_a_reference_leads_to_one_resource():
    ref = ResourceRef(kind="origin", environment="fraud-llm", region="westeurope")
    assert ref.target(SUBSCRIPTION) == ResourceTarget(
        "origin", "fraud-llm", "westeurope", SUBSCRIPTION
    )


def test_a_cluster_without_a_gpu_pool_is_found_without_one():
    found = build_found_cluster(listed(properties={"provisioningState": "Failed"}))
    assert found == FoundCluster(
        environment="fraud-llm",
        region="westeurope",
        cluster_id="/clusters/gp-fraud-llm-westeurope",
        state="failed",
    )


@pytest.mark.parametrize(
    "cluster",
    [
        pytest.param(listed(tags=None), id="without tags"),
        pytest.param(listed(name="copy"), id="tags of a copied template"),
        pytest.param(listed(tags={"gridplane-environment": "other"}), id="of another one"),
    ],
)
def test_clusters_of_others_are_not_found(cluster: dict[str, Any]):
    assert build_found_cluster(cluster) is None


@pytest.mark.parametrize(
    ("kind", "path", "tags", "is_ours"),
    [
        ("profile", "profiles/gp-fraud-llm", OURS, True),
        ("endpoint", "profiles/gp-fraud-llm/afdendpoints/gp-fraud-llm", OURS, True),
        ("profile", "profiles/gp-fraud-llm", {"Gridplane-Environment": "fraud-llm"}, True),
        ("profile", "profiles/gp-fraud-llm", None, False),
        ("profile", "profiles/other", OURS, False),
        ("profile", "profiles/gp-fraud-llm", {"gridplane-environment": "other"}, False),
    ],
)
def test_a_part_of_an_edge_is_ours_by_its_tags_and_its_id(
    kind: str, path: str, tags: Any, is_ours: bool
):
    found = find_ours({"id": f"{EDGE}/{path}", "tags": tags}, kind, SUBSCRIPTION)
    assert found == (ResourceRef(kind=kind, environment="fraud-llm") if is_ours else None)
