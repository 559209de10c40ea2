"""Agent pools by their own requests: what each of them asks for, and whether AKS allows it."""

from typing import Any

from emulators.azure.aks import errors, pool_bodies, state_errors, validation
from emulators.azure.aks.models import ManagedClusters
from emulators.azure.aks.shapes import check_pool_shape
from emulators.azure.aks.state import ManagedCluster, check_etag
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource


class AgentPools:
    """The pools of all clusters."""

    def __init__(self, clusters: ManagedClusters) -> None:
        self._clusters = clusters

    def find(self, cluster: ManagedCluster, request: ArmRequest) -> Resource | None:
        wanted = request.params["pool"].lower()
        return next((each for each in self._clusters.pools(cluster) if each.name == wanted), None)

    def get(self, cluster: ManagedCluster, request: ArmRequest) -> Resource:
        pool = self.find(cluster, request)
        if pool is None:
            raise errors.pool_not_found(
                request.params["pool"],
                cluster.resource.name,
                request.group,
                request.subscription,
            )
        return pool

    def create(self, cluster: ManagedCluster, request: ArmRequest) -> Resource:
        """Check a request for a new pool and lay it down."""
        check_etag(request.headers, None)
        cluster.check_pool_free(request.params["pool"].lower(), request.api_version)
        cluster.check_running("adding an agent pool")
        name = request.params["pool"]
        requested = {"enableAutoScaling": False, **pool_bodies.given(_requested(request))}
        settings = cluster.resource.properties
        properties = pool_bodies.pool_properties(
            requested,
            settings["kubernetesVersion"],
            settings["networkProfile"],
            self._clusters.sizes,
        )
        validation.check_pool(name, properties, cluster.region, self._clusters.sizes)
        present = len(self._clusters.pools(cluster))
        if present >= validation.MAX_POOLS:
            raise errors.out_of_range("agentPoolProfiles", present + 1, 1, validation.MAX_POOLS)
        machines = self._clusters.machines
        machines.check_offered(cluster.region, [(name, properties)])
        machines.check_quota(cluster.region, [(properties, properties["count"])])
        return self._clusters.add_pool(cluster, name, properties)

    def change(
        self, cluster: ManagedCluster, pool: Resource, request: ArmRequest
    ) -> tuple[str, int]:
        """Check a change and store it; answers its kind and the nodes before it."""
        check_etag(request.headers, pool)
        cluster.check_pool_free(request.params["pool"].lower(), request.api_version)
        cluster.check_running("updating an agent pool")
        nodes = cluster.node_count(pool)
        wanted = self._clusters.pool_changes.checked(cluster, pool, _requested(request))
        power_change = _apply_power(pool, wanted, nodes)
        self._clusters.machines.check_quota(cluster.region, [(wanted, wanted["count"] - nodes)])
        present = pool.properties
        pool.body["properties"] = wanted
        if power_change is not None:
            return power_change, nodes
        if wanted["orchestratorVersion"] != present["orchestratorVersion"]:
            return "Upgrading", nodes
        return "Scaling" if wanted["count"] != nodes else "Updating", nodes

    def check_deletable(
        self, cluster: ManagedCluster, pool: Resource, request: ArmRequest
    ) -> None:
        check_etag(request.headers, pool)
        cluster.check_pool_free(request.params["pool"].lower(), request.api_version)
        cluster.check_running("deleting an agent pool")
        if pool.properties["mode"] == "System":
            self._clusters.pool_changes.check_other_system_pool(cluster, pool)

    def undo_power_change(self, pool: Resource) -> None:
        """A stop or start that is aborted leaves the pool as powered as it was before: assumed."""
        properties = pool.properties
        if pool.state == "Stopping":
            properties["powerState"] = {"code": "Running"}
            properties["count"] = pool.body.pop("countBeforeStop", properties["count"])
        if pool.state == "Starting":
            properties["powerState"] = {"code": "Stopped"}
            pool.body["countBeforeStop"] = properties["count"]
            properties["count"] = 0


def _requested(request: ArmRequest) -> dict[str, Any]:
    check_pool_shape(request.body)
    if not isinstance(request.body.get("properties"), dict):
        raise errors.missing_parameter("properties")
    if request.properties.get("count") is None:
        raise errors.missing_parameter("properties.count")
    return request.properties


def _apply_power(pool: Resource, wanted: dict[str, Any], nodes: int) -> str | None:
    """Stopping a pool takes its nodes away, starting it brings back as many as it had."""
    before = pool.properties["powerState"]["code"]
    after = wanted["powerState"]["code"]
    if before == after:
        return None
    if after == "Stopped":
        if pool.properties["mode"] == "System" or pool.state != "Succeeded":
            raise state_errors.cannot_stop_pool(pool.name)
        pool.body["countBeforeStop"] = nodes
        wanted["count"] = 0
        return "Stopping"
    wanted["count"] = pool.body.pop("countBeforeStop", wanted["count"])
    return "Starting"
