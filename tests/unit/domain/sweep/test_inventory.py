from datetime import UTC, datetime
from typing import Any

import pytest

from domain.catalog.prices import RegionPrices
from domain.sweep.inventory import build_gpu_pods, build_gpu_pools, price_pools
from domain.sweep.model import GpuPool
from domain.sweep.usage import GpuPod
from tests.support.specs import NOON

A100 = "Standard_NC24ads_A100_v4"
CLUSTER_ID = "/subscriptions/1/resourcegroups/gp-fraud-llm-westeurope/clusters/gp-fraud-llm"
OURS = {"managed-by": "gridplane", "environment": "fraud-llm", "owner": "x"}


def a_profile(**changes: Any) -> dict[str, Any]:
    return {
        "name": "gpu",
        "vmSize": A100,
        "count": 2,
        "enableAutoScaling": True,
        "minCount": 1,
        "maxCount": 5,
        **changes,
    }


def a_cluster(*profiles: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": CLUSTER_ID,
        "name": "gp-fraud-llm-westeurope",
        "location": "westeurope",
        "tags": OURS,
        "properties": {"agentPoolProfiles": list(profiles or [a_profile()])},
        **changes,
    }


def only(cluster: dict[str, Any]) -> GpuPool:
    (pool,) = build_gpu_pools(cluster)
    return pool


def test_a_pool_of_ours_is_read_whole():
    assert only(a_cluster()) == GpuPool(
        environment="fraud-llm",
        region="westeurope",
        pool_id=f"{CLUSTER_ID}/agentPools/gpu",
        cluster_id=CLUSTER_ID,
        vm_size=A100,
        node_count=2,
        is_ours=True,
        hourly_price=4.775,
    )


@pytest.mark.parametrize(
    ("changes", "attribute", "value"),
    [
        ({"count": None}, "node_count", 0),
        ({"powerState": {"code": "Stopped"}}, "node_count", 0),
        ({"powerState": {"code": "Running"}}, "node_count", 2),
        ({"scaleSetPriority": "Spot"}, "hourly_price", None),
        ({"scaleSetPriority": "Regular"}, "hourly_price", 4.775),
        ({"vmSize": A100.upper()}, "hourly_price", 4.775),
        ({"vmSize": "Standard_NC1_Future"}, "hourly_price", None),
        ({"vmSize": None}, "vm_size", ""),
    ],
    ids=[
        "no count",
        "stopped",
        "running",
        "spot",
        "regular",
        "size in capitals",
        "size of the future",
        "no size",
    ],
)
def test_a_pool_tells_what_it_has(changes: dict[str, Any], attribute: str, value: Any):
    assert getattr(only(a_cluster(a_profile(**changes))), attribute) == value


def test_a_stopped_cluster_runs_no_node_though_its_pool_keeps_its_count():
    cluster = a_cluster()
    cluster["properties"]["powerState"] = {"code": "Stopped"}
    assert only(cluster).node_count == 0


@pytest.mark.parametrize(
    ("tags", "environment"), [({"Environment": "other"}, "other"), ({}, ""), (None, "")]
)
def test_a_pool_that_is_not_ours_is_told_by_what_its_tags_call_it(tags: Any, environment: str):
    pool = only(a_cluster(tags=tags))
    assert (pool.environment, pool.is_ours) == (environment, False)


def test_a_cluster_that_is_only_just_begun_has_no_pools():
    cluster = a_cluster()
    del cluster["properties"]
    assert list(build_gpu_pools(cluster)) == []


@pytest.mark.parametrize("location", ["westeurope", "West Europe"])
def test_a_region_is_known_by_both_of_its_spellings(location: str):
    pool = only(a_cluster(location=location))
    assert (pool.region, pool.is_ours) == ("westeurope", True)


