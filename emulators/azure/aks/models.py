"""Managed clusters: which there are, and what a request makes of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from emulators.azure.aks import cluster_bodies, cluster_settings, errors, pool_bodies, validation
from emulators.azure.aks.machines import ClusterMachines
from emulators.azure.aks.pool_changes import PoolChanges
from emulators.azure.aks.shapes import check_cluster_shape
from emulators.azure.aks.state import POOL_TYPE, ClusterFactory, ManagedCluster, check_etag
from emulators.azure.aks.validation import CLUSTER_TYPE
from emulators.azure.arm.errors import location_changed, resource_not_found
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.resource_groups.models import ResourceGroups

REMEMBERED_AFTER_DELETE = timedelta(seconds=60)
"""For so long the resource provider itself says that a cluster is gone, then the gateway does."""

NEEDED_PROVIDERS = ("Microsoft.Compute", "Microsoft.Network", "Microsoft.ManagedIdentity")
"""Of what AKS makes for a cluster: machines, load balancer and addresses, the nodes' identity."""

PoolChange = tuple[Resource, dict[str, Any]]


class ManagedClusters:
    """All managed clusters of the subscription."""

    def __init__(
        self, platform: Platform, groups: ResourceGroups, make_cluster: ClusterFactory
    ) -> None:
        self.machines = ClusterMachines(self.all, self.pools)
        self.sizes = self.machines.sizes
        self.pool_changes = PoolChanges(self.sizes, self.pools)
        self.find_network_shortage: Callable[[str], dict[str, Any] | None] = lambda region: None
        """Why a region has no room for what each cluster has of the network."""
        self.check_provider: Callable[[str], None] = lambda namespace: None
        """Refuses what needs a provider that the subscription has not registered."""
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
        raise resource_not_found("/".join(request.path.split("/")[:9]))

    def by_api_id(self, api_id: str) -> ManagedCluster | None:
        return next((each for each in self.all() if each.api_id == api_id), None)

    def pools(self, cluster: ManagedCluster) -> list[Resource]:
        return self._platform.resources.children(cluster.resource.id, POOL_TYPE)

    def create(self, request: ArmRequest) -> ManagedCluster:
        """Check a request for a new cluster and lay it down; nothing runs yet."""
        check_etag(request.headers, None)
        check_cluster_shape(request.body)
        for namespace in NEEDED_PROVIDERS:
            self.check_provider(namespace)
        name = request.params["cluster"]
        region = validation.check_cluster(name, request.body, self.sizes)
        cluster_settings.check_settings(request.body)
        self._check_room(region)
        profiles = [
            pool_bodies.completed_profile(each) for each in request.properties["agentPoolProfiles"]
        ]
        self.machines.check_offered(region, [(each["name"], each) for each in profiles])
        self.machines.check_quota(region, [(each, each["count"]) for each in profiles])
        resource = self._new_resource(request, region)
        cluster = self._lay_down(resource)
        version = resource.properties["kubernetesVersion"]
        network = resource.properties["networkProfile"]
        for profile in profiles:
            properties = pool_bodies.pool_properties(profile, version, network, self.sizes)
            self.add_pool(cluster, profile["name"], properties)
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
        body["tags"] = request.body.get("tags") or None
        body["sku"] = cluster_settings.sku(request.body.get("sku"), body["sku"])
        versions = (each["currentKubernetesVersion"] for each in (before, body["properties"]))
        return kind if len(set(versions)) == 1 else "Upgrading"

    def merge_tags(self, cluster: ManagedCluster, request: ArmRequest) -> None:
        check_etag(request.headers, cluster.resource)
        cluster.check_free(request.api_version)
        cluster.check_running("updating")
        check_cluster_shape(request.body)
        cluster.resource.body["tags"] = request.body.get("tags") or None

    def check_deletable(self, cluster: ManagedCluster, request: ArmRequest) -> None:
        check_etag(request.headers, cluster.resource)
        cluster.check_deletable(request.api_version)

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
            "tags": request.body.get("tags") or None,
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
        if node_group not in (None, "", cluster.resource.properties["nodeResourceGroup"]):
            raise errors.change_not_allowed("properties.nodeResourceGroup")
        wanted = request.properties.get("diskEncryptionSetID") or ""
        present = cluster.resource.properties.get("diskEncryptionSetID") or ""
        if wanted.lower() != present.lower():
            raise errors.change_not_allowed("properties.diskEncryptionSetID")

    def _checked_profiles(self, cluster: ManagedCluster, request: ArmRequest) -> list[PoolChange]:
        """The pools that a cluster request names, with their properties after it."""
        present = {pool.name: pool for pool in self.pools(cluster)}
        changes: list[PoolChange] = []
        for profile in request.properties.get("agentPoolProfiles") or []:
            pool = present.get(str(profile.get("name")))
            if pool is None:
                raise errors.new_pool_by_cluster_request()
            changes.append((pool, self.pool_changes.checked(cluster, pool, profile)))
        added = [
            (properties, properties["count"] - cluster.node_count(pool))
            for pool, properties in changes
        ]
        self.machines.check_quota(cluster.region, added)
        return changes
