"""What one look at a cell's Kubernetes API showed."""

from pydantic import AwareDatetime

from domain.wire import WireModel


class NodeObservation(WireModel):
    """A node of the GPU pool."""

    name: str
    ready: bool
    gpus_allocatable: int = 0


class PodObservation(WireModel):
    """A pod of the workload; `reason` and `message` are the container's or the scheduler's."""

    name: str
    phase: str
    ready: bool
    is_of_latest_template: bool = True
    reason: str = ""
    message: str = ""
    restarts: int = 0
    started_at: AwareDatetime | None = None
    """When a node took the pod (`status.startTime`)."""
    exit_code: int | None = None
    termination_reason: str = ""
    log_tail: str = ""


class DevicePluginObservation(WireModel):
    """The device plugin's DaemonSet."""

    desired: int
    ready: int


class RolloutObservation(WireModel):
    """How far the workload's Deployment is with its latest template."""

    is_seen: bool
    """Whether the controller has taken it in at all; until then all counts are of the old one."""
    replicas: int
    updated: int
    ready: int

    @property
    def is_over(self) -> bool:
        """No pod of an older template is left."""
        return self.is_seen and self.updated == self.replicas


class EventObservation(WireModel):
    reason: str
    message: str
    object: str
    first_seen_at: AwareDatetime | None = None


class Observation(WireModel):
    """Everything that readiness is decided from."""

    nodes: tuple[NodeObservation, ...] = ()
    pods: tuple[PodObservation, ...] = ()
    rollout: RolloutObservation | None = None
    external_ip: str | None = None
    device_plugin: DevicePluginObservation | None = None
    events: tuple[EventObservation, ...] = ()

    @property
    def ready_nodes(self) -> tuple[NodeObservation, ...]:
        return tuple(node for node in self.nodes if node.ready)

    @property
    def latest_pods(self) -> tuple[PodObservation, ...]:
        """Those that the workload is to have: what older ones suffer from is being changed."""
        return tuple(pod for pod in self.pods if pod.is_of_latest_template)

    @property
    def gpus_allocatable(self) -> int:
        return sum(node.gpus_allocatable for node in self.ready_nodes)

    @property
    def ready_pods(self) -> int:
        """Read in two requests: what is counted less often is true of both moments."""
        ready = sum(pod.ready for pod in self.pods)
        return min(ready, self.rollout.ready) if self.rollout else ready
