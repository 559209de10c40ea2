"""The cluster autoscaler: boots nodes for pods that fit nowhere, removes nodes nobody needs."""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta

from emulators.azure.kubernetes import durations, nodes, pods, scaling, scheduling
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.events import Source
from emulators.azure.kubernetes.kinds import NODE, POD, Object
from emulators.azure.kubernetes.node_pools import NodePool
from emulators.azure.kubernetes.pool_nodes import PoolNodes, gpus_of
from emulators.azure.kubernetes.scheduling import Candidate
from emulators.azure.kubernetes.store import Change, Key
from emulators.azure.latency import Duration

_SOURCE = Source("cluster-autoscaler")
_GOING = {"key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"}


class Autoscaler:
    """Scans some seconds after something changed, and again when a node's time has come."""

    def __init__(self, machinery: Machinery, pool_nodes: PoolNodes) -> None:
        self._machinery = machinery
        self._nodes = pool_nodes
        self._booting: dict[str, set[object]] = {}
        self._unneeded_since: dict[str, datetime] = {}
        self._last_added_at: datetime | None = None
        self._failures: dict[str, int] = {}
        self._backoff_until: dict[str, datetime] = {}
        self._removing: set[str] = set()
        self._scan_due_at: datetime | None = None

    def booting(self, pool: str) -> int:
        """How many machines of the pool are on their way."""
        return len(self._booting.get(pool, ()))

    def forget_boots(self, pool: str) -> None:
        """AKS has set the pool to a size of its own: nothing comes on top of that."""
        self._booting.pop(pool, None)

    def adopt(self) -> None:
        """Take over nodes that are coming or going from an autoscaler that ended."""
        for node in self._machinery.store.list(NODE):
            name = node["metadata"]["name"]
            if _is_going(node):
                self._begin_removal(node)
            elif not nodes.is_ready(node):
                self._machinery.background.start(self._become_ready(name), f"{name} is coming")

    def keys_of(self, change: Change) -> Iterable[Key]:
        return [("", "")] if change.kind in (POD, NODE) else []

    def reconcile(self, key: Key) -> None:
        del key
        if any(each.autoscaling for each in self._nodes.pools.values()):
            seconds = self._machinery.latencies.sample(durations.AUTOSCALER_SCAN)
            self._schedule(seconds, "Kubernetes autoscaler notices a change")

    def _schedule(self, seconds: float, delay: str | None = None) -> None:
        """Scan in so many seconds; a `delay` that somebody waits for is remembered by its name."""
        due_at = self._machinery.clock.now() + timedelta(seconds=seconds)
        if self._scan_due_at is None or due_at < self._scan_due_at:
            self._scan_due_at = due_at
            self._machinery.background.start(
                self._scan_at(due_at, seconds, delay), "autoscaler scan"
            )

    async def _scan_at(self, due_at: datetime, seconds: float, delay: str | None) -> None:
        async with self._machinery.latencies.span(delay) if delay else nullcontext():
            await self._machinery.clock.sleep(seconds)
        if self._scan_due_at == due_at:
            self._scan_due_at = None
            self._scale_up()
            self._scale_down()

    def _scale_up(self) -> None:
        pending = [
            each
            for each in self._machinery.store.list(POD)
            if pods.is_unschedulable(each)
            and not each["spec"].get("nodeName")
            and not pods.is_terminating(each)
            and not pods.owned_by_kind(each, "DaemonSet")
        ]
        if not pending:
            return
        outcome = scaling.decide_scale_up(pending, self._room(), self._groups())
        for pod, message in outcome.triggered:
            self._machinery.events.normal(_SOURCE, POD, pod, "TriggeredScaleUp", message)
        for pod, message in outcome.refused:
            self._machinery.events.normal(_SOURCE, POD, pod, "NotTriggerScaleUp", message)
        for name, count in outcome.added.items():
            for _ in range(count):
                boot = object()
                self._booting.setdefault(name, set()).add(boot)
                work = self._boot(self._nodes.pools[name], boot)
                self._machinery.background.start(work, f"boot a node of {name}")

    def _room(self) -> list[Candidate]:
        """Nodes as they are, and as those will be that boot or cannot take all their pods yet."""
        bound = [each for each in self._machinery.store.list(POD) if each["spec"].get("nodeName")]
        room: list[Candidate] = []
        for pool in self._nodes.pools.values():
            room += [self._template(pool)] * self.booting(pool.name)
            for node in self._nodes.of(pool.name):
                on_it = pods.on_node(bound, node["metadata"]["name"])
                present = scheduling.candidate_of(node, on_it)
                room.append(self._template(pool) if _is_incomplete(pool, node) else present)
        return room

    def _groups(self) -> list[scaling.Group]:
        now = self._machinery.clock.now()
        return [
            scaling.Group(
                pool,
                nodes.scale_set(self._nodes.site, pool),
                self._template(pool),
                len(self._nodes.of(pool.name)) + self.booting(pool.name),
                pool.name in self._backoff_until and now < self._backoff_until[pool.name],
            )
            for pool in self._nodes.pools.values()
            if pool.autoscaling
        ]

    def _template(self, pool: NodePool) -> Candidate:
        node = nodes.template_node(self._nodes.site, pool, self._machinery.now())
        return scheduling.candidate_of(node, [])

    async def _boot(self, pool: NodePool, boot: object) -> None:
        await self._machinery.latencies.wait(
            f"Kubernetes boot node of pool {pool.name}", self._boot_duration(pool)
        )
        if boot not in self._booting.get(pool.name, ()) or pool.name not in self._nodes.pools:
            return
        self._booting[pool.name].discard(boot)
        if self._machinery.faults.scale_up_error:
            self._back_off(pool.name)
            return
        self._failures.pop(pool.name, None)
        self._last_added_at = self._machinery.clock.now()
        await self._become_ready(self._nodes.add(self._nodes.pools[pool.name], ready=False))

    async def _become_ready(self, name: str) -> None:
        await self._machinery.latencies.wait(
            "Kubernetes node becomes ready", durations.NODE_BECOMES_READY
        )
        self._nodes.make_ready(name)

    def _boot_duration(self, pool: NodePool) -> Duration:
        seconds = self._machinery.faults.node_boot_seconds
        if seconds is not None:
            return Duration(seconds, seconds, seconds)
        return durations.GPU_NODE_BOOT if pool.gpus_per_node else durations.NODE_BOOT

    def _back_off(self, pool: str) -> None:
        failures = self._failures.get(pool, 0)
        seconds = durations.step(durations.SCALE_UP_BACKOFF_SECONDS, failures)
        self._failures[pool] = failures + 1
        self._backoff_until[pool] = self._machinery.clock.now() + timedelta(seconds=seconds)
        self._schedule(durations.AUTOSCALER_SCAN.p50)
        self._machinery.background.start(self._scan_later(seconds), f"end of back-off of {pool}")

    async def _scan_later(self, seconds: float) -> None:
        await self._machinery.clock.sleep(seconds)
        self._schedule(1.0)

    def _scale_down(self) -> None:
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
                self._begin_removal(node)
        if due:
            self._schedule(min(due) + 1)

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

    def _begin_removal(self, node: Object) -> None:
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


def _is_incomplete(pool: NodePool, node: Object) -> bool:
    return not nodes.is_ready(node) or (pool.gpus_per_node > 0 and not gpus_of(node))


def _is_going(node: Object) -> bool:
    return _GOING in (node["spec"].get("taints") or [])


def _taint_for_deletion(node: Object) -> None:
    if not _is_going(node):
        node["spec"]["taints"] = [*(node["spec"].get("taints") or []), _GOING]
