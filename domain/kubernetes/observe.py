"""Builds the observation of a cell from Kubernetes objects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.arm.naming import DEVICE_PLUGIN, GPU_NODE_PREFIX, TEMPLATE_LABEL
from domain.kubernetes.autoscaler_status import STATUS_CONFIG_MAP, read_backoff
from domain.kubernetes.observation import (
    DevicePluginObservation,
    EventObservation,
    NodeObservation,
    Observation,
    PodObservation,
    RolloutObservation,
)
from domain.kubernetes.weights_check import CHECK_CONTAINER
from domain.kubernetes.weights_manifests import WEIGHTS_VOLUME
from domain.wire import JsonObject

MAX_EVENTS_KEPT = 50
"""The latest: an observation is part of the orchestration's history."""

LONGEST_LOG_TAIL = 600
"""Characters: the last log lines name the cause, and Kubernetes keeps up to 2048 bytes."""

_TELLING_EVENTS = frozenset({"NotTriggerScaleUp", "TriggeredScaleUp", "Killing"})
"""Of type Normal; of the others only warnings explain why something is not ready."""

_OTHER_SUBJECTS = (
    f"ConfigMap/{STATUS_CONFIG_MAP}",
    f"DaemonSet/{DEVICE_PLUGIN}",
    f"Pod/{DEVICE_PLUGIN}",
    f"Node/{GPU_NODE_PREFIX}",
)
"""Beginnings of the objects outside of the workload's namespace whose events matter."""

_SCALE_DOWN_TAINT = "ToBeDeletedByClusterAutoscaler"

_INTERNAL = "service.beta.kubernetes.io/azure-load-balancer-internal"

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ClusterObjects:
    """What one look at a cluster reads.

    `other_events`: of other namespaces than the workload's. `autoscaler_status`: the YAML document
    or the text in the autoscaler's ConfigMap, None without one.
    """

    nodes: Sequence[JsonObject]
    pods: Sequence[JsonObject]
    deployment: JsonObject
    service: JsonObject
    device_plugin: JsonObject
    events: Sequence[JsonObject]
    gateway_pods: Sequence[JsonObject] = ()
    device_plugin_pods: Sequence[JsonObject] = ()
    other_events: Sequence[JsonObject] = ()
    autoscaler_status: object = None


def build_observation(seen: ClusterObjects) -> Observation:
    return Observation(
        nodes=tuple(_node(node) for node in seen.nodes),
        pods=tuple(_pod(pod, _template_of(seen.deployment)) for pod in seen.pods),
        rollout=_rollout(seen.deployment),
        external_ip=_external_ip(seen.service),
        is_internal=_is_internal(seen.service),
        gateways=tuple(_pod(pod, None) for pod in seen.gateway_pods),
        device_plugin=_device_plugin(seen.device_plugin, seen.device_plugin_pods),
        backoff=read_backoff(seen.autoscaler_status),
        events=_events(seen.events, seen.other_events),
    )


def _is_true(conditions: Sequence[JsonObject], kind: str) -> bool:
    return any(c["type"] == kind and c["status"] == "True" for c in conditions)


def _node(node: JsonObject) -> NodeObservation:
    status = node.get("status", {})
    gpus = status.get("allocatable", {}).get("nvidia.com/gpu", "0")
    taints: list[JsonObject] = node.get("spec", {}).get("taints", [])
    nothing: JsonObject = {}
    ready = next((c for c in status.get("conditions", []) if c["type"] == "Ready"), nothing)
    is_ready = ready.get("status") == "True"
    return NodeObservation(
        name=node["metadata"]["name"],
        ready=is_ready,
        gpus_allocatable=int(gpus),
        created_at=node["metadata"].get("creationTimestamp"),
        changed_at=ready.get("lastTransitionTime"),
        is_lost=ready.get("status") == "Unknown",
        is_scaled_down=any(each["key"] == _SCALE_DOWN_TAINT for each in taints),
        message="" if is_ready else ready.get("message", ""),
    )


def _template_of(deployment: JsonObject) -> str | None:
    template = deployment.get("spec", {}).get("template", {})
    return template.get("metadata", {}).get("labels", {}).get(TEMPLATE_LABEL)


