"""The autoscaler's other half: takes away the nodes that nobody needs."""

from datetime import datetime

from emulators.azure.kubernetes import durations, nodes, pods, scaling, scheduling
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.events import Source
from emulators.azure.kubernetes.kinds import NODE, POD, Object
from emulators.azure.kubernetes.node_pools import NodePool
from emulators.azure.kubernetes.pool_nodes import PoolNodes
from emulators.azure.kubernetes.scheduling import Candidate

_SOURCE = Source("cluster-autoscaler")
_GOING = {"key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"}


class ScaleDown:
    """A node goes once it has been unneeded for ten minutes."""

    def __init__(self, machinery: Machinery, pool_nodes: PoolNodes) -> None:
        self._machinery = machinery
        self._nodes = pool_nodes
        self._unneeded_since: dict[str, datetime] = {}
        self._last_added_at: datetime | None = None
        self._removing: set[str] = set()

    def scan(self) -> float | None:
        """Begin to remove what nobody needs any more; seconds until the next node's time."""
        now = self._machinery.clock.now()
        unneeded = self._unneeded_nodes()
        names = {each["metadata"]["name"] for each in unneeded}
        self._unneeded_since = {
            name: self._unneeded_since.get(name, now) for name in sorted(names)
        }
        due: list[float] = []
        for node in unneeded:
            name = node["metadata"]["name"]
            seconds = self._seconds_until_removal(name, now)
            if seconds > 0:
                due.append(seconds)
            else:
                self.remove(node)
        return min(due) + 1 if due else None

    def node_added(self) -> None:
        """No node goes for some time after one has come."""
        self._last_added_at = self._machinery.clock.now()

    def _seconds_until_removal(self, name: str, now: datetime) -> float:
        idle = (now - self._unneeded_since[name]).total_seconds()
        remaining = durations.SCALE_DOWN_UNNEEDED_SECONDS - idle
        if self._last_added_at is not None:
            since_added = (now - self._last_added_at).total_seconds()
            remaining = max(remaining, durations.SCALE_DOWN_DELAY_AFTER_ADD_SECONDS - since_added)
        return remaining

    def _unneeded_nodes(self) -> list[Object]:
        bound = [each for each in self._machinery.store.list(POD) if each["spec"].get("nodeName")]
        every = {
            node["metadata"]["name"]: scheduling.candidate_of(
                node, pods.on_node(bound, node["metadata"]["name"])
            )
            for node in self._machinery.store.list(NODE)
        }
        unneeded: list[Object] = []
        for pool in self._nodes.pools.values():
            if pool.autoscaling:
                unneeded += self._unneeded_of(pool, every, bound)
        return unneeded

    def _unneeded_of(
        self, pool: NodePool, every: dict[str, Candidate], bound: list[Object]
    ) -> list[Object]:
        present = [
            each
            for each in self._nodes.of(pool.name)
            if each["metadata"]["name"] not in self._removing
        ]
        spare = len(present) - pool.min_count
        unneeded: list[Object] = []
        for node in reversed(present):
            name = node["metadata"]["name"]
            others = [each for key, each in every.items() if key != name]
            idle = scaling.is_unneeded(every[name], pods.on_node(bound, name), others)
            if idle and nodes.is_ready(node) and len(unneeded) < spare:
                unneeded.append(node)
        return unneeded

    def remove(self, node: Object) -> None:
        name = node["metadata"]["name"]
        self._removing.add(name)
        self._machinery.background.start(self._remove(node), f"scale down {name}")

    async def _remove(self, node: Object) -> None:
        name = node["metadata"]["name"]
        message = "marked the node as toBeDeleted/unschedulable"
        self._machinery.events.normal(_SOURCE, NODE, node, "ScaleDown", message)
        self._machinery.store.change(NODE, "", name, _taint_for_deletion)
        await self._machinery.latencies.wait(
            "Kubernetes autoscaler deletes node", durations.NODE_DELETION
        )
        self._machinery.store.remove(NODE, "", name)
        self._removing.discard(name)


def is_going(node: Object) -> bool:
    return _GOING in (node["spec"].get("taints") or [])


def _taint_for_deletion(node: Object) -> None:
    if not is_going(node):
        node["spec"]["taints"] = [*(node["spec"].get("taints") or []), _GOING]
