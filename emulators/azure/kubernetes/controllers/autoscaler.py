"""The cluster autoscaler: boots nodes for pods that fit nowhere, removes nodes nobody needs."""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta

from emulators.azure.kubernetes import durations, nodes, pods, scaling, scheduling
from emulators.azure.kubernetes.controllers.autoscaler_status import (
    AutoscalerStatus,
    GroupStatus,
)
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.controllers.scale_down import ScaleDown, is_going
from emulators.azure.kubernetes.controllers.scale_up_backoff import (
    NOT_PROVISIONED,
    Backoffs,
    Failed,
    refused,
)
from emulators.azure.kubernetes.events import Source
from emulators.azure.kubernetes.kinds import NODE, POD, Object
from emulators.azure.kubernetes.node_pools import NodePool
from emulators.azure.kubernetes.pool_nodes import PoolNodes, gpus_of
from emulators.azure.kubernetes.scheduling import Candidate
from emulators.azure.kubernetes.store import Change, Key
from emulators.azure.latency import Duration

_SOURCE = Source("cluster-autoscaler")


class Autoscaler:
    """Scans some seconds after something changed, and again when a node's time has come."""

    def __init__(self, machinery: Machinery, pool_nodes: PoolNodes) -> None:
        self._machinery = machinery
        self._nodes = pool_nodes
        self._booting: dict[str, set[object]] = {}
        self._scale_down = ScaleDown(machinery, pool_nodes)
        self._backoffs = Backoffs()
        self._status = AutoscalerStatus(machinery)
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
            if is_going(node):
                self._scale_down.remove(node)
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
            self._keep_minimums()
            self._scale_up()
            due_in = self._scale_down.scan()
            if due_in is not None:
                self._schedule(due_in)
            self._write_status()

    def _keep_minimums(self) -> None:
        """Nodes for pools with fewer than their minimum, whether or not a pod waits for one."""
        now = self._machinery.clock.now()
        for pool in self._nodes.pools.values():
            present = len(self._nodes.of(pool.name)) + self.booting(pool.name)
            if not pool.autoscaling or present >= pool.min_count:
                continue
            if self._backoffs.cause(pool.name, now):
                continue
            if error := self._machinery.faults.find_scale_up_error(pool):
                self._refuse(pool.name, error)
            else:
                self._boot_nodes(pool.name, pool.min_count - present)

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
        for pod, message in outcome.refused:
            self._machinery.events.normal(_SOURCE, POD, pod, "NotTriggerScaleUp", message)
        is_refused = False
        for name, count in outcome.added.items():
            error = self._machinery.faults.find_scale_up_error(self._nodes.pools[name])
            if error:
                self._refuse(name, error)
                is_refused = True
            else:
                self._boot_nodes(name, count)
        for pod, message in () if is_refused else outcome.triggered:
            self._machinery.events.normal(_SOURCE, POD, pod, "TriggeredScaleUp", message)

    def _boot_nodes(self, name: str, count: int) -> None:
        for _ in range(count):
            boot = object()
            self._booting.setdefault(name, set()).add(boot)
            work = self._boot(self._nodes.pools[name], boot)
            self._machinery.background.start(work, f"boot a node of {name}")

    def _refuse(self, pool: str, error: str) -> None:
        """Azure answers the request for a machine with an error, at once."""
        self._write_status()
        group = nodes.scale_set(self._nodes.site, self._nodes.pools[pool])
        message = f"Scale-up failed for group {group}: {error}"
        self._status.warn("FailedToScaleUpGroup", message)
        self._back_off(pool, refused(error))

    def _room(self) -> list[Candidate]:
        """Nodes as they are, and as those will be that boot or cannot take all their pods yet."""
        bound = [each for each in self._machinery.store.list(POD) if each["spec"].get("nodeName")]
        room: list[Candidate] = []
        for pool in self._nodes.pools.values():
            room += [self._template(pool)] * self.booting(pool.name)
            for node in self._nodes.of(pool.name):
                if nodes.is_lost(node):
                    continue
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
                self._backoffs.cause(pool.name, now) is not None,
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
            self._back_off(pool.name, NOT_PROVISIONED)
            return
        self._backoffs.end(pool.name)
        self._scale_down.node_added()
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

    def _back_off(self, pool: str, cause: Failed) -> None:
        seconds = self._backoffs.begin(pool, cause, self._machinery.clock.now())
        self._write_status()
        self._schedule(durations.AUTOSCALER_SCAN.p50)
        self._machinery.background.start(self._scan_later(seconds), f"end of back-off of {pool}")

    def _write_status(self) -> None:
        now = self._machinery.clock.now()
        self._status.write(
            [
                GroupStatus(
                    name=nodes.scale_set(self._nodes.site, pool),
                    ready=sum(nodes.is_ready(each) for each in self._nodes.of(pool.name)),
                    registered=len(self._nodes.of(pool.name)),
                    target=len(self._nodes.of(pool.name)) + self.booting(pool.name),
                    min_size=pool.min_count,
                    max_size=pool.max_count,
                    backoff=self._backoffs.cause(pool.name, now),
                )
                for pool in self._nodes.pools.values()
                if pool.autoscaling
            ]
        )

    async def _scan_later(self, seconds: float) -> None:
        await self._machinery.clock.sleep(seconds)
        self._schedule(1.0)


def _is_incomplete(pool: NodePool, node: Object) -> bool:
    return not nodes.is_ready(node) or (pool.gpus_per_node > 0 and not gpus_of(node))
