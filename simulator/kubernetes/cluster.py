"""One simulated AKS cluster: its objects, its controllers and its node pools."""

from typing import Any

from simulator.clock import Clock
from simulator.kubernetes.addresses import PublicAddresses
from simulator.kubernetes.node_pools import NodePool
from simulator.latency import Latencies


class Cluster:
    """What ARM creates, changes and deletes; create it inside a running event loop."""

    def __init__(
        self,
        name: str,
        region: str,
        clock: Clock,
        latencies: Latencies,
        addresses: PublicAddresses,
        kubernetes_version: str = "1.33.5",
    ) -> None:
        self.name = name
        self.region = region
        self.clock = clock
        self.latencies = latencies
        self.kubernetes_version = kubernetes_version
        self._addresses = addresses
        self._pools: dict[str, NodePool] = {}

    def set_node_pool(self, pool: NodePool) -> None:
        """Create or change a pool, with Ready nodes at once up to its count, or drained to it."""
        self._pools[pool.name] = pool

    def remove_node_pool(self, name: str) -> None:
        self._pools.pop(name, None)

    def node_count(self, pool_name: str) -> int:
        """How many nodes the pool has now, which the autoscaler may have changed."""
        return self._pools[pool_name].count

    def stop(self) -> None:
        """End all background work and give the public addresses back."""
        self._addresses.release_cluster(self)

    def summary(self) -> dict[str, Any]:
        """The cluster's state for the simulator's state page."""
        return {"name": self.name, "region": self.region, "nodes": [], "pods": [], "services": []}

    def service(self, namespace: str, name: str) -> dict[str, Any] | None:
        return None

    def ready_pods(self, namespace: str, service: str) -> list[dict[str, Any]]:
        return []