def _pod(pod: JsonObject, template: str | None) -> PodObservation:
    labels: JsonObject = pod["metadata"].get("labels", {})
    status = pod.get("status", {})
    conditions: list[JsonObject] = status.get("conditions", [])
    containers: list[JsonObject] = status.get("containerStatuses", [])
    container: JsonObject = containers[0] if containers else {}
    first: list[JsonObject] = status.get("initContainerStatuses", [])
    waiting = _waiting(first) or _waiting([container])
    ended: JsonObject = container.get("lastState", {}).get("terminated", {})
    nothing: JsonObject = {}
    unscheduled = next(
        (c for c in conditions if c["type"] == "PodScheduled" and c["status"] == "False"),
        nothing,
    )
    return PodObservation(
        name=pod["metadata"]["name"],
        phase=status.get("phase", "Pending"),
        ready=_is_true(conditions, "Ready"),
        is_of_latest_template=template in (None, labels.get(TEMPLATE_LABEL)),
        reason=waiting.get("reason") or unscheduled.get("reason", ""),
        message=waiting.get("message") or unscheduled.get("message", ""),
        restarts=container.get("restartCount", 0),
        started_at=status.get("startTime"),
        exit_code=ended.get("exitCode"),
        termination_reason=ended.get("reason", ""),
        log_tail=ended.get("message", "")[-LONGEST_LOG_TAIL:],
        init_failure=_init_failure(first),
        weights_image=_weights_image(pod),
    )


def _waiting(containers: Sequence[JsonObject]) -> JsonObject:
    """What the first of the containers waits for; of one that has failed, its end says more."""
    nothing: JsonObject = {}
    for container in containers:
        waiting: JsonObject = container.get("state", {}).get("waiting", nothing)
        has_failed = bool(container.get("lastState", {}).get("terminated"))
        if waiting and not (container.get("name") == CHECK_CONTAINER and has_failed):
            return waiting
    return nothing


def _init_failure(containers: Sequence[JsonObject]) -> str | None:
    for container in containers:
        nothing: JsonObject = {}
        ended: JsonObject = container.get("state", {}).get("terminated", nothing)
        ended = ended or container.get("lastState", {}).get("terminated", nothing)
        if ended.get("exitCode", 0) != 0:
            said = ended.get("message", "").strip() or f"It ended with {ended['exitCode']}."
            return said[:LONGEST_LOG_TAIL]
    return None


def _weights_image(pod: JsonObject) -> str:
    volumes: list[JsonObject] = pod.get("spec", {}).get("volumes") or []
    nothing: JsonObject = {}
    found = next((each for each in volumes if each.get("name") == WEIGHTS_VOLUME), nothing)
    image: JsonObject = found.get("image") or nothing
    return image.get("reference", "")


def _rollout(deployment: JsonObject) -> RolloutObservation:
    status = deployment.get("status", {})
    generation = deployment["metadata"].get("generation", 0)
    return RolloutObservation(
        is_seen=status.get("observedGeneration", 0) >= generation,
        replicas=status.get("replicas", 0),
        updated=status.get("updatedReplicas", 0),
        ready=status.get("readyReplicas", 0),
    )


def _external_ip(service: JsonObject) -> str | None:
    ingress: list[JsonObject] = (
        service.get("status", {}).get("loadBalancer", {}).get("ingress", [])
    )
    return ingress[0].get("ip") if ingress else None


def _is_internal(service: JsonObject) -> bool:
    annotations: JsonObject = service.get("metadata", {}).get("annotations") or {}
    return annotations.get(_INTERNAL) == "true"


def _device_plugin(daemon_set: JsonObject, pods: Sequence[JsonObject]) -> DevicePluginObservation:
    status = daemon_set.get("status", {})
    waiting = next((pod for pod in (_pod(each, None) for each in pods) if not pod.ready), None)
    return DevicePluginObservation(
        desired=status.get("desiredNumberScheduled", 0),
        ready=status.get("numberReady", 0),
        reason=waiting.reason if waiting else "",
        message=waiting.message if waiting else "",
    )


def _events(
    events: Iterable[JsonObject], others: Iterable[JsonObject]
) -> tuple[EventObservation, ...]:
    telling = [_event(each) for each in events if _is_telling(each)]
    telling += [
        event
        for event in (_event(each) for each in others if _is_telling(each))
        if event.object.startswith(_OTHER_SUBJECTS)
    ]
    telling.sort(key=lambda event: event.last_seen_at or _LONG_AGO, reverse=True)
    return tuple(telling[:MAX_EVENTS_KEPT])


def _is_telling(event: JsonObject) -> bool:
    return event.get("type") != "Normal" or event.get("reason") in _TELLING_EVENTS


def _event(event: JsonObject) -> EventObservation:
    about = event["involvedObject"]
    series: JsonObject = event.get("series") or {}
    first = event.get("firstTimestamp") or event.get("eventTime")
    return EventObservation(
        reason=event.get("reason", ""),
        message=event.get("message", ""),
        object=f"{about.get('kind', '')}/{about.get('name', '')}",
        first_seen_at=first,
        last_seen_at=series.get("lastObservedTime") or event.get("lastTimestamp") or first,
    )
