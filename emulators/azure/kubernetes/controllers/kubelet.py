"""The kubelets: one worker for each pod that is bound to a node."""

import asyncio
from collections.abc import Iterable

from emulators.azure.kubernetes import durations, nodes, pods
from emulators.azure.kubernetes.controllers.container_worker import ContainerWorker
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.controllers.pod_view import PodView
from emulators.azure.kubernetes.deletion import Deletion
from emulators.azure.kubernetes.kinds import NODE, POD, Object
from emulators.azure.kubernetes.store import Change, ChangeType, Key


class Kubelets:
    """Starts the worker of each bound pod, and stops pods that are to be deleted."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._stopping: set[str] = set()
        self._pulled: dict[str, set[str]] = {}
        self._addresses = 0

    def keys_of(self, change: Change) -> Iterable[Key]:
        metadata = change.object["metadata"]
        if change.kind is NODE and (change.type is ChangeType.DELETED or _is_turning(change)):
            if change.type is ChangeType.DELETED:
                self._pulled.pop(metadata["name"], None)
            bound = pods.on_node(self._machinery.store.list(POD), metadata["name"])
            return [(each["metadata"]["namespace"], each["metadata"]["name"]) for each in bound]
        if change.kind is not POD or not change.object["spec"].get("nodeName"):
            return []
        if change.type is ChangeType.DELETED:
            self._end(metadata["uid"])
            return []
        return [(metadata["namespace"], metadata["name"])]

    def reconcile(self, key: Key) -> None:
        pod = self._machinery.store.get(POD, *key)
        if pod is None:
            return
        uid = pod["metadata"]["uid"]
        node = self._machinery.store.get(NODE, "", pod["spec"]["nodeName"])
        if node is None:
            self._let_go(key)
        elif nodes.is_lost(node):
            self._end(uid)
        elif pods.is_terminating(pod):
            self._begin_stop(uid, pod)
        elif uid not in self._workers and not pods.is_finished(pod):
            work = self._run(pod, node)
            self._workers[uid] = self._machinery.background.start(work, f"pod {'/'.join(key)}")

    def _begin_stop(self, uid: str, pod: Object) -> None:
        if uid in self._stopping:
            return
        self._stopping.add(uid)
        if uid in self._workers:
            self._workers[uid].cancel()
        name = pod["metadata"]["name"]
        self._machinery.background.start(self._stop(pod), f"stop pod {name}")

    def _end(self, uid: str) -> None:
        self._stopping.discard(uid)
        worker = self._workers.pop(uid, None)
        if worker is not None:
            worker.cancel()

    async def _run(self, pod: Object, node: Object) -> None:
        view = PodView(self._machinery, pod)
        name = node["metadata"]["name"]
        if not view.address:  # a kubelet that starts finds pods that run already
            await self._machinery.latencies.wait("Kubernetes start pod", durations.POD_SANDBOX)
            view.start(self._free_address(), node["status"]["addresses"][0]["address"])
        pulled = self._pulled.setdefault(name, set())
        async with asyncio.TaskGroup() as group:
            for container in pod["spec"]["containers"]:
                worker = ContainerWorker(self._machinery, view, container, pulled)
                group.create_task(worker.run())

    async def _stop(self, pod: Object) -> None:
        metadata = pod["metadata"]
        view = PodView(self._machinery, pod)
        for container in pod["spec"]["containers"]:
            view.normal("Killing", f"Stopping container {container['name']}")
        if metadata.get("deletionGracePeriodSeconds"):
            await self._machinery.latencies.wait("Kubernetes stop pod", durations.POD_STOP)
        present = self._machinery.store.get(POD, metadata["namespace"], metadata["name"])
        if present is not None and present["metadata"]["uid"] == metadata["uid"]:
            self._let_go((metadata["namespace"], metadata["name"]))

    def _let_go(self, key: Key) -> None:
        """Delete without grace, as kubelets do: finalizers still keep the pod."""
        self._machinery.registry.delete(POD, *key, Deletion(grace_period_seconds=0))

    def _free_address(self) -> str:
        taken = {each["status"].get("podIP") for each in self._machinery.store.list(POD)}
        while (address := self._next_address()) in taken:
            pass
        return address

    def _next_address(self) -> str:
        self._addresses += 1
        return f"10.244.{self._addresses // 250}.{self._addresses % 250 + 2}"


def _is_turning(change: Change) -> bool:
    """Whether a node is lost, or found again."""
    before = change.previous
    return before is not None and nodes.is_lost(before) != nodes.is_lost(change.object)
