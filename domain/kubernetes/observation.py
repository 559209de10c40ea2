"""The state of a cell, read from its Kubernetes API at one moment."""

from datetime import datetime
from typing import Any, Self

from pydantic import AwareDatetime

from domain.environment.gateway_certificates import CertificateLook
from domain.wire import WireModel


class NodeObservation(WireModel):
    """A node of the GPU pool."""

    name: str
    ready: bool
    gpus_allocatable: int = 0
    created_at: AwareDatetime | None = None
    changed_at: AwareDatetime | None = None
    """When `ready` last changed."""
    is_lost: bool = False
    """Its kubelet reports nothing any more: the condition Ready is Unknown."""
    is_scaled_down: bool = False
    """The cluster autoscaler is removing it; its taint drives the device plugin away."""
    message: str = ""
    """Why it is not Ready."""


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
    """When a kubelet accepted the pod (`status.startTime`)."""
    exit_code: int | None = None
    termination_reason: str = ""
    log_tail: str = ""
    init_failure: str | None = None
    """What the container that checks the weights has said; None while it has not failed."""
    weights_image: str = ""
    """The image that is mounted as its weights, if they are one."""


class DevicePluginObservation(WireModel):
    """The device plugin's DaemonSet; `reason` and `message` are of a pod that cannot run."""

    desired: int
    ready: int
    reason: str = ""
    message: str = ""


class RolloutObservation(WireModel):
    """How far the workload's Deployment has rolled out its latest template."""

    is_seen: bool
    """Whether the controller has observed the template; until then the counts are outdated."""
    replicas: int
    updated: int
    ready: int

    @property
    def is_over(self) -> bool:
        """No pod of an older template is left."""
        return self.is_seen and self.updated == self.replicas


class EventObservation(WireModel):
    """A Kubernetes event. `object`: kind and name, such as `Pod/fraud-llm-0`."""

    reason: str
    message: str
    object: str
    first_seen_at: AwareDatetime | None = None
    last_seen_at: AwareDatetime | None = None


class AutoscalerBackoff(WireModel):
    """The autoscaler leaves a node group alone for some time after a failed scale-up.

    `code` and `message` are its own, and quote Azure's error; empty before Kubernetes 1.30.
    """

    node_group: str
    code: str = ""
    message: str = ""


class Observation(WireModel):
    """Everything that a decision on readiness depends on."""

    nodes: tuple[NodeObservation, ...] = ()
    pods: tuple[PodObservation, ...] = ()
    rollout: RolloutObservation | None = None
    external_ip: str | None = None
    """Of the Service: its public address, or the internal one of its Private Link service."""
    is_internal: bool = False
    gateways: tuple[PodObservation, ...] = ()
    """Pods of the gateway."""
    certificates: CertificateLook | None = None
    """Of the gateways; None if they have no need of any."""
    device_plugin: DevicePluginObservation | None = None
    backoff: AutoscalerBackoff | None = None
    """Of the GPU pool."""
    events: tuple[EventObservation, ...] = ()
    """The latest first."""

    def to_wire(self) -> dict[str, Any]:
        """Without defaults: durable histories keep one for each read of a cell."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def since(self, started_at: datetime) -> Self:
        """Without the events of an earlier operation: Kubernetes keeps them for an hour."""
        events = tuple(
            event
            for event in self.events
            if event.last_seen_at is None or event.last_seen_at >= started_at
        )
        return self.model_copy(update={"events": events})

    @property
    def public_ip(self) -> str | None:
        return None if self.is_internal else self.external_ip

    @property
    def ready_nodes(self) -> tuple[NodeObservation, ...]:
        return tuple(node for node in self.nodes if node.ready)

    @property
    def latest_pods(self) -> tuple[PodObservation, ...]:
        """Pods of the latest template; failures of older ones end with their replacement."""
        return tuple(pod for pod in self.pods if pod.is_of_latest_template)

    @property
    def gpus_allocatable(self) -> int:
        return sum(node.gpus_allocatable for node in self.ready_nodes)

    def count_replicas(self, least: int) -> int:
        """As many as the Deployment has, also where KEDA has set more than were asked for."""
        return max(least, self.rollout.replicas if self.rollout else 0)

    @property
    def ready_pods(self) -> int:
        """Pods and Deployment come from two requests: the lower count is true of both moments."""
        ready = sum(pod.ready for pod in self.pods)
        return min(ready, self.rollout.ready) if self.rollout else ready
