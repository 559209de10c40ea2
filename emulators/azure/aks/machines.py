"""The machines behind the pools of all clusters: their sizes, quota and capacity."""

from collections.abc import Callable, Iterable
from typing import Any

from emulators.azure.aks import errors, pool_bodies
from emulators.azure.aks.state import ManagedCluster
from emulators.azure.arm.resources import Resource
from emulators.azure.compute.availability import Availability
from emulators.azure.compute.capacity import Capacity, Machines, allocation_failed
from emulators.azure.compute.quota import NodesInUse, Quota
from emulators.azure.compute.vm_sizes import VmSize, VmSizes


class ClusterMachines:
    """What Compute says to the pools of AKS."""

    def __init__(
        self,
        clusters: Callable[[], list[ManagedCluster]],
        pools: Callable[[ManagedCluster], list[Resource]],
    ) -> None:
        self.sizes = VmSizes()
        self.quota = Quota(self.sizes.families(), self._nodes_in_use)
        self.capacity = Capacity()
        self.availability = Availability()
        self.allows_host_encryption: Callable[[], bool] = lambda: True
        self._all = clusters
        self._pools = pools

    def check_offered(self, region: str, pools: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Refuse new pools, by name, with what is closed to the subscription: a size, zones, or
        encryption at host."""
        for name, properties in pools:
            if properties.get("enableEncryptionAtHost") and not self.allows_host_encryption():
                raise errors.feature_not_registered()
            size = self.size_of(properties).name
            offer = self.availability.of(region, size)
            if offer.restricted:
                raise errors.size_not_allowed(size, region, self._open_sizes(region))
            asked = properties.get("availabilityZones") or ()
            closed = [zone for zone in asked if zone not in offer.open_zones]
            if closed:
                raise errors.zone_not_supported(closed, name, region, offer.open_zones)

    def _open_sizes(self, region: str) -> list[str]:
        names = self.sizes.names()
        return [name for name in names if not self.availability.of(region, name).restricted]

    def check_start(self, cluster: ManagedCluster) -> None:
        """The machines of a stopped cluster count again from its start on."""
        wanted = [(pool.properties, pool.properties["count"]) for pool in self._pools(cluster)]
        self.check_quota(cluster.region, wanted)

    def check_quota(self, region: str, wanted: Iterable[tuple[dict[str, Any], int]]) -> None:
        """Refuse pool properties with that many more nodes when the quota does not allow them."""
        machines = [
            (self.size_of(properties), nodes, pool_bodies.is_spot(properties))
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
                pool_bodies.is_spot(properties),
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

    def _nodes_in_use(self) -> Iterable[NodesInUse]:
        for cluster in self._all():
            for pool in self._pools(cluster):
                spot = pool_bodies.is_spot(pool.properties)
                size = self.size_of(pool.properties)
                nodes = 0 if cluster.is_stopped else cluster.node_count(pool)
                yield NodesInUse(cluster.region, size, nodes, spot)
