"""What Azure's lists say about the resources of environments, reduced to what is compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.arm import naming
from domain.arm.agent_pool import read_power_state
from domain.arm.existing_resource import provisioning_state
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.arm.resource_tags import owning_environment
from domain.outcomes import Failure
from domain.sweep.groups import REPORT_ONLY, FoundGroup, OrphanPolicy
from domain.sweep.model import GpuPool
from domain.wire import JsonObject, WireModel

EDGE_KINDS = ("profile", "endpoint", "wafPolicy")
"""Parts of the edge that carry tags, so ARM lists them by type; other parts are not listed."""

RESOURCE_TYPES: Mapping[str, str] = {
    "profile": "Microsoft.Cdn/profiles",
    "endpoint": "Microsoft.Cdn/profiles/afdEndpoints",
    "wafPolicy": "Microsoft.Network/frontdoorWebApplicationFirewallPolicies",
}

CLUSTERS, EDGES = "managedClusters", "edges"
"""Names of the lists in `AzureListing.unread`."""


class FoundPool(WireModel):
    """The GPU pool of a cluster."""

    vm_size: str
    spot: bool
    count: int
    autoscaled: bool
    min_count: int = 0
    max_count: int = 0
    state: str
    """`provisioningState` in lower case."""
    power_state: str = ""
    """In lower case; empty if Azure does not say."""

    @property
    def is_at_rest(self) -> bool:
        """Azure's counts are those of the request while a pool is scaled."""
        return self.state in {"succeeded", "failed", "canceled"}


class FoundCluster(WireModel):
    """A cluster that is ours by its name and tags."""

    environment: str
    region: str
    cluster_id: str
    state: str
    """`provisioningState` in lower case."""
    power_state: str = ""
    gpu_pool: FoundPool | None = None


class ResourceRef(WireModel):
    """One resource of an environment, by what its id is derived from."""

    kind: str
    environment: str
    region: str = ""

    def target(self, subscription_id: str) -> ResourceTarget:
        return ResourceTarget(self.kind, self.environment, self.region, subscription_id)


class Presence(StrEnum):
    """What a GET of one resource says."""

    PRESENT = "present"
    MISSING = "missing"
    FOREIGN = "foreign"
    """It exists, but its tags do not name the environment."""
    UNCONNECTED = "unconnected"
    """A Private Link service without an approved connection."""
    UNREAD = "unread"


class LookedUp(WireModel):
    """A resource that no list contains, read by its id: lists may lag behind by minutes."""

    ref: ResourceRef
    resource_id: str
    presence: Presence
    reason: str = ""
    """Why it could not be read."""


@dataclass(frozen=True, slots=True)
class AzureListing:
    """What all lists contain, as of one moment before any record was read."""

    listed_at: datetime
    pools: tuple[GpuPool, ...] = ()
    clusters: tuple[FoundCluster, ...] = ()
    resources: tuple[ResourceRef, ...] = ()
    groups: tuple[FoundGroup, ...] = ()
    orphan_policy: OrphanPolicy = REPORT_ONLY
    unread: Mapping[str, str] = field(default_factory=dict[str, str])
    """Lists that failed, with the reason. Nothing is missing from those."""
    failure: Failure | None = None
    """Of the list of clusters, without which no pool can be judged."""

    @property
    def environments(self) -> set[str]:
        """Names of the environments to which something in the lists belongs."""
        pools = (pool.environment for pool in self.pools if pool.is_ours)
        return {*pools, *(group.environment for group in self.groups)}


def build_found_cluster(cluster: JsonObject) -> FoundCluster | None:
    """None for a cluster of others."""
    environment = owning_environment(cluster.get("tags") or {})
    region = str(cluster["location"]).replace(" ", "").lower()
    if not environment or str(cluster["name"]).lower() != naming.cluster_name(environment, region):
        return None
    properties: JsonObject = cluster.get("properties") or {}
    profiles: Sequence[JsonObject] = properties.get("agentPoolProfiles") or ()
    gpu = next((each for each in profiles if each["name"] == naming.GPU_POOL), None)
    return FoundCluster(
        environment=environment,
        region=region,
        cluster_id=cluster["id"],
        state=provisioning_state(cluster),
        power_state=read_power_state(properties),
        gpu_pool=_build_pool(gpu) if gpu else None,
    )


def find_ours(resource: JsonObject, kind: str, subscription_id: str) -> ResourceRef | None:
    """The listed part of an edge, if both its tags and its id say that it is ours."""
    environment = owning_environment(resource.get("tags") or {})
    if not environment:
        return None
    ref = ResourceRef(kind=kind, environment=environment)
    derived = KINDS[kind].build_id(ref.target(subscription_id))
    return ref if str(resource["id"]).lower() == derived.lower() else None


def _build_pool(profile: JsonObject) -> FoundPool:
    """AKS omits properties that are false or zero."""
    return FoundPool(
        vm_size=profile.get("vmSize") or "",
        spot=profile.get("scaleSetPriority") == "Spot",
        count=profile.get("count") or 0,
        autoscaled=bool(profile.get("enableAutoScaling")),
        min_count=profile.get("minCount") or 0,
        max_count=profile.get("maxCount") or 0,
        state=provisioning_state({"properties": profile}),
        power_state=read_power_state(profile),
    )
