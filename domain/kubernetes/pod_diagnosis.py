"""Diagnoses why the workload's pods are not ready."""

import re
from datetime import datetime, timedelta

from domain.arm.naming import GPU_NODE_LABEL
from domain.kubernetes.creation_diagnosis import find_refused_creation, is_creation_denied
from domain.kubernetes.evidence import build_failure, find_event, has_lasted, quote
from domain.kubernetes.image_diagnosis import IMAGE_REASONS, is_pull_lasting
from domain.kubernetes.node_diagnosis import PLUGIN_GRACE
from domain.kubernetes.observation import Observation, PodObservation
from domain.kubernetes.pull_secret_diagnosis import explain_pull
from domain.kubernetes.secret_diagnosis import find_secret_failure, is_secret_failure_lasting
from domain.kubernetes.weights_diagnosis import (
    find_weights_failure,
    is_weights_failure_lasting,
)
from domain.outcomes import Failure

CRASH_LOOP_RESTARTS = 5
CANNOT_START = frozenset({"CreateContainerConfigError", "CreateContainerError"})
START_GRACE = timedelta(minutes=5)
"""What a container needs, such as a secret, may still be created."""

_OUT_OF_MEMORY = re.compile(r"OOMKilled|out of memory", re.IGNORECASE)
_TAINT = re.compile(r"untolerated taint \{([^}]*?):? *\}")
_NODE_CONDITION = "node.kubernetes.io/"
"""Prefix of the taints by which Kubernetes marks nodes that are not Ready or under pressure."""
_KILLED_BY_PROBE = re.compile(r"failed (?:startup|liveness) probe")


def find_lasting_failure(
    observation: Observation, replicas: int, now: datetime, started_at: datetime
) -> Failure | None:
    """A failure that cannot pass by itself: waiting for the deadline would only cost GPU hours."""
    for pod in observation.latest_pods:
        if is_pull_lasting(pod, observation, now, started_at):
            return explain_pull(pod, observation)
        if pod.phase == "Pending" and is_weights_failure_lasting(
            pod, observation, now, started_at
        ):
            return find_weights_failure(pod, observation)
        if pod.phase == "Pending" and is_secret_failure_lasting(pod, observation, now, started_at):
            return find_secret_failure(pod, observation)
        if not pod.ready and pod.restarts >= CRASH_LOOP_RESTARTS:
            return crash_loop(pod, observation)
        waited = has_lasted(pod.started_at or started_at, now, START_GRACE)
        if pod.reason in CANNOT_START and waited:
            return cannot_start(pod, observation)
    if is_creation_denied(observation, now, started_at):
        return find_refused_creation(observation, replicas)
    return None


def find_pod_cause(observation: Observation, replicas: int, now: datetime) -> Failure | None:
    """Why pods are not ready, as soon as something shows it; a slow start shows nothing."""
    waiting = [pod for pod in observation.latest_pods if not pod.ready]
    return (
        _of_a_container(waiting, observation)
        or _of_a_volume(waiting, observation)
        or find_refused_creation(observation, replicas)
        or _of_scheduling(waiting, observation, now)
    )


def unready_pods(observation: Observation, replicas: int) -> Failure:
    """Describes the pod that is furthest from ready: it explains the others."""
    waiting = [pod for pod in observation.latest_pods if not pod.ready]
    known = _of_a_container(waiting, observation) or _of_a_volume(waiting, observation)
    if known:
        return known
    unscheduled = next((pod for pod in waiting if pod.phase == "Pending"), None)
    if unscheduled:
        return _unschedulable(unscheduled, observation)
    if waiting:
        return _never_ready(waiting[0], observation)
    created = len(observation.latest_pods)
    return find_refused_creation(observation, replicas) or build_failure(
        "PodNotCreated",
        f"{created} of {replicas} pods were created.",
        "Check the events of the Deployment and its ReplicaSet.",
        observation,
    )


