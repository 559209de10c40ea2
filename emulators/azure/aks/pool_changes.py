"""Changes of agent pools: whether AKS allows them, and what they lead to."""

from collections.abc import Callable
from typing import Any

from emulators.azure.aks import errors, pool_bodies, validation
from emulators.azure.aks.state import ManagedCluster
from emulators.azure.arm.resources import Resource
from emulators.azure.compute.vm_sizes import VmSizes


class PoolChanges:
    """The rules for a pool that is there, whichever request changes it."""

    def __init__(self, sizes: VmSizes, pools: Callable[[ManagedCluster], list[Resource]]) -> None:
        self._sizes = sizes
        self._pools = pools

    def checked(
        self, cluster: ManagedCluster, pool: Resource, requested: dict[str, Any]
    ) -> dict[str, Any]:
        """A pool's properties after a request, or the refusal of the request."""
        present = pool.properties
        nodes = cluster.node_count(pool)
        wanted = pool_bodies.changed_properties(present, {"count": nodes, **requested})
        validation.check_pool(pool.name, wanted, cluster.region, self._sizes)
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
        others = [each for each in self._pools(cluster) if each is not pool]
        if not others:
            raise errors.last_pool()
        if not any(each.properties["mode"] == "System" for each in others):
            raise errors.no_system_pool()
