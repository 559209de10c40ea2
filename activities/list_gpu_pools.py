"""Lists every GPU pool and every cluster of ours with one request per page of clusters."""

from typing import Any

from activities.arm_outcomes import failed
from clients.factory import ClientFactory
from domain.outcomes import Outcome
from domain.sweep.found import build_found_cluster
from domain.sweep.inventory import build_gpu_pools


async def list_gpu_pools(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    """Fails if any page fails: a pool missing from a partial list would look deleted."""
    pools: list[dict[str, Any]] = []
    clusters: list[dict[str, Any]] = []
    async for page in clients.aks.list_clusters():
        if not page.is_success:
            return failed(page, "GET managedClusters")
        for cluster in page.body["value"]:
            pools += [pool.to_wire() for pool in build_gpu_pools(cluster)]
            if found := build_found_cluster(cluster):
                clusters.append(found.to_wire())
    return Outcome.succeeded(pools=pools, clusters=clusters)