def crash_loop(pod: PodObservation, observation: Observation) -> Failure:
    code = "" if pod.exit_code is None else f"exit code {pod.exit_code}"
    ended = ", ".join(part for part in (pod.termination_reason, code) if part)
    times = "once" if pod.restarts == 1 else f"{pod.restarts} times"
    crashed = f"crashed {times} ({ended})" if ended else f"crashed {times}"
    output = f"{pod.termination_reason} {pod.message} {pod.log_tail}"
    fix = (
        "The model does not fit into memory: choose a vmSize with more memory, more "
        "gpusPerReplica, or a smaller model."
        if _OUT_OF_MEMORY.search(output)
        else "Check the container's last log lines: wrong args, missing weights or variables."
    )
    return build_failure(
        "CrashLoopBackOff",
        f"Pod {pod.name} {crashed}. {pod.log_tail.strip() or pod.message}".strip(),
        fix,
        observation,
    )


def cannot_start(pod: PodObservation, observation: Observation) -> Failure:
    return build_failure(
        "ContainerCannotStart",
        f"The container of pod {pod.name} cannot be created ({pod.reason}): {pod.message}",
        "Correct the workload's settings and update the environment.",
        observation,
    )


def _of_a_container(waiting: list[PodObservation], observation: Observation) -> Failure | None:
    for pod in waiting:
        if pod.phase == "Pending" and (failure := find_weights_failure(pod, observation)):
            return failure
        if pod.reason in IMAGE_REASONS:
            return explain_pull(pod, observation)
        if pod.restarts and _was_killed_by_probe(pod, observation):
            return _never_ready(pod, observation)
        if pod.reason == "CrashLoopBackOff" or pod.restarts >= CRASH_LOOP_RESTARTS:
            return crash_loop(pod, observation)
        if pod.reason in CANNOT_START:
            return cannot_start(pod, observation)
    return None


def _of_a_volume(waiting: list[PodObservation], observation: Observation) -> Failure | None:
    pending = (pod for pod in waiting if pod.phase == "Pending")
    secrets = (find_secret_failure(pod, observation) for pod in pending)
    if known := next((each for each in secrets if each), None):
        return known
    names = {f"Pod/{pod.name}" for pod in waiting if pod.phase == "Pending"}
    event = find_event(
        observation.events,
        lambda event: (
            event.reason in {"FailedMount", "FailedAttachVolume"} and event.object in names
        ),
    )
    if event is None:
        return None
    return build_failure(
        "VolumeMountFailed",
        f"{event.object.replace('/', ' ')} cannot mount a volume: {event.message}",
        "Create what the volume refers to, or correct the reference and update the environment.",
        observation,
    )


def _of_scheduling(
    waiting: list[PodObservation], observation: Observation, now: datetime
) -> Failure | None:
    """Pods are unschedulable until GPU nodes are there, and for a moment after it."""
    settled = [
        node
        for node in observation.ready_nodes
        if node.gpus_allocatable and has_lasted(node.changed_at, now, PLUGIN_GRACE)
    ]
    refused = next((pod for pod in waiting if pod.reason == "Unschedulable"), None)
    return _unschedulable(refused, observation) if settled and refused else None


def _unschedulable(pod: PodObservation, observation: Observation) -> Failure:
    event = find_event(
        observation.events,
        lambda e: e.reason == "FailedScheduling" and pod.name in e.object,
    )
    cause = pod.message or (event.message if event else "") or "the scheduler gave no reason"
    taint = _TAINT.search(cause)
    if taint and taint.group(1).startswith(_NODE_CONDITION):
        return build_failure(
            "NodeNotReady",
            f"Pod {pod.name} cannot be scheduled: {cause}",
            f"Check the GPU node that has the taint {taint.group(1)}: Kubernetes sets it while "
            "the node is unhealthy. Then retry the operation.",
            observation,
        )
    if "Insufficient nvidia.com/gpu" in cause:
        fix = "All GPUs are in use: raise maxNodes, lower replicas, or check the autoscaler."
    elif taint:
        fix = (
            f"The pods do not tolerate the taint {taint.group(1)}: remove it. A repair sets the "
            "taints of the GPU pool again."
        )
    else:
        fix = (
            f"Compare the node selector {GPU_NODE_LABEL}=true with the labels of the GPU pool. A "
            "repair sets these again."
        )
    return build_failure(
        "PodUnschedulable", f"Pod {pod.name} cannot be scheduled: {cause}", fix, observation
    )


def _never_ready(pod: PodObservation, observation: Observation) -> Failure:
    event = find_event(
        observation.events, lambda e: e.reason == "Unhealthy" and pod.name in e.object
    )
    return build_failure(
        "ModelLoadFailed",
        f"Pod {pod.name} runs but never became ready. {quote(event)}".strip(),
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
