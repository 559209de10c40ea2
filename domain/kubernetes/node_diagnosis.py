"""Diagnoses why a cell has no GPUs: the autoscaler, the nodes and the device plugin."""

import re
from datetime import datetime, timedelta

from domain.arm.azure_error import START_GPU_NODE
from domain.arm.error_actions import ELSEWHERE
from domain.arm.naming import DEVICE_PLUGIN, GPU_NODE_LABEL, GPU_NODE_PREFIX, SYSTEM_NAMESPACE
from domain.kubernetes.evidence import (
    build_failure,
    classify_cause,
    find_event,
    has_lasted,
    quote,
)
from domain.kubernetes.observation import EventObservation, NodeObservation, Observation
from domain.outcomes import Failure

BOOT_GRACE = timedelta(minutes=5)
"""A node becomes Ready within two minutes of its registration; without the network plugin, or
without its kubelet, it does not."""

PLUGIN_GRACE = timedelta(seconds=90)
"""The device plugin registers a node's GPUs within seconds of its start."""

CANNOT_RUN = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
    }
)
"""Reasons for which a container waits that are no part of a normal start."""

_SCALE_UP_FAILED = re.compile(r"FailedToScaleUp|ScaleUpFailed|ScaleUpTimedOut", re.IGNORECASE)
_BACKOFF = "in backoff after failed scale-up"
_CHECK_SCALE_UP = (
    "Check vCPU quota, the subnet's IP addresses and the activity log of the node resource group; "
    f"then retry, {ELSEWHERE}."
)


def find_node_cause(observation: Observation, now: datetime) -> Failure | None:
    """Why there is no Ready GPU node, as soon as something shows it."""
    return (
        _scale_up_failed(observation)
        or _spot_evicted(observation)
        or _not_ready(observation, now)
        or _scale_up_refused(observation)
    )


def missing_node(observation: Observation, now: datetime) -> Failure:
    """For no Ready GPU node at the deadline."""
    names = ", ".join(node.name for node in observation.nodes)
    state = f"GPU node {names} exists but is not Ready." if names else "No GPU node was created."
    return find_node_cause(observation, now) or build_failure(
        "NodeNotReady",
        state,
        "Check the autoscaler's status and the vCPU quota of the GPU family; then retry, "
        f"{ELSEWHERE}.",
        observation,
    )


def find_gpu_cause(observation: Observation, now: datetime) -> Failure | None:
    """Why Ready nodes have too few GPUs, as soon as something shows it."""
    without = _nodes_without_gpus(observation)
    if not without:
        return _scale_up_failed(observation)
    plugin = observation.device_plugin
    cannot_run = plugin is not None and plugin.reason in CANNOT_RUN
    if cannot_run or any(has_lasted(node.changed_at, now, PLUGIN_GRACE) for node in without):
        return _gpu_not_allocatable(without, observation)
    return None


def missing_gpu(observation: Observation, gpus_needed: int) -> Failure:
    """For too few GPUs at the deadline: the device plugin's fault, or the autoscaler's."""
    without = _nodes_without_gpus(observation)
    if without:
        return _gpu_not_allocatable(without, observation)
    return _scale_up_failed(observation) or build_failure(
        "PodUnschedulable",
        f"Insufficient nvidia.com/gpu: {observation.gpus_allocatable} of {gpus_needed} GPUs "
        "are allocatable and no further node was added.",
        "Check the autoscaler's status and the vCPU quota of the GPU family, or lower replicas.",
        observation,
    )


def describe_device_plugin(observation: Observation) -> str:
    plugin = observation.device_plugin
    name = f"DaemonSet {SYSTEM_NAMESPACE}/{DEVICE_PLUGIN}"
    if plugin is None:
        return f"{name} is not deployed."
    if plugin.desired == 0 and any(node.is_scaled_down for node in observation.nodes):
        return f"{name} has registered no GPU, and the cluster autoscaler is removing the node."
    if plugin.desired == 0:
        return f"{name} is missing, or its selector or tolerations match no node."
    if plugin.ready < plugin.desired:
        why = ": ".join(part for part in (plugin.reason, plugin.message) if part)
        state = f"{name} is ready on {plugin.ready} of {plugin.desired} nodes"
        return f"{state} ({why})." if why else f"{state}. {_creation_refused(observation)}".strip()
    return f"{name} is ready, but has registered no GPU: is the NVIDIA driver installed?"


