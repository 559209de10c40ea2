"""GPU nodes that a sweep's lists show, compared with what an environment's record says of them."""

from collections.abc import Mapping
from datetime import datetime

from domain.arm.agent_pool import STOPPED
from domain.catalog.prices import RegionPrices
from domain.environment.gpu_usage import GpuNodes, is_news
from domain.environment.phases import Phase
from domain.sweep.found import FoundCluster, Presence, ResourceRef
from domain.sweep.health_facts import Found
from domain.sweep.model import EnvironmentSweepState


def find_gpu_nodes(
    found: Found,
    environment: EnvironmentSweepState,
    at: datetime,
    prices: Mapping[str, RegionPrices],
) -> tuple[GpuNodes, ...]:
    """The regions whose count, kind or price of nodes differs from the record's latest
    observation.

    Only those, so that a subscription in which nothing happens costs no writes. `at`: when Azure
    was listed. `prices`: by region, as Azure lists them. A deleted environment has none, though
    lists may lag behind.
    """
    known, state = environment.gpu_nodes, environment.state
    if known is None or state.phase is Phase.DELETED:
        return ()
    regions = dict.fromkeys((*known, *state.regions))
    seen = (_look(found, state.environment, region, at, prices) for region in regions)
    return tuple(each for each in seen if each and is_news(known.get(each.region), each))


def _look(
    found: Found,
    environment: str,
    region: str,
    at: datetime,
    prices: Mapping[str, RegionPrices],
) -> GpuNodes | None:
    """None if the lists do not say."""
    cluster = found.clusters.get((environment, region))
    if cluster:
        return _count(cluster, at, prices.get(region))
    ref = ResourceRef(kind="managedCluster", environment=environment, region=region)
    looked_up = found.looked_up.get(ref)
    is_missing = looked_up is not None and looked_up.presence is Presence.MISSING
    return GpuNodes(region=region, at=at, nodes=0) if is_missing else None


def _count(cluster: FoundCluster, at: datetime, prices: RegionPrices | None) -> GpuNodes | None:
    """None while the pool changes: its count is that of the request then."""
    region, pool = cluster.region, cluster.gpu_pool
    if pool is None or STOPPED in (cluster.power_state, pool.power_state):
        return GpuNodes(region=region, at=at, nodes=0)
    if not pool.is_at_rest:
        return None
    return GpuNodes(
        region=region,
        at=at,
        nodes=pool.count,
        vm_size=pool.vm_size,
        spot=pool.spot,
        hourly_price=prices.find(pool.vm_size, pool.spot) if prices else None,
    )
