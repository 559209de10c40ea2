"""Diagnoses why a cell is not ready: reason, evidence and fix."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from domain.arm.error_bodies import redact
from domain.arm.error_classification import UNCLASSIFIED, classify_error
from domain.arm.naming import DEVICE_PLUGIN, DEVICE_PLUGIN_NAMESPACE, GPU_NODE_LABEL
from domain.kubernetes.observation import EventObservation, Observation, PodObservation
from domain.outcomes import Failure

IMAGE_PULL_GRACE = timedelta(minutes=5)
"""A transient fault of a registry has passed by then; a wrong name or a missing permission has
not."""

CRASH_LOOP_RESTARTS = 5
MAX_EVENTS = 5
"""Events that a failure quotes."""

IMAGE_REASONS = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName"})
CANNOT_START = frozenset({"CreateContainerConfigError", "CreateContainerError"})

_PULL_EVENT = re.compile(r"Failed to pull image|ErrImagePull|ImagePullBackOff", re.IGNORECASE)
_OUT_OF_MEMORY = re.compile(r"OOMKilled|out of memory", re.IGNORECASE)
_SCALE_UP_FAILED = re.compile(r"FailedToScaleUp|ScaleUpFailed|ScaleUpTimedOut", re.IGNORECASE)
_BACKOFF = "in backoff after failed scale-up"
_TAINT = re.compile(r"untolerated taint \{([^}]*?):? *\}")
_NODE_CONDITION = "node.kubernetes.io/"
"""Prefix of the taints by which Kubernetes marks nodes that are not Ready or under pressure."""
_KILLED_BY_PROBE = re.compile(r"failed (?:startup|liveness) probe")


def find_lasting_failure(
    observation: Observation, now: datetime, started_at: datetime
) -> Failure | None:
    """A failure that cannot pass by itself: waiting for the deadline would only cost GPU hours."""
    for pod in observation.latest_pods:
        if _is_pull_failure_lasting(pod, observation, now, started_at):
            return image_pull_failed(pod, observation)
        if not pod.ready and pod.restarts >= CRASH_LOOP_RESTARTS:
            return crash_loop(pod, observation)
        if pod.reason in CANNOT_START and now - (pod.started_at or started_at) > IMAGE_PULL_GRACE:
            return cannot_start(pod, observation)
    return None


def find_lasting_ip_failure(observation: Observation) -> Failure | None:
    """A DNS label in use or a spent quota; a missing permission was seen to pass after 20 min."""
    for event in _load_balancer_events(observation):
        known = classify_error(None, event.reason, event.message, "create the public IP")
        if known.reason in {"DnsLabelTaken", "PublicIpQuotaExceeded"}:
            return known
    return None


def missing_node(observation: Observation) -> Failure:
    """For no Ready GPU node: the autoscaler's error, else its refusal, else the nodes' state."""
    refused = _first(observation.events, lambda event: event.reason == "NotTriggerScaleUp")
    failed = _first(observation.events, lambda event: bool(_SCALE_UP_FAILED.search(event.reason)))
    if failed:
        known = classify_error(None, failed.reason, failed.message, "start a GPU node")
        if known.reason != UNCLASSIFIED:
            return known
    if refused and not observation.nodes:
        return _failure(
            "ScaleUpFailed" if _BACKOFF in refused.message else "PodUnschedulable",
            f"The autoscaler does not start a node for the pods: {refused.message}",
            _action_for_refusal(refused.message),
            observation,
        )
    names = ", ".join(node.name for node in observation.nodes)
    state = f"GPU node {names} exists but is not Ready." if names else "No GPU node was created."
    return _failure(
        "NodeNotReady",
        f"{state} {_evidence(failed)}".strip(),
        "Check the autoscaler's status and the vCPU quota of the GPU family; then retry, or "
        "choose another vmSize or region.",
        observation,
    )


def _action_for_refusal(message: str) -> str:
    """After a failed scale-up the autoscaler leaves a pool alone for up to 30 minutes, and its
    events say only `1 in backoff after failed scale-up` (Azure/AKS#2543, Azure/AKS#2665)."""
    if _BACKOFF in message:
        return (
            "Read the error in the ConfigMap kube-system/cluster-autoscaler-status, and check "
            "vCPU quota and the subnet's IP addresses; then retry, or choose another vmSize or "
            "region."
        )
    return (
        f"Compare the pods' node selector {GPU_NODE_LABEL}=true and their tolerations with "
        "the labels and taints of the GPU pool."
    )


def missing_gpu(observation: Observation, gpus_needed: int) -> Failure:
    """Ready nodes without GPUs point to the device plugin, too few nodes to the autoscaler."""
    without = [node.name for node in observation.ready_nodes if not node.gpus_allocatable]
    if not without:
        failed = _first(
            observation.events, lambda event: bool(_SCALE_UP_FAILED.search(event.reason))
        )
        return _failure(
            "PodUnschedulable",
            f"Insufficient nvidia.com/gpu: {observation.gpus_allocatable} of {gpus_needed} GPUs "
            f"are allocatable and no further node was added. {_evidence(failed)}".strip(),
            "Check the autoscaler's status and the vCPU quota of the GPU family, or lower "
            "replicas.",
            observation,
        )
    return _failure(
        "GpuNotAllocatable",
        f"Node {', '.join(without)} is Ready but advertises no nvidia.com/gpu: "
        f"{describe_device_plugin(observation)}",
        f"Check the DaemonSet {DEVICE_PLUGIN_NAMESPACE}/{DEVICE_PLUGIN}, its tolerations and "
        "logs, and whether the pool installs the NVIDIA driver.",
        observation,
    )


def describe_device_plugin(observation: Observation) -> str:
    plugin = observation.device_plugin
    name = f"DaemonSet {DEVICE_PLUGIN_NAMESPACE}/{DEVICE_PLUGIN}"
    if plugin is None:
        return f"{name} is not deployed."
    if plugin.desired == 0:
        return f"{name} is missing, or its selector or tolerations match no node."
    if plugin.ready < plugin.desired:
        return f"{name} is ready on {plugin.ready} of {plugin.desired} nodes."
    return f"{name} is ready, but has registered no GPU: is the NVIDIA driver installed?"


def unready_pods(observation: Observation, replicas: int) -> Failure:
    """Describes the pod that is furthest from ready: it explains the others."""
    waiting = [pod for pod in observation.latest_pods if not pod.ready]
    for pod in waiting:
        if pod.reason in IMAGE_REASONS:
            return image_pull_failed(pod, observation)
        if pod.restarts and _was_killed_by_probe(pod, observation):
            return _never_ready(pod, observation)
        if pod.reason == "CrashLoopBackOff" or pod.restarts >= CRASH_LOOP_RESTARTS:
            return crash_loop(pod, observation)
        if pod.reason in CANNOT_START:
            return cannot_start(pod, observation)
    unscheduled = next((pod for pod in waiting if pod.phase == "Pending"), None)
    if unscheduled:
        return _unschedulable(unscheduled, observation)
    if waiting:
        return _never_ready(waiting[0], observation)
    created = len(observation.latest_pods)
    refused = _first(observation.events, lambda event: event.reason == "FailedCreate")
    return _failure(
        "PodNotCreated",
        f"{created} of {replicas} pods were created. {_evidence(refused)}".strip(),
        "Check the events of the Deployment and its ReplicaSet.",
        observation,
    )


def pending_ip(observation: Observation) -> Failure:
    events = list(_load_balancer_events(observation))
    failed = _first(events, lambda event: "Failed" in event.reason)
    event = failed or next(iter(events), None)
    return _failure(
        "ExternalIpPending",
        f"The Service has no EXTERNAL-IP. {_evidence(event)}".strip(),
        "Check the activity log of the node resource group: public IP quota, DNS label in use, "
        "or a missing permission on the subnet.",
        observation,
    )


def image_pull_failed(pod: PodObservation, observation: Observation) -> Failure:
    event = _first(
        observation.events,
        lambda e: pod.name in e.object and bool(_PULL_EVENT.search(f"{e.reason} {e.message}")),
    )
    cause = pod.message or (event.message if event else "") or pod.reason
    return _failure(
        "ImagePullFailed",
        f"Pod {pod.name} cannot pull its image: {cause}",
        "Correct the image name or tag, or grant the cluster's kubelet identity AcrPull on the "
        "registry.",
        observation,
    )


def crash_loop(pod: PodObservation, observation: Observation) -> Failure:
    code = "" if pod.exit_code is None else f"exit code {pod.exit_code}"
    ended = ", ".join(part for part in (pod.termination_reason, code) if part)
    crashed = (
        f"crashed {pod.restarts} times ({ended})" if ended else f"crashed {pod.restarts} times"
    )
    output = f"{pod.termination_reason} {pod.message} {pod.log_tail}"
    fix = (
        "The model does not fit into memory: choose a vmSize with more memory, more "
        "gpusPerReplica, or a smaller model."
        if _OUT_OF_MEMORY.search(output)
        else "Check the container's last log lines: wrong args, missing weights or variables."
    )
    last = pod.log_tail.strip() or pod.message
    return _failure(
        "CrashLoopBackOff",
        f"Pod {pod.name} {crashed}. {last}".strip(),
        fix,
        observation,
    )


def cannot_start(pod: PodObservation, observation: Observation) -> Failure:
    return _failure(
        "ContainerCannotStart",
        f"The container of pod {pod.name} cannot be created ({pod.reason}): {pod.message}",
        "Correct the workload's settings and update the environment.",
        observation,
    )


def _unschedulable(pod: PodObservation, observation: Observation) -> Failure:
    event = _first(
        observation.events,
        lambda e: e.reason == "FailedScheduling" and pod.name in e.object,
    )
    cause = pod.message or (event.message if event else "") or "the scheduler gave no reason"
    taint = _TAINT.search(cause)
    if taint and taint.group(1).startswith(_NODE_CONDITION):
        return _failure(
            "NodeNotReady",
            f"Pod {pod.name} cannot be scheduled: {cause}",
            f"Check the GPU node that has the taint {taint.group(1)}: Kubernetes sets it while "
            "the node is unhealthy. Then retry the operation.",
            observation,
        )
    if "Insufficient nvidia.com/gpu" in cause:
        fix = "All GPUs are in use: raise maxNodes, lower replicas, or check the autoscaler."
    elif taint:
        fix = f"The pods do not tolerate the taint {taint.group(1)}: add the toleration."
    else:
        fix = f"Compare the node selector {GPU_NODE_LABEL}=true with the labels of the GPU pool."
    return _failure(
        "PodUnschedulable", f"Pod {pod.name} cannot be scheduled: {cause}", fix, observation
    )


def _never_ready(pod: PodObservation, observation: Observation) -> Failure:
    event = _first(observation.events, lambda e: e.reason == "Unhealthy" and pod.name in e.object)
    return _failure(
        "ModelLoadFailed",
        f"Pod {pod.name} runs but never became ready. {_evidence(event)}".strip(),
        "Check port and healthPath; if the weights are only slow to load, retry.",
        observation,
    )


def _was_killed_by_probe(pod: PodObservation, observation: Observation) -> bool:
    """Its exit code is then the kubelet's doing: 137."""
    return any(
        event.reason == "Killing"
        and pod.name in event.object
        and _KILLED_BY_PROBE.search(event.message)
        for event in observation.events
    )


def _is_pull_failure_lasting(
    pod: PodObservation, observation: Observation, now: datetime, started_at: datetime
) -> bool:
    if pod.reason == "InvalidImageName":
        return True
    seen = [
        event.first_seen_at
        for event in observation.events
        if event.first_seen_at
        and pod.name in event.object
        and _PULL_EVENT.search(f"{event.reason} {event.message}")
    ]
    since = min(seen) if seen else pod.started_at or started_at
    return pod.reason in IMAGE_REASONS and now - since > IMAGE_PULL_GRACE


def _load_balancer_events(observation: Observation) -> Iterable[EventObservation]:
    return (event for event in observation.events if "LoadBalancer" in event.reason)


def _first(
    events: Iterable[EventObservation], matches: Callable[[EventObservation], bool]
) -> EventObservation | None:
    return next((event for event in events if matches(event)), None)


def _evidence(event: EventObservation | None) -> str:
    return f"{event.reason}: {event.message}" if event else ""


def _failure(reason: str, message: str, action: str, observation: Observation) -> Failure:
    events: list[dict[str, Any]] = [
        {"object": event.object, "reason": event.reason, "message": redact(event.message)}
        for event in observation.events[:MAX_EVENTS]
    ]
    return Failure(
        reason=reason,
        message=redact(message),
        retryable=False,
        suggested_action=action,
        innererror={"events": events} if events else None,
    )
