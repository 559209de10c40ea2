"""Lists what Azure has, before any record is read: what is being created has a record by then."""

from collections.abc import Mapping

from domain.catalog.prices import RegionPrices
from domain.durable.names import ActivityName
from domain.durable.sweep_inputs import AzureLook
from domain.outcomes import Outcome
from domain.sweep.found import CLUSTERS, EDGES, AzureListing, FoundCluster, ResourceRef
from domain.sweep.groups import FoundGroup, OrphanPolicy
from domain.sweep.inventory import price_pools
from domain.sweep.model import GpuPool
from orchestrators.activity_calls import call_activity
from orchestrators.operation_context import Steps
from orchestrators.sweep_snapshot import SweepContext


def list_azure(sweep: SweepContext, prices: Mapping[str, RegionPrices]) -> Steps[AzureListing]:
    """`prices`: by region, as Azure lists them; pools of others are priced as shipped."""
    listed_at = sweep.now
    look = AzureLook(operation_id=sweep.ref.sweep_id).to_wire()
    clusters = yield from call_activity(sweep, ActivityName.LIST_GPU_POOLS, look)
    edges = yield from call_activity(sweep, ActivityName.LIST_RESOURCES, look)
    return AzureListing(
        listed_at=listed_at,
        pools=price_pools(map(GpuPool.from_wire, clusters.result.get("pools", ())), prices),
        clusters=tuple(
            FoundCluster.from_wire(each) for each in clusters.result.get("clusters", ())
        ),
        resources=tuple(ResourceRef.from_wire(each) for each in edges.result.get("resources", ())),
        groups=tuple(FoundGroup.from_wire(each) for each in edges.result.get("groups", ())),
        orphan_policy=OrphanPolicy.from_wire(edges.result.get("orphanPolicy", {})),
        unread=_find_unread({CLUSTERS: clusters, EDGES: edges}),
        failure=clusters.failure,
    )


def _find_unread(lists: dict[str, Outcome]) -> dict[str, str]:
    return {name: each.failure.reason for name, each in lists.items() if each.failure}