@pytest.mark.parametrize(
    "cluster",
    [
        a_cluster(tags=None),
        a_cluster(tags={**OURS, "managed-by": "terraform"}),
        a_cluster(tags={"managed-by": "gridplane"}),
        a_cluster(tags={**OURS, "environment": "other"}),
        a_cluster(name="copy-of-a-template"),
        a_cluster(tags={"gridplane-environment": ""}, name="gp--westeurope"),
        a_cluster(location="northeurope"),
        a_cluster(a_profile(name="train")),
        a_cluster(a_profile(tags={"managed-by": "terraform"})),
        a_cluster(a_profile(tags={"environment": "other"})),
    ],
    ids=[
        "no tags",
        "managed by another tool",
        "of no environment",
        "of an environment with other names",
        "tags that were copied",
        "a tag without an environment",
        "a region that its name denies",
        "a pool that was added manually",
        "a pool with another owner's tags",
        "a pool tagged for another environment",
    ],
)
def test_a_pool_that_is_not_surely_ours_is_not_ours(cluster: dict[str, Any]):
    assert not only(cluster).is_ours


@pytest.mark.parametrize(
    "cluster",
    [
        a_cluster(tags={"gridplane-environment": "fraud-llm", "environment": "production"}),
        a_cluster(tags={"Gridplane-Environment": "fraud-llm"}),
        a_cluster(tags={"Managed-By": "gridplane", "Environment": "fraud-llm"}),
        a_cluster(
            a_profile(tags={"environment": "production", "managed-by": "policy"}),
            tags={"gridplane-environment": "fraud-llm"},
        ),
    ],
    ids=["tags that a policy rewrote", "case", "an earlier version's", "a pool's rewritten tags"],
)
def test_a_pool_stays_ours_when_a_policy_rewrites_common_tags(cluster: dict[str, Any]):
    pool = only(cluster)
    assert (pool.environment, pool.is_ours) == ("fraud-llm", True)


def test_pools_without_gpus_are_left_out():
    system = a_profile(name="system", vmSize="Standard_D4s_v5")
    foreign = a_profile(name="train", vmSize="Standard_ND96asr_v4")
    pools = build_gpu_pools(a_cluster(system, a_profile(), foreign))
    assert [pool.pool_id.rpartition("/")[2] for pool in pools] == ["gpu", "train"]


@pytest.mark.parametrize("properties", [{}, {"agentPoolProfiles": None}])
def test_a_cluster_without_pools_has_none(properties: dict[str, Any]):
    assert build_gpu_pools(a_cluster(properties=properties)) == []


def a_pod(
    namespace: str = "inference",
    status: dict[str, Any] | None = None,
    resources: dict[str, Any] | None = None,
    app: str = "fraud-llm",
) -> dict[str, Any]:
    asked = {"limits": {"nvidia.com/gpu": "1"}} if resources is None else resources
    return {
        "metadata": {
            "name": "pod-1",
            "namespace": namespace,
            "labels": {"app.kubernetes.io/name": app},
        },
        "spec": {"containers": [{"name": "c", "resources": asked}]},
        "status": {"phase": "Running", **(status or {})},
    }


def seen(pod: dict[str, Any]) -> GpuPod:
    (found,) = build_gpu_pods([pod], "fraud-llm")
    return found


@pytest.mark.parametrize(
    ("resources", "asks"),
    [
        ({"limits": {"nvidia.com/gpu": "1"}}, True),
        ({"requests": {"nvidia.com/gpu": 2}}, True),
        ({"limits": {"nvidia.com/gpu": "0"}}, False),
        ({"limits": {"cpu": "1"}}, False),
        ({"limits": None}, False),
        ({}, False),
    ],
    ids=["limit", "request as a number", "zero", "processors only", "null", "nothing"],
)
def test_only_pods_that_ask_for_gpus_are_seen(resources: dict[str, Any], asks: bool):
    assert bool(build_gpu_pods([a_pod(resources=resources)], "fraud-llm")) is asks


