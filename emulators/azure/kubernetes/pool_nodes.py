"""The nodes of a cluster's pools: creating them, counting them, taking them away."""

from collections.abc import Mapping

from emulators.azure.kubernetes import nodes
from emulators.azure.kubernetes.kinds import NODE, Object
from emulators.azure.kubernetes.node_pools import NodePool
from emulators.azure.kubernetes.nodes import GPU, Site
from emulators.azure.kubernetes.registry import Registry
from emulators.azure.kubernetes.store import Store


class PoolNodes:
    """Knows the pools, and keeps Node objects for the machines that they have."""

    def __init__(self, store: Store, registry: Registry, site: Site) -> None:
        self.site = site
        self._store = store
        self._registry = registry
        self._pools: dict[str, NodePool] = {}
        self._instances: dict[str, int] = {}
        self._addresses = 3

    @property
    def pools(self) -> Mapping[str, NodePool]:
        return self._pools

    def gpus_per_node(self, pool: str) -> int:
        return self._pools[pool].gpus_per_node if pool in self._pools else 0

    def set(self, pool: NodePool) -> None:
        """Make Ready nodes up to the pool's count, or take away the youngest ones."""
        self._pools[pool.name] = pool
        present = self.of(pool.name)
        for node in present:
            self._relabel(pool, node["metadata"]["name"])
        for _ in range(pool.count - len(present)):
            self.add(pool, ready=True)
        for node in present[pool.count :]:
            self._store.remove(NODE, "", node["metadata"]["name"])

    def remove_pool(self, name: str) -> None:
        self._pools.pop(name, None)
        for node in self.of(name):
            self._store.remove(NODE, "", node["metadata"]["name"])

    def of(self, pool: str) -> list[Object]:
        """The pool's nodes, the oldest first."""
        return [each for each in self._store.list(NODE) if nodes.pool_of(each) == pool]

    def add(self, pool: NodePool, ready: bool) -> str:
        """Register one more node and return its name."""
        instance = self._instances.get(pool.name, 0)
        self._instances[pool.name] = instance + 1
        self._addresses += 1
        address = f"10.224.{self._addresses // 250}.{self._addresses % 250 + 1}"
        node = nodes.build_node(
            self.site, pool, instance, address, self._registry.now(), ready=ready
        )
        self._store.add(NODE, node)
        return node["metadata"]["name"]

    def make_ready(self, name: str) -> None:
        def edit(node: Object) -> None:
            node["status"]["conditions"] = nodes.conditions(self._registry.now(), ready=True)
            taints = [each for each in node["spec"]["taints"] if each != nodes.NOT_READY_TAINT]
            node["spec"]["taints"] = taints
            if not taints:
                del node["spec"]["taints"]

        self._store.change(NODE, "", name, edit)

    def _relabel(self, pool: NodePool, name: str) -> None:
        """A changed pool passes its labels and taints on to the nodes it has."""

        def edit(node: Object) -> None:
            node["metadata"]["labels"] = nodes.labels_of(self.site, pool, name)
            kept = [
                each for each in node["spec"].get("taints") or [] if each == nodes.NOT_READY_TAINT
            ]
            node["spec"].pop("taints", None)
            if taints := nodes.taints_of(pool) + kept:
                node["spec"]["taints"] = taints

        self._store.change(NODE, "", name, edit)


def gpus_of(node: Object) -> int:
    return int(node["status"]["allocatable"].get(GPU, "0"))