def _creation_refused(observation: Observation) -> str:
    return quote(
        find_event(
            observation.events,
            lambda event: (
                event.reason == "FailedCreate" and event.object == f"DaemonSet/{DEVICE_PLUGIN}"
            ),
        )
    )


def _nodes_without_gpus(observation: Observation) -> list[NodeObservation]:
    return [node for node in observation.ready_nodes if not node.gpus_allocatable]


def _gpu_not_allocatable(without: list[NodeObservation], observation: Observation) -> Failure:
    names = ", ".join(node.name for node in without)
    return build_failure(
        "GpuNotAllocatable",
        f"Node {names} is Ready but advertises no nvidia.com/gpu: "
        f"{describe_device_plugin(observation)}",
        f"Check the DaemonSet {SYSTEM_NAMESPACE}/{DEVICE_PLUGIN}, its tolerations and "
        "logs, and whether the pool installs the NVIDIA driver.",
        observation,
    )


def _scale_up_failed(observation: Observation) -> Failure | None:
    """The backoff is the autoscaler's present state; events tell what was before."""
    backoff = observation.backoff
    if backoff and backoff.message:
        known = classify_cause(backoff.code, backoff.message, START_GPU_NODE)
        return known or _unknown_scale_up_failure(
            f"{backoff.code}: {backoff.message}", observation
        )
    event = find_event(observation.events, _tells_of_scale_up)
    if event and _SCALE_UP_FAILED.search(event.reason) and not _is_outdated(event, observation):
        known = classify_cause(event.reason, event.message, START_GPU_NODE)
        return known or _unknown_scale_up_failure(quote(event), observation)
    if backoff:
        group = f"node group {backoff.node_group} is in backoff after a failed scale-up"
        return _unknown_scale_up_failure(group, observation)
    return None


def _unknown_scale_up_failure(said: str, observation: Observation) -> Failure:
    return build_failure(
        "ScaleUpFailed",
        f"The autoscaler could not start a GPU node: {said}",
        _CHECK_SCALE_UP,
        observation,
    )


def _tells_of_scale_up(event: EventObservation) -> bool:
    return event.reason == "TriggeredScaleUp" or bool(_SCALE_UP_FAILED.search(event.reason))


def _is_outdated(event: EventObservation, observation: Observation) -> bool:
    """Whether a node has come after the event."""
    seen = event.last_seen_at
    return seen is not None and any(
        node.created_at is not None and node.created_at >= seen for node in observation.nodes
    )


def _scale_up_refused(observation: Observation) -> Failure | None:
    refused = find_event(
        observation.events,
        lambda event: event.reason in {"NotTriggerScaleUp", "TriggeredScaleUp"},
    )
    if observation.nodes or refused is None or refused.reason == "TriggeredScaleUp":
        return None
    # Events say only `1 in backoff after failed scale-up` (Azure/AKS#2543, Azure/AKS#2665).
    in_backoff = _BACKOFF in refused.message
    return build_failure(
        "ScaleUpFailed" if in_backoff else "PodUnschedulable",
        f"The autoscaler does not start a node for the pods: {refused.message}",
        _CHECK_SCALE_UP
        if in_backoff
        else f"Compare the pods' node selector {GPU_NODE_LABEL}=true and their tolerations with "
        "the labels and taints of the GPU pool. A repair sets these again.",
        observation,
    )


def _spot_evicted(observation: Observation) -> Failure | None:
    """AKS reports an eviction on the node, which is gone half a minute later."""
    event = find_event(
        observation.events,
        lambda event: (
            event.reason == "PreemptScheduled"
            and event.object.startswith(f"Node/{GPU_NODE_PREFIX}")
        ),
    )
    if event is None or _is_outdated(event, observation):
        return None
    name = event.object.removeprefix("Node/")
    return build_failure(
        "SpotEvicted",
        f"Azure evicts the spot node {name}: {event.message}",
        "Retry later, or set gpu.spot to false. The autoscaler looks for another spot node as "
        "long as the operation runs.",
        observation,
    )


def _not_ready(observation: Observation, now: datetime) -> Failure | None:
    broken = [
        node
        for node in observation.nodes
        if node.is_lost or (not node.ready and has_lasted(node.created_at, now, BOOT_GRACE))
    ]
    if not broken or observation.ready_nodes:
        return None
    said = "; ".join(f"{node.name}: {node.message or 'no reason given'}" for node in broken)
    return build_failure(
        "NodeNotReady",
        f"GPU node {said}",
        "Delete the node unless AKS has repaired it, which it does after 10 minutes NotReady; "
        "then retry.",
        observation,
    )
