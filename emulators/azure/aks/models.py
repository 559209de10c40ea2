"""Managed clusters: which there are, and what a request makes of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from emulators.azure.aks import cluster_bodies, cluster_settings, errors, pool_bodies, validation
from emulators.azure.aks.shapes import check_cluster_shape
from emulators.azure.aks.state import POOL_TYPE, ClusterFactory, ManagedCluster, check_etag
from emulators.azure.aks.validation import CLUSTER_TYPE
from emulators.azure.arm.errors import location_changed, resource_not_found
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.compute.capacity import Capacity, Machines, allocation_failed
from emulators.azure.compute.quota import NodesInUse, Quota
from emulators.azure.compute.vm_sizes import VmSize, VmSizes
from emulators.azure.resource_groups.models import ResourceGroups

REMEMBERED_AFTER_DELETE = timedelta(seconds=60)
"""For so long the resource provider itself says that a cluster is gone, then the gateway does."""

PoolChange = tuple[Resource, dict[str, Any]]


class ManagedClusters:
    """All managed clusters of the subscription."""

    def __init__(
        self, platform: Platform, groups: ResourceGroups, make_cluster: ClusterFactory
    ) -> None:
        self.sizes = VmSizes()
        self.quota = Quota(self.sizes.families(), self._nodes_in_use)
        self.capacity = Capacity()
        self._platform = platform
        self._groups = groups
        self._make_cluster = make_cluster
        self._by_key: dict[str, ManagedCluster] = {}
        self._deleted_at: dict[str, datetime] = {}

    def all(self) -> list[ManagedCluster]:
        return list(self._by_key.values())

    def find(self, request: ArmRequest) -> ManagedCluster | None:
        return self._by_key.get(self._id(request).lower())

    def get(self, request: ArmRequest) -> ManagedCluster:
        cluster = self.find(request)
        if cluster is not None:
            return cluster
        name = request.params["cluster"]
        deleted_at = self._deleted_at.get(self._id(request).lower())
        if deleted_at and self._platform.clock.now() - deleted_at < REMEMBERED_AFTER_DELETE:
            raise errors.cluster_just_deleted(name, request.group, request.subscription)
        raise resource_not_found(CLUSTER_TYPE, [name], request.group)

    def by_api_id(self, api_id: str) -> ManagedCluster | None:
        return next((each for each in self.all() if each.api_id == api_id), None)

    def pools(self, cluster: ManagedCluster) -> list[Resource]:
        return self._platform.resources.children(cluster.resource.id, POOL_TYPE)

    def create(self, request: ArmRequest) -> ManagedCluster:
        """Check a request for a new cluster and lay it down; nothing runs yet."""
        check_etag(request.headers, None)
        check_cluster_shape(request.body)
        name = request.params["cluster"]
        region = validation.check_cluster(name, request.body, self.sizes)
        cluster_settings.check_settings(request.body)
        self._check_room(region)
        profiles = [
            pool_bodies.completed_profile(each) for each in request.properties["agentPoolProfiles"]
        ]
        self.check_quota(region, [(each, each["count"]) for each in profiles])
        resource = self._new_resource(request, region)
        cluster = self._lay_down(resource)
        version = resource.properties["kubernetesVersion"]
        for profile in profiles:
            self.add_pool(cluster, profile["name"], pool_bodies.pool_properties(profile, version))
        return cluster

    def add_pool(self, cluster: ManagedCluster, name: str, properties: dict[str, Any]) -> Resource:
        pool = Resource(
            id=f"{cluster.resource.id}/agentPools/{name}",
            type=POOL_TYPE,
            name=name,
            created_at=self._platform.clock.now(),
            state="Creating",
            body={"properties": properties},
            etag=self._platform.identifiers.guid(),
            on_removed=lambda: cluster.kubernetes.remove_node_pool(name),
        )
        self._platform.resources.add(pool)
        return pool

    def update(self, cluster: ManagedCluster, request: ArmRequest) -> str:
        """Check a change and store it; answers the provisioning state that it leads to."""
        check_etag(request.headers, cluster.resource)
        cluster.check_free(request.api_version)
        cluster.check_running("updating")
        check_cluster_shape(request.body)
        self._check_unmoved(cluster, request)
        validation.check_version(request.properties)
        cluster_settings.check_settings(request.body)
        changes = self._checked_profiles(cluster, request)
        kind = "Updating"
        for pool, properties in changes:
            if properties["count"] != cluster.node_count(pool):
                kind = "Scaling"
            pool.body["properties"] = properties
        body = cluster.resource.body
        before = body["properties"]
        body["properties"] = cluster_bodies.changed_properties(
            before,
            request.properties,
            cluster.region,
            self._platform.tenant_id,
            self._platform.identifiers,
        )
        body["tags"] = request.body.get("tags")
        body["sku"] = cluster_settings.sku(request.body.get("sku"), body["sku"])
        versions = (each["currentKubernetesVersion"] for each in (before, body["properties"]))
        return kind if len(set(versions)) == 1 else "Upgrading"

    def merge_tags(self, cluster: ManagedCluster, request: ArmRequest) -> None:
        check_etag(request.headers, cluster.resource)
        cluster.check_free(request.api_version)
        cluster.check_running("updating")
        check_cluster_shape(request.body)
        cluster.resource.body["tags"] = request.body.get("tags")

    def check_deletable(self, cluster: ManagedCluster, request: ArmRequest) -> None:
        check_etag(request.headers, cluster.resource)
        cluster.check_free(request.api_version)

    def check_start(self, cluster: ManagedCluster) -> None:
        """The machines of a stopped cluster count again from its start on."""
        wanted = [(pool.properties, pool.properties["count"]) for pool in self.pools(cluster)]
        self.check_quota(cluster.region, wanted)

    def check_quota(self, region: str, wanted: Iterable[tuple[dict[str, Any], int]]) -> None:
        """Refuse pool properties with that many more nodes when the quota does not allow them."""
        machines = [
            (self.size_of(properties), nodes, properties.get("scaleSetPriority") == "Spot")
            for properties, nodes in wanted
        ]
        shortage = self.quota.shortage(region, machines)
        if shortage is not None:
            raise errors.quota_exceeded(shortage, region)

    def find_allocation_failure(
        self, cluster: ManagedCluster, pools: Iterable[Resource]
    ) -> dict[str, Any] | None:
        """The error of an operation that needs machines for these pools which the region lacks."""
        for pool in pools:
            properties = pool.properties
            machines = Machines(
                cluster.region,
                self.size_of(properties).name,
                properties.get("scaleSetPriority") == "Spot",
                tuple(properties.get("availabilityZones") or ()),
            )
            if properties["count"] > cluster.running_nodes(pool) and self.capacity.lacks(machines):
                return allocation_failed(machines)
        return None

    def size_of(self, properties: dict[str, Any]) -> VmSize:
        size = self.sizes.find(str(properties.get("vmSize") or pool_bodies.DEFAULT_VM_SIZE))
        if size is None:
            raise LookupError(f"{properties['vmSize']} was stored although it is unknown")
        return size

    def _check_room(self, region: str) -> None:
        allowed = self._platform.limits.clusters_per_region
        present = sum(each.region == region for each in self.all())
        if present >= allowed:
            raise errors.too_many_clusters(allowed, present)

    def _id(self, request: ArmRequest) -> str:
        name = request.params["cluster"]
        return f"{self._groups.id_of(request.group)}/providers/{CLUSTER_TYPE}/{name}"

    def _new_resource(self, request: ArmRequest, region: str) -> Resource:
        platform = self._platform
        name = request.params["cluster"]
        group = self._groups.get(request.group)
        identity = cluster_bodies.identity(
            request.body.get("identity"), platform.tenant_id, platform.identifiers
        )
        body = {
            "location": region,
            "tags": request.body.get("tags"),
            "sku": cluster_settings.sku(request.body.get("sku")),
            "kind": "Base",
            "identity": identity,
            "properties": cluster_bodies.new_properties(
                request.properties,
                name,
                group.name,
                region,
                platform.tenant_id,
                platform.identifiers,
            ),
        }
        return Resource(
            id=f"{group.id}/providers/{CLUSTER_TYPE}/{name}",
            type=CLUSTER_TYPE,
            name=name,
            created_at=platform.clock.now(),
            state="Creating",
            body=body,
            etag=platform.identifiers.guid(),
        )

    def _lay_down(self, resource: Resource) -> ManagedCluster:
        """Add the cluster with its node resource group, and see that both go together."""
        properties = resource.properties
        kubernetes = self._make_cluster(
            resource.name, resource.body["location"], properties["currentKubernetesVersion"]
        )
        cluster = ManagedCluster(resource, self._platform.identifiers.hexadecimal(24), kubernetes)
        node_group = self._groups.create(
            properties["nodeResourceGroup"], resource.body["location"], managed_by=resource.id
        )

        def removed() -> None:
            kubernetes.stop()
            self._by_key.pop(resource.key, None)
            self._deleted_at[resource.key] = self._platform.clock.now()
            self._platform.resources.remove(node_group)

        resource.on_removed = removed
        self._platform.resources.add(resource)
        self._by_key[resource.key] = cluster
        return cluster

    def _check_unmoved(self, cluster: ManagedCluster, request: ArmRequest) -> None:
        region = validation.checked_region(request.body)
        if region != cluster.region:
            raise location_changed(cluster.resource.name, request.group, cluster.region, region)
        node_group = request.properties.get("nodeResourceGroup")
        if node_group not in (None, cluster.resource.properties["nodeResourceGroup"]):
            raise errors.change_not_allowed("properties.nodeResourceGroup")

    def _checked_profiles(self, cluster: ManagedCluster, request: ArmRequest) -> list[PoolChange]:
        """The pools that a cluster request names, with their properties after it."""
        present = {pool.name: pool for pool in self.pools(cluster)}
        changes: list[PoolChange] = []
        for profile in request.properties.get("agentPoolProfiles") or []:
            pool = present.get(str(profile.get("name")))
            if pool is None:
                raise errors.new_pool_by_cluster_request()
            changes.append((pool, self.checked_change(cluster, pool, profile)))
        added = [
            (properties, properties["count"] - cluster.node_count(pool))
            for pool, properties in changes
        ]
        self.check_quota(cluster.region, added)
        return changes

    def checked_change(
        self, cluster: ManagedCluster, pool: Resource, requested: dict[str, Any]
    ) -> dict[str, Any]:
        """A pool's properties after a request, or the refusal of the request."""
        present = pool.properties
        nodes = cluster.node_count(pool)
        wanted = pool_bodies.changed_properties(present, {"count": nodes, **requested})
        validation.check_pool(pool.name, wanted, cluster.region, self.sizes)
        validation.check_unchanged(present, wanted)
        if pool_bodies.is_stopped(present) and pool_bodies.is_stopped(wanted):
            wanted["count"] = nodes
        elif wanted.get("enableAutoScaling") and present.get("enableAutoScaling"):
            # Recorded: with the autoscaler on, any count is accepted and has no effect.
            wanted["count"] = nodes
        elif wanted.get("enableAutoScaling") and wanted["count"] != nodes:
            raise errors.scaling_while_enabling_autoscaler(pool.name)
        if present["mode"] == "System" and wanted["mode"] != "System":
            self.check_other_system_pool(cluster, pool)
        return wanted

    def check_other_system_pool(self, cluster: ManagedCluster, pool: Resource) -> None:
        others = [each for each in self.pools(cluster) if each is not pool]
        if not others:
            raise errors.last_pool()
        if not any(each.properties["mode"] == "System" for each in others):
            raise errors.no_system_pool()

    def _nodes_in_use(self) -> Iterable[NodesInUse]:
        for cluster in self.all():
            for pool in self.pools(cluster):
                spot = pool.properties.get("scaleSetPriority") == "Spot"
                size = self.size_of(pool.properties)
                nodes = 0 if cluster.is_stopped else cluster.node_count(pool)
                yield NodesInUse(cluster.region, size, nodes, spot)
