"""The kubelets: one worker for each pod that is bound to a node."""

import asyncio
from collections.abc import Iterable

from emulators.azure.kubernetes import config_volumes, durations, nodes, pods
from emulators.azure.kubernetes.blob_volumes import BlobVolumes
from emulators.azure.kubernetes.config_volumes import PodVolumes
from emulators.azure.kubernetes.controllers.container_worker import ContainerWorker
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.controllers.pod_end import end_processes
from emulators.azure.kubernetes.controllers.pod_view import PodView
from emulators.azure.kubernetes.controllers.process_worker import ProcessWorker
from emulators.azure.kubernetes.deletion import Deletion
from emulators.azure.kubernetes.kinds import CONFIG_MAP, NODE, POD, Object
from emulators.azure.kubernetes.processes.programs import program_of
from emulators.azure.kubernetes.processes.running import Processes
from emulators.azure.kubernetes.secret_volumes import SecretVolumes
from emulators.azure.kubernetes.store import Change, ChangeType, Key


class Kubelets:
    """Starts the worker of each bound pod, and stops pods that are to be deleted."""

    def __init__(
        self,
        machinery: Machinery,
        processes: Processes,
        secrets: SecretVolumes,
        blobs: BlobVolumes,
    ) -> None:
        self._machinery = machinery
        self._processes = processes
        self._secrets = secrets
        self._blobs = blobs
        self._environments: dict[str, dict[str, dict[str, str]]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._stopping: set[str] = set()
        self._pulled: dict[str, set[str]] = {}
        self._volumes: dict[str, PodVolumes] = {}
        self._syncing: set[str] = set()
        self._addresses = 0

    def keys_of(self, change: Change) -> Iterable[Key]:
        metadata = change.object["metadata"]
        if change.kind is NODE and (change.type is ChangeType.DELETED or _is_turning(change)):
            if change.type is ChangeType.DELETED:
                self._pulled.pop(metadata["name"], None)
            bound = pods.on_node(self._machinery.store.list(POD), metadata["name"])
            return [(each["metadata"]["namespace"], each["metadata"]["name"]) for each in bound]
        if change.kind is CONFIG_MAP:
            return self._keys_of_mounting(metadata["namespace"], metadata["name"])
        if change.kind is not POD or not change.object["spec"].get("nodeName"):
            return []
        if change.type is ChangeType.DELETED:
            self._end(metadata["uid"])
            self._secrets.release(change.object)
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
        elif uid in self._volumes and uid not in self._syncing and self._volumes[uid].is_stale:
            self._syncing.add(uid)
            self._machinery.background.start(self._sync(uid), f"files of {'/'.join(key)}")

    def volumes_of(self, pod: Object) -> PodVolumes | None:
        """The files that a running pod sees."""
        return self._volumes.get(pod["metadata"]["uid"])

    def environment_of(self, pod: Object, container: str) -> dict[str, str]:
        """The variables of a running container, as they were when it started."""
        return self._environments.get(pod["metadata"]["uid"], {}).get(container, {})

    def _keys_of_mounting(self, namespace: str, config_map: str) -> list[Key]:
        return [
            (namespace, each["metadata"]["name"])
            for each in self._machinery.store.list(POD, namespace)
            if each["spec"].get("nodeName") and config_volumes.mounts(each, config_map)
        ]

    async def _sync(self, uid: str) -> None:
        await self._machinery.latencies.wait(
            "Kubernetes sync ConfigMaps of a pod", durations.CONFIG_MAP_SYNC
        )
        self._syncing.discard(uid)
        if uid in self._volumes:
            self._volumes[uid].sync()

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
        self._volumes.pop(uid, None)
        self._environments.pop(uid, None)
        self._processes.forget(uid)
        worker = self._workers.pop(uid, None)
        if worker is not None:
            worker.cancel()

    async def _run(self, pod: Object, node: Object) -> None:
        view = PodView(self._machinery, pod)
        name = node["metadata"]["name"]
        if not view.address:  # a kubelet that starts finds pods that run already
            await self._machinery.latencies.wait(
                f"Kubernetes start pod {view.path}", durations.POD_SANDBOX
            )
            view.start(self._free_address(), node["status"]["addresses"][0]["address"])
        volumes = PodVolumes(self._machinery.store, pod, self._secrets, self._blobs)
        await self._mount(volumes, view)
        self._hold(pod["metadata"]["uid"], volumes)
        pulled = self._pulled.setdefault(name, set())
        async with asyncio.TaskGroup() as group:
            for container in pod["spec"]["containers"]:
                worker = self._worker(pod, view, container, pulled, volumes)
                group.create_task(worker.run())

    def _hold(self, uid: str, volumes: PodVolumes) -> None:
        self._volumes[uid] = volumes
        if volumes.has_secrets:
            self._machinery.background.start(self._rotate(uid, volumes), f"secrets of {uid}")

    async def _rotate(self, uid: str, volumes: PodVolumes) -> None:
        while self._volumes.get(uid) is volumes:
            await self._machinery.clock.sleep(durations.SECRET_ROTATION_SECONDS)
            if self._volumes.get(uid) is volumes:
                volumes.rotate()

    def _worker(
        self, pod: Object, view: PodView, container: Object, pulled: set[str], volumes: PodVolumes
    ) -> ContainerWorker:
        program = program_of(container["image"])
        environments = self._environments.setdefault(pod["metadata"]["uid"], {})
        if program is None:
            return ContainerWorker(self._machinery, view, container, pulled, environments)
        return ProcessWorker(
            self._machinery,
            view,
            container,
            pulled,
            environments,
            pod,
            volumes,
            self._processes,
            program,
        )

    async def _mount(self, volumes: PodVolumes, view: PodView) -> None:
        attempt = 0
        while (missing := volumes.missing()) is not None:
            view.warning("FailedMount", missing)
            seconds = durations.step(durations.MOUNT_RETRY_SECONDS, attempt)
            await self._machinery.clock.sleep(seconds)
            attempt += 1
        volumes.sync()

    async def _stop(self, pod: Object) -> None:
        metadata = pod["metadata"]
        view = PodView(self._machinery, pod)
        for container in pod["spec"]["containers"]:
            view.normal("Killing", f"Stopping container {container['name']}")
        grace = metadata.get("deletionGracePeriodSeconds")
        if grace and list(self._processes.of_pod(metadata["uid"])):
            async with self._machinery.latencies.span("Kubernetes stop pod"):
                await end_processes(self._processes, pod, grace, self._machinery.clock)
        elif grace:
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
