"""One simulated AKS cluster: its objects, its controllers and its node pools."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from emulators.azure.clock import Clock
from emulators.azure.kubernetes import image_volumes, images, pods, selectors, summaries
from emulators.azure.kubernetes.addresses import (
    AnswerPod,
    Inside,
    InternalAddresses,
    PrivateLinkServices,
    PublicAddresses,
)
from emulators.azure.kubernetes.background import Background
from emulators.azure.kubernetes.blob_volumes import BlobVolumes
from emulators.azure.kubernetes.config_volumes import PodVolumes
from emulators.azure.kubernetes.controllers.autoscaler import Autoscaler
from emulators.azure.kubernetes.controllers.daemon_sets import DaemonSetController
from emulators.azure.kubernetes.controllers.deployments import DeploymentController
from emulators.azure.kubernetes.controllers.device_plugin import DevicePlugins
from emulators.azure.kubernetes.controllers.disruption_budgets import DisruptionController
from emulators.azure.kubernetes.controllers.endpoint_slices import EndpointSlices
from emulators.azure.kubernetes.controllers.event_autoscaler import EventAutoscaler
from emulators.azure.kubernetes.controllers.garbage import GarbageCollector, NamespaceController
from emulators.azure.kubernetes.controllers.kubelet import Kubelets
from emulators.azure.kubernetes.controllers.load_balancers import LoadBalancers
from emulators.azure.kubernetes.controllers.machinery import Controller, ControllerLoop, Machinery
from emulators.azure.kubernetes.controllers.node_lifecycle import NodeLifecycle
from emulators.azure.kubernetes.controllers.replica_sets import ReplicaSetController
from emulators.azure.kubernetes.controllers.scheduler import Scheduler
from emulators.azure.kubernetes.controllers.service_proxy import AnswerInside, ServiceProxy
from emulators.azure.kubernetes.engine_requests import WAITING_METRIC, EngineRequests
from emulators.azure.kubernetes.engine_tokens import EngineTokens
from emulators.azure.kubernetes.events import EventRecorder
from emulators.azure.kubernetes.faults import Faults
from emulators.azure.kubernetes.kinds import NAMESPACE, POD, SERVICE, Object
from emulators.azure.kubernetes.node_pools import NodePool
from emulators.azure.kubernetes.nodes import Site
from emulators.azure.kubernetes.pool_nodes import PoolNodes
from emulators.azure.kubernetes.processes.running import Processes
from emulators.azure.kubernetes.registry import Registry
from emulators.azure.kubernetes.secret_volumes import SecretVolumes
from emulators.azure.kubernetes.service_addresses import ServiceAddresses
from emulators.azure.kubernetes.store import Store
from emulators.azure.latency import Latencies

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")


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
        answer_inside: AnswerInside | None = None,
        send_log: "SendLog | None" = None,
        answer_pod: AnswerPod | None = None,
        private_links: PrivateLinkServices | None = None,
    ) -> None:
        """`answer_inside`: what processes get that ask for a Service; `answer_pod`: what the API
        server gets that asks a pod. `send_log`: takes what processes write."""
        self.name = name
        self.region = region
        self.kubernetes_version = kubernetes_version
        self.faults = Faults()
        self.store = Store()
        self.registry = Registry(
            self.store,
            clock,
            ServiceAddresses(self.store),
            self.faults.denials,
            image_volumes.are_mounted(kubernetes_version),
        )
        events = EventRecorder(self.store, clock)
        self.secrets = SecretVolumes(self, self.store, self.registry, events)
        self.blobs = BlobVolumes(self)
        self.on_stopped: Callable[[], None] = lambda: None
        self.answer_inside = answer_inside
        self._send_log = send_log
        self.answer_pod = answer_pod
        self.engine_tokens: dict[str, EngineTokens] = {}
        """Of the model servers, by the uid of their pod."""
        self.runs_programs = True
        """Whether containers of known programs are processes; otherwise they are made up too."""
        self._clock = clock
        self._latencies = latencies
        self._addresses = addresses
        self._internal_addresses = InternalAddresses()
        self._private_links = private_links
        self._nodes = PoolNodes(self.store, self.registry, Site(name, region, kubernetes_version))
        self._start()
        self._create_first_objects()

    def __getstate__(self) -> dict[str, Any]:
        """Without the controllers: they keep nothing that is not in the store."""
        runtime = (
            "_background",
            "_machinery",
            "_autoscaler",
            "_kubelets",
            "_loop",
            "_service_proxy",
            "processes",
            "engine_requests",
        )
        return {key: value for key, value in self.__dict__.items() if key not in runtime}

    def resume(self) -> None:
        """Start controllers on a saved store; as real ones do, they begin by looking at it all."""
        self._start()
        self._autoscaler.adopt()
        self._loop.look_at_everything()

    @property
    def has_internal_balancer(self) -> bool:
        """Whether a Service has an address of the cluster's own network."""
        return self._internal_addresses.is_used

    def set_node_pool(self, pool: NodePool) -> None:
        """Create or change a pool, with Ready nodes at once up to its count, or drained to it."""
        present = len(self._nodes.of(pool.name))
        on_their_way = self._autoscaler.booting(pool.name)
        if pool.autoscaling and on_their_way and pool.count == present + on_their_way:
            self._nodes.set(replace(pool, count=present))
        else:
            self._autoscaler.forget_boots(pool.name)
            self._nodes.set(pool)
        self._loop.add(self._autoscaler, ("", pool.name))

    def remove_node_pool(self, name: str) -> None:
        self._nodes.remove_pool(name)

    def node_count(self, pool_name: str) -> int:
        """How many nodes the pool has now, which the autoscaler may have changed."""
        return len(self._nodes.of(pool_name)) + self._autoscaler.booting(pool_name)

    def stop(self) -> None:
        """End all background work and give the public addresses back."""
        self._background.stop()
        self.processes.stop()
        self._service_proxy.stop()
        self._addresses.release_cluster(self)
        self.on_stopped()

    def summary(self) -> dict[str, Any]:
        """The cluster's state for the simulator's state page."""
        return summaries.of_cluster(self.name, self.region, self.store, self.processes)

    def service(self, namespace: str, name: str) -> Object | None:
        return self.store.get(SERVICE, namespace, name)

    def ready_pods(self, namespace: str, service: str) -> list[Object]:
        """The pods that traffic to a Service reaches."""
        found = self.service(namespace, service)
        wanted = (found or {}).get("spec", {}).get("selector")
        if not wanted:
            return []
        selector = selectors.of_labels(wanted)
        return [
            each
            for each in self.store.list(POD, namespace)
            if selector.matches(each["metadata"].get("labels") or {})
            and pods.is_ready(each)
            and not pods.is_terminating(each)
        ]

    def _read_metrics(self, namespace: str, service: str, metric: str) -> list[float]:
        """Of the waiting requests alone, which an engine that was never asked has none of."""
        serving = [
            pod
            for pod in self.ready_pods(namespace, service)
            if metric == WAITING_METRIC and any(map(images.is_vllm, pods.images_of(pod)))
        ]
        known = [self.engine_requests.get(pod["metadata"]["uid"]) for pod in serving]
        return [each.waiting if each else 0 for each in known]

    def volumes_of(self, pod: Object) -> PodVolumes | None:
        """The files of a pod that runs, as its kubelet last saw them."""
        return self._kubelets.volumes_of(pod)

    def inside_of(self, pod: Object, container: Object) -> Inside:
        volumes = self._kubelets.volumes_of(pod)
        variables = self._kubelets.environment_of(pod, container["name"])
        return Inside(variables, volumes.files_of(container) if volumes else {})

    def process_address(self, pod: Object, container: Object, port: int) -> tuple[str, int] | None:
        """Where a port of the pod really listens, if a process stands behind it."""
        if self.processes.program_of(container) is None:
            return None
        return self.processes.address_of(pod["metadata"]["uid"]), port

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)

    def _start(self) -> None:
        self._background = Background()
        self.engine_requests: dict[str, EngineRequests] = {}
        self._machinery = Machinery(
            self.store,
            self.registry,
            EventRecorder(self.store, self._clock),
            self._clock,
            self._latencies,
            self._background,
            self.faults,
        )
        self._autoscaler = Autoscaler(self._machinery, self._nodes)
        self._service_proxy = ServiceProxy(self._machinery, self, self.answer_inside)
        self.processes = Processes(
            self._machinery.now,
            self._service_proxy.address_of,
            self._take_line,
            lambda: self.runs_programs,
        )
        self._kubelets = Kubelets(self._machinery, self.processes, self.secrets, self.blobs)
        self._loop = ControllerLoop(self.store, self._controllers())
        self._background.start(self._loop.run(), f"controllers of {self.name}")
        lifecycle = NodeLifecycle(self._machinery)
        self._background.start(lifecycle.run(), f"node lifecycle of {self.name}")

    def _take_line(self, pod: Object, container: str, text: str) -> None:
        if self._send_log is not None:
            self._send_log(self, pod, container, text)

    def _controllers(self) -> list[Controller]:
        machinery = self._machinery
        return [
            GarbageCollector(machinery),
            NamespaceController(machinery),
            DeploymentController(machinery),
            ReplicaSetController(machinery),
            DaemonSetController(machinery),
            DisruptionController(machinery),
            Scheduler(machinery),
            self._kubelets,
            DevicePlugins(machinery, self._nodes.gpus_per_node),
            EndpointSlices(machinery, self),
            self._service_proxy,
            LoadBalancers(
                machinery,
                self._addresses,
                self,
                self.region,
                self._internal_addresses,
                self._private_links,
            ),
            self._autoscaler,
            EventAutoscaler(machinery, self._read_metrics),
        ]

    def _create_first_objects(self) -> None:
        for name in NAMESPACES:
            self.registry.create(NAMESPACE, "", {"metadata": {"name": name}})
        self.registry.create(SERVICE, "default", _API_SERVICE)


SendLog = Callable[[Cluster, Object, str, str], None]
"""Gets each line that a container of the cluster writes: its pod, its name, the text."""

_API_SERVICE: Object = {
    "metadata": {
        "name": "kubernetes",
        "labels": {"component": "apiserver", "provider": "kubernetes"},
    },
    "spec": {"ports": [{"name": "https", "port": 443, "targetPort": 443}]},
}