def test_an_init_container_that_asks_counts_too():
    pod = a_pod(resources={})
    pod["spec"]["initContainers"] = [{"resources": {"limits": {"nvidia.com/gpu": "1"}}}]
    assert seen(pod)


@pytest.mark.parametrize(
    ("pod", "is_serving"),
    [
        (a_pod(), True),
        (a_pod(app="fraud-llm-next"), True),
        (a_pod(namespace="batch"), False),
        (a_pod(app="job"), False),
    ],
    ids=["the model", "its next version", "another namespace", "another name"],
)
def test_only_the_environments_own_pods_are_serving(pod: dict[str, Any], is_serving: bool):
    assert seen(pod).is_serving is is_serving


def test_a_pod_without_labels_or_status_is_not_serving():
    pod = a_pod()
    pod["metadata"]["labels"] = None
    pod["status"] = None
    assert seen(pod) == GpuPod(name="inference/pod-1", phase="Unknown", is_serving=False)


def ended(*times: str | datetime | None) -> list[dict[str, Any]]:
    return [{"state": {"terminated": {"finishedAt": time}}} for time in times]


ELEVEN, TWELVE = (datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in (11, 12))
AT_11, AT_12 = "2026-11-22T11:00:00Z", "2026-11-22T12:00:00Z"


@pytest.mark.parametrize(
    ("status", "finished_at"),
    [
        ({"phase": "Succeeded", "containerStatuses": ended(AT_12, AT_11)}, TWELVE),
        ({"phase": "Failed", "containerStatuses": ended(AT_11)}, ELEVEN),
        ({"phase": "Failed", "conditions": [{"lastTransitionTime": AT_12}]}, TWELVE),
        (
            {
                "phase": "Failed",
                "containerStatuses": ended(None),
                "conditions": [{"lastTransitionTime": AT_12}],
            },
            TWELVE,
        ),
        ({"phase": "Succeeded"}, None),
        ({"phase": "Running", "containerStatuses": ended(AT_11)}, None),
        ({"phase": "Succeeded", "containerStatuses": ended(TWELVE)}, TWELVE),
    ],
    ids=[
        "last container",
        "failed",
        "evicted",
        "an end without a time",
        "no trace",
        "a container of a running pod",
        "a time that is parsed already",
    ],
)
def test_the_end_of_a_pod_is_that_of_its_last_container(
    status: dict[str, Any], finished_at: datetime | None
):
    assert seen(a_pod(status=status)).finished_at == finished_at


def test_the_start_of_a_pod_is_told():
    assert seen(a_pod(status={"startTime": AT_11})).started_at == ELEVEN


def a_pool_of(vm_size: str, *, spot: bool, price: float | None) -> GpuPool:
    return GpuPool(
        environment="fraud-llm",
        region="westeurope",
        pool_id="/pool",
        cluster_id="/cluster",
        vm_size=vm_size,
        node_count=2,
        spot=spot,
        is_ours=True,
        hourly_price=price,
    )


@pytest.mark.parametrize(
    ("vm_size", "spot", "price"),
    [
        ("Standard_NC24ads_A100_v4", False, 5.0),
        ("standard_nc24ads_a100_v4", True, 1.5),
        ("Standard_NC40ads_H100_v5", False, 9.0),
    ],
)
def test_what_azure_lists_is_the_price_of_a_pool(vm_size: str, spot: bool, price: float):
    """9.0 is what the pool was listed with: Azure's list lacks the size."""
    listed = RegionPrices(
        region="westeurope",
        as_of=NOON,
        source="RetailPrices",
        hourly={"Standard_NC24ads_A100_v4": 5.0},
        spot={"Standard_NC24ads_A100_v4": 1.5},
    )
    pool = a_pool_of(vm_size, spot=spot, price=9.0)
    (priced,) = price_pools([pool], {"westeurope": listed})
    assert priced.hourly_price == price
    assert price_pools([pool], {}) == (pool,)
