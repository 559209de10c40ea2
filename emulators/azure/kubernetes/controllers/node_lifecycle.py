"""Nodes that nobody hears of any more, and spot nodes that Azure takes back, on demand."""

from collections.abc import Callable
from datetime import timedelta

from emulators.azure.kubernetes import container_states, durations, nodes, pods
from emulators.azure.kubernetes.conditions import set_condition
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.events import Source
from emulators.azure.kubernetes.kinds import NODE, POD, Object

_NODE_CONTROLLER = Source("node-controller")
_CLOUD_CONTROLLER = Source("cloud-node-lifecycle-controller")
_TAINT_EVICTION = Source("taint-eviction-controller")


class NodeLifecycle:
    """Looks at the faults each time they change; they concern the nodes that are there then."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery
        self._lost_pools: set[str] = set()
        self._evicted_pools: set[str] = set()
        self._lost: set[str] = set()

    async def run(self) -> None:
        self._lost = {each["metadata"]["name"] for each in self._nodes() if nodes.is_lost(each)}
        while True:
            self._apply()
            await self._machinery.faults.change()

    def _apply(self) -> None:
        faults = self._machinery.faults
        for node in self._nodes():
            pool, name = nodes.pool_of(node), node["metadata"]["name"]
            if pool in faults.lost_pools and pool not in self._lost_pools:
                self._lost.add(name)
                self._machinery.background.start(self._lose(name), f"{name} is not heard of")
            if pool not in faults.lost_pools and name in self._lost:
                self._find_again(name)
            taken = pool in faults.evicted_pools and pool not in self._evicted_pools
            if taken and nodes.SPOT_TAINT in (node["spec"].get("taints") or []):
                self._machinery.background.start(self._evict(node), f"eviction of {name}")
        self._lost_pools = set(faults.lost_pools)
        self._evicted_pools = set(faults.evicted_pools)

    async def _lose(self, name: str) -> None:
        await self._machinery.clock.sleep(durations.NODE_MONITOR_GRACE_SECONDS)
        node = self._machinery.store.get(NODE, "", name)
        if node is None or name not in self._lost:
            return
        now = self._machinery.now()

        def edit(subject: Object) -> None:
            status = subject["status"]
            status["conditions"] = nodes.unknown_conditions(status["conditions"], now)
            taints = subject["spec"].get("taints") or []
            subject["spec"]["taints"] = [*taints, *nodes.UNREACHABLE_TAINTS]

        self._machinery.store.change(NODE, "", name, edit)
        message = f"Node {name} status is now: NodeNotReady"
        self._machinery.events.normal(_NODE_CONTROLLER, NODE, node, "NodeNotReady", message)
        for pod in self._pods_on(name):
            self._change(pod, lambda subject: _mark_unready(subject, now))
            self._machinery.events.warning(
                _NODE_CONTROLLER, POD, pod, "NodeNotReady", "Node is not ready"
            )
        await self._machinery.clock.sleep(durations.UNREACHABLE_TOLERATION_SECONDS)
        if name in self._lost:
            self._delete_pods(name)

    def _delete_pods(self, name: str) -> None:
        """They stay Terminating: no kubelet confirms that they have stopped."""
        for pod in self._pods_on(name):
            if pods.is_terminating(pod) or pods.owned_by_kind(pod, "DaemonSet"):
                continue
            metadata = pod["metadata"]
            message = f"Marking for deletion Pod {metadata['namespace']}/{metadata['name']}"
            self._machinery.events.normal(
                _TAINT_EVICTION, POD, pod, "TaintManagerEviction", message
            )
            self._machinery.registry.delete(POD, metadata["namespace"], metadata["name"])

    def _find_again(self, name: str) -> None:
        self._lost.discard(name)
        now = self._machinery.now()

        def edit(subject: Object) -> None:
            subject["status"]["conditions"] = nodes.conditions(now, ready=True)
            taints = subject["spec"].get("taints") or []
            kept = [each for each in taints if each not in nodes.UNREACHABLE_TAINTS]
            subject["spec"].pop("taints", None)
            if kept:
                subject["spec"]["taints"] = kept

        node = self._machinery.store.get(NODE, "", name)
        if node is None or not nodes.is_lost(node):
            return
        self._machinery.store.change(NODE, "", name, edit)
        message = f"Node {name} status is now: NodeReady"
        self._machinery.events.normal(_NODE_CONTROLLER, NODE, node, "NodeReady", message)
        for pod in self._pods_on(name):
            if pod["status"].get("containerStatuses"):
                self._change(pod, lambda subject: container_states.summarise(subject, now))

    async def _evict(self, node: Object) -> None:
        name = node["metadata"]["name"]
        ends_at = self._machinery.clock.now() + timedelta(seconds=durations.SPOT_NOTICE_SECONDS)
        message = f"Preempt Scheduled: {ends_at:%a, %d %b %Y %H:%M:%S} GMT"
        source = Source("custom-vm-event-monitor", name)
        self._machinery.events.warning(source, NODE, node, "PreemptScheduled", message)
        self._machinery.store.change(NODE, "", name, _cordon)
        await self._machinery.clock.sleep(durations.SPOT_NOTICE_SECONDS)
        gone = self._machinery.store.get(NODE, "", name)
        if gone is not None:
            message = f"Deleting node {name} because it does not exist in the cloud provider"
            self._machinery.events.normal(_CLOUD_CONTROLLER, NODE, gone, "DeletingNode", message)
            self._machinery.store.remove(NODE, "", name)

    def _nodes(self) -> list[Object]:
        return self._machinery.store.list(NODE)

    def _pods_on(self, name: str) -> list[Object]:
        return pods.on_node(self._machinery.store.list(POD), name)

    def _change(self, pod: Object, edit: Callable[[Object], None]) -> None:
        metadata = pod["metadata"]
        self._machinery.store.change(POD, metadata["namespace"], metadata["name"], edit)


def _mark_unready(pod: Object, now: str) -> None:
    unready: Object = {"type": "Ready", "status": "False", "lastProbeTime": None}
    present = pod["status"].get("conditions") or []
    pod["status"]["conditions"] = set_condition(present, unready, now)


def _cordon(node: Object) -> None:
    spec = node["spec"]
    spec["unschedulable"] = True
    spec["taints"] = [*(spec.get("taints") or []), nodes.EVICTION_TAINT]
