"""Finds GPU pools in Azure's list of clusters, and GPU pods in a cluster's list of pods."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.arm import naming
from domain.arm.agent_pool import is_stopped
from domain.arm.naming import GPU_RESOURCE
from domain.arm.resource_tags import fold_names, owning_environment
from domain.catalog.gpu_skus import find_gpu_sku
from domain.catalog.prices import RegionPrices, shipped_prices
from domain.sweep.model import GpuPool
from domain.sweep.usage import FINISHED, GpuPod
from domain.wire import JsonObject


def build_gpu_pools(cluster: JsonObject) -> list[GpuPool]:
    """The GPU pools of one cluster, whether Gridplane created it or not."""
    profiles: Sequence[JsonObject] = cluster.get("properties", {}).get("agentPoolProfiles") or ()
    return [_gpu_pool(cluster, profile) for profile in profiles if _has_gpus(profile)]


def price_pools(
    pools: Iterable[GpuPool], prices: Mapping[str, RegionPrices]
) -> tuple[GpuPool, ...]:
    """At the prices of their regions, by region, as far as Azure lists them."""
    return tuple(_price(pool, prices.get(pool.region)) for pool in pools)


def _price(pool: GpuPool, prices: RegionPrices | None) -> GpuPool:
    price = prices.find(pool.vm_size, pool.spot) if prices else None
    return pool if price is None else pool.model_copy(update={"hourly_price": price})


def _has_gpus(profile: JsonObject) -> bool:
    """A pool of the expected name counts even if its VM size is not in the catalog."""
    return profile["name"] == naming.GPU_POOL or find_gpu_sku(_vm_size(profile)) is not None


def _vm_size(profile: JsonObject) -> str:
    return profile.get("vmSize") or ""


def _gpu_pool(cluster: JsonObject, profile: JsonObject) -> GpuPool:
    # A pool's tags take precedence over those of its cluster.
    tags = fold_names(cluster.get("tags") or {}) | fold_names(profile.get("tags") or {})
    owner = owning_environment(tags)
    environment = owner or tags.get("environment", "")
    region = str(cluster["location"]).replace(" ", "").lower()
    spot = profile.get("scaleSetPriority") == "Spot"
    prices = shipped_prices(region)
    return GpuPool(
        environment=environment,
        region=region,
        pool_id=f"{cluster['id']}/agentPools/{profile['name']}",
        cluster_id=cluster["id"],
        vm_size=_vm_size(profile),
        spot=spot,
        node_count=_count_running_nodes(cluster, profile),
        is_ours=owner is not None and _has_expected_names(cluster, profile, owner, region),
        hourly_price=prices.find(_vm_size(profile), spot) if prices else None,
    )


def _count_running_nodes(cluster: JsonObject, profile: JsonObject) -> int:
    """A stopped cluster or pool keeps its `count`, but its machines are deallocated."""
    if is_stopped(cluster.get("properties", {})) or is_stopped(profile):
        return 0
    return profile.get("count") or 0


def _has_expected_names(
    cluster: JsonObject, profile: JsonObject, environment: str, region: str
) -> bool:
    """Tags are copied along with templates; names are not."""
    return (
        environment != ""
        and str(cluster["name"]).lower() == naming.cluster_name(environment, region)
        and profile["name"] == naming.GPU_POOL
    )


def build_gpu_pods(pods: Iterable[JsonObject], environment: str) -> tuple[GpuPod, ...]:
    """Those pods of a cluster that request GPUs."""
    return tuple(_gpu_pod(pod, environment) for pod in pods if _requests_gpus(pod))


def _requests_gpus(pod: JsonObject) -> bool:
    spec: JsonObject = pod.get("spec") or {}
    containers = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    return any(_is_gpu_container(container) for container in containers)


def _is_gpu_container(container: JsonObject) -> bool:
    """An extended resource may be given as a limit alone; the request then equals it."""
    resources: JsonObject = container.get("resources") or {}
    limits: JsonObject = resources.get("limits") or {}
    requests: JsonObject = resources.get("requests") or {}
    return any(str(each.get(GPU_RESOURCE, "0")) != "0" for each in (limits, requests))


def _gpu_pod(pod: JsonObject, environment: str) -> GpuPod:
    metadata: JsonObject = pod["metadata"]
    status: JsonObject = pod.get("status") or {}
    labels: JsonObject = metadata.get("labels") or {}
    phase = status.get("phase") or "Unknown"
    return GpuPod(
        name=f"{metadata['namespace']}/{metadata['name']}",
        phase=phase,
        is_serving=metadata["namespace"] == naming.INFERENCE_NAMESPACE
        and labels.get("app.kubernetes.io/name") in naming.versions(environment),
        started_at=_parse_time(status.get("startTime")),
        finished_at=_finished_at(status) if phase in FINISHED else None,
    )


def _finished_at(status: JsonObject) -> datetime | None:
    """When its last container ended; an evicted pod has no container statuses, only conditions."""
    containers: Sequence[JsonObject] = status.get("containerStatuses") or ()
    ends = [_ended_at(container) for container in containers]
    conditions: Sequence[JsonObject] = status.get("conditions") or ()
    changes = [condition.get("lastTransitionTime") for condition in conditions]
    return _latest(ends) or _latest(changes)


def _ended_at(container: JsonObject) -> Any:
    state: JsonObject = container.get("state") or {}
    terminated: JsonObject = state.get("terminated") or {}
    return terminated.get("finishedAt")


def _latest(times: Iterable[Any]) -> datetime | None:
    parsed = (_parse_time(time) for time in times)
    return max((time for time in parsed if time is not None), default=None)


def _parse_time(value: Any) -> datetime | None:
    """Kubernetes clients return a time as text or parsed."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value))
