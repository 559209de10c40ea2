"""Resource groups in the subscription that are ours by their names and marks."""

from domain.arm import naming
from domain.arm.resource_tags import owning_environment
from domain.wire import JsonObject, WireModel


class OrphanPolicy(WireModel):
    """What the app is set to do about groups of environments without a record."""

    removal: bool = False
    grace_hours: int = 24


REPORT_ONLY = OrphanPolicy()


class FoundGroup(WireModel):
    environment: str
    region: str = ""
    """Empty for the group of the edge."""
    group_id: str
    is_tagged: bool = True
    """Whether its tags name the environment. AKS's own groups are ours by the cluster that manages
    them; their tags are AKS's."""


def build_found_group(group: JsonObject) -> FoundGroup | None:
    """None for a group of others."""
    return _by_tags(group) or _by_cluster(group)


def _by_tags(group: JsonObject) -> FoundGroup | None:
    environment = owning_environment(group.get("tags") or {})
    if not environment or group.get("managedBy"):
        return None
    name, region = str(group["name"]).lower(), _location(group)
    if name == naming.edge_resource_group(environment):
        return FoundGroup(environment=environment, group_id=group["id"])
    if name == naming.cell_resource_group(environment, region):
        return FoundGroup(environment=environment, region=region, group_id=group["id"])
    return None


def _by_cluster(group: JsonObject) -> FoundGroup | None:
    """The group of a cluster's nodes, which outlives a cluster whose deletion went wrong."""
    cluster = str(group.get("managedBy") or "").lower().rpartition("/managedclusters/")[2]
    region = _location(group)
    name = cluster.removeprefix("gp-").removesuffix(f"-{region}")
    is_derived = cluster == naming.cluster_name(name, region)
    if not is_derived or group["name"] != naming.node_resource_group(name, region):
        return None
    return FoundGroup(environment=name, region=region, group_id=group["id"], is_tagged=False)


def _location(group: JsonObject) -> str:
    return str(group["location"]).replace(" ", "").lower()
