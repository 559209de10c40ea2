"""The NVIDIA device plugin: a GPU can be asked for only where the plugin runs."""

from collections.abc import Callable, Iterable

from emulators.azure.kubernetes import durations, images, pods
from emulators.azure.kubernetes.controllers.machinery import Machinery
from emulators.azure.kubernetes.kinds import NODE, POD, Object
from emulators.azure.kubernetes.nodes import GPU, is_lost, pool_of
from emulators.azure.kubernetes.store import Change, ChangeType, Key

GpusPerNode = Callable[[str], int]


class DevicePlugins:
    """Offers a node's GPUs some seconds after a plugin pod is ready there, and withdraws them."""

    def __init__(self, machinery: Machinery, gpus_per_node: GpusPerNode) -> None:
        """`gpus_per_node` tells how many GPUs the machines of a pool have."""
        self._machinery = machinery
        self._gpus_per_node = gpus_per_node
        self._registering: set[str] = set()

    def keys_of(self, change: Change) -> Iterable[Key]:
        if change.kind is POD and _is_plugin(change.object):
            return [("", change.object["spec"].get("nodeName", ""))]
        if change.kind is NODE and change.type is not ChangeType.DELETED:
            return [("", change.object["metadata"]["name"])]
        return []

    def reconcile(self, key: Key) -> None:
        node = self._machinery.store.get(NODE, *key)
        if node is None or is_lost(node) or not self._gpus_per_node(pool_of(node)):
            return
        name = node["metadata"]["name"]
        offered = node["status"]["allocatable"].get(GPU, "0") != "0"
        if self._plugin_runs(name) and not offered and name not in self._registering:
            self._registering.add(name)
            self._machinery.background.start(self._register(name), f"device plugin on {name}")
        elif offered and not self._plugin_runs(name):
            self._offer(name, 0)

    async def _register(self, node: str) -> None:
        await self._machinery.latencies.wait(
            f"Kubernetes device plugin registers on {node}", durations.DEVICE_PLUGIN_REGISTRATION
        )
        self._registering.discard(node)
        present = self._machinery.store.get(NODE, "", node)
        if present is not None and self._plugin_runs(node):
            self._offer(node, self._gpus_per_node(pool_of(present)))

    def _plugin_runs(self, node: str) -> bool:
        if self._machinery.faults.device_plugin_broken:
            return False
        return any(
            _is_plugin(each) and pods.is_ready(each) and not pods.is_terminating(each)
            for each in pods.on_node(self._machinery.store.list(POD), node)
        )

    def _offer(self, node: str, gpus: int) -> None:
        def edit(subject: Object) -> None:
            subject["status"]["allocatable"][GPU] = str(gpus)
            if gpus:
                subject["status"]["capacity"][GPU] = str(gpus)

        self._machinery.store.change(NODE, "", node, edit)


def _is_plugin(pod: Object) -> bool:
    return any(images.DEVICE_PLUGIN in each for each in pods.images_of(pod))
