"""Builds the observation of a cell from Kubernetes objects."""

from collections.abc import Sequence

from domain.arm.naming import TEMPLATE_LABEL
from domain.kubernetes.observation import (
    DevicePluginObservation,
    EventObservation,
    NodeObservation,
    Observation,
    PodObservation,
    RolloutObservation,
)
from domain.wire import JsonObject


def build_observation(
    nodes: Sequence[JsonObject],
    pods: Sequence[JsonObject],
    deployment: JsonObject,
    service: JsonObject,
    device_plugin: JsonObject,
    events: Sequence[JsonObject],
) -> Observation:
    return Observation(
        nodes=tuple(_node(node) for node in nodes),
        pods=tuple(_pod(pod, _template_of(deployment)) for pod in pods),
        rollout=_rollout(deployment),
        external_ip=_external_ip(service),
        device_plugin=_device_plugin(device_plugin),
        events=tuple(_event(event) for event in events),
    )


def _is_true(conditions: Sequence[JsonObject], kind: str) -> bool:
    return any(c["type"] == kind and c["status"] == "True" for c in conditions)


def _node(node: JsonObject) -> NodeObservation:
    status = node.get("status", {})
    gpus = status.get("allocatable", {}).get("nvidia.com/gpu", "0")
    return NodeObservation(
        name=node["metadata"]["name"],
        ready=_is_true(status.get("conditions", []), "Ready"),
        gpus_allocatable=int(gpus),
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
    waiting: JsonObject = container.get("state", {}).get("waiting", {})
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
    )


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


def _device_plugin(daemon_set: JsonObject) -> DevicePluginObservation:
    status = daemon_set.get("status", {})
    return DevicePluginObservation(
        desired=status.get("desiredNumberScheduled", 0), ready=status.get("numberReady", 0)
    )


def _event(event: JsonObject) -> EventObservation:
    about = event["involvedObject"]
    return EventObservation(
        reason=event.get("reason", ""),
        message=event.get("message", ""),
        object=f"{about.get('kind', '')}/{about.get('name', '')}",
        first_seen_at=event.get("firstTimestamp") or event.get("eventTime"),
    )
