"""Decides whether a cell is ready, worth waiting for, or failed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.kubernetes.address_diagnosis import (
    find_address_cause,
    find_lasting_ip_failure,
    pending_ip,
)
from domain.kubernetes.evidence import has_lasted
from domain.kubernetes.gateway_diagnosis import unready_gateway
from domain.kubernetes.node_diagnosis import (
    describe_device_plugin,
    find_gpu_cause,
    find_node_cause,
    missing_gpu,
    missing_node,
)
from domain.kubernetes.observation import Observation
from domain.kubernetes.pace import decide_delay
from domain.kubernetes.pod_diagnosis import find_lasting_failure, find_pod_cause, unready_pods
from domain.outcomes import Failure
from domain.placement.blocklist import CAPACITY_REFUSALS

SCALE_UP_GRACE = timedelta(minutes=2)
"""The autoscaler's status may still be that of a pool of the same name that was replaced."""


class ConditionState(StrEnum):
    READY = "ready"
    WAITING = "waiting"
    FAILED = "failed"


class ReadinessVerdict(StrEnum):
    READY = "ready"
    WAIT = "wait"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True)
class Condition:
    """One requirement of a cell, with a sentence on its state."""

    state: ConditionState
    detail: str
    failure: Failure | None = None
    """What keeps it from being met, as soon as the cluster shows it."""

    @property
    def is_ready(self) -> bool:
        return self.state is ConditionState.READY


@dataclass(frozen=True, slots=True)
class Readiness:
    """The verdict, the conditions behind it, and the seconds until the next read."""

    verdict: ReadinessVerdict
    nodes: Condition
    gpu: Condition
    external_ip: Condition
    pods: Condition
    gateway: Condition
    delay_seconds: float
    failure: Failure | None = None

    @property
    def conditions(self) -> Mapping[str, Condition]:
        """By name, in order of dependency."""
        return {
            "nodes": self.nodes,
            "gpu": self.gpu,
            "pods": self.pods,
            "gateway": self.gateway,
            "externalIp": self.external_ip,
        }


def decide_readiness(
    observation: Observation,
    spec_replicas: int,
    gpus_needed: int,
    now: datetime,
    started_at: datetime,
    deadline: datetime,
    *,
    has_alternative: bool = False,
) -> Readiness:
    """Ready once all conditions are; given up early only if a failure cannot pass by itself.

    A scale-up that fails is given up early only if another offer can be tried: the autoscaler
    repeats it, and no GPU node is paid for meanwhile.
    """
    observation = observation.since(started_at)
    nodes = _nodes(observation, gpus_needed, now)
    gpu = _gpu(observation, gpus_needed, now)
    readiness = Readiness(
        verdict=ReadinessVerdict.WAIT,
        nodes=nodes,
        gpu=gpu,
        external_ip=_external_ip(observation),
        pods=_pods(observation, spec_replicas, now, nodes if not nodes.is_ready else gpu),
        gateway=_gateway(observation),
        delay_seconds=decide_delay(observation, now, started_at, deadline),
    )
    if all(condition.is_ready for condition in readiness.conditions.values()):
        return replace(readiness, verdict=ReadinessVerdict.READY, delay_seconds=0.0)
    refused = (
        nodes.failure if nodes.failure and nodes.failure.reason in CAPACITY_REFUSALS else None
    )
    if has_alternative and refused and has_lasted(started_at, now, SCALE_UP_GRACE):
        return _give_up(readiness, "nodes", refused)
    if not readiness.pods.is_ready:
        lasting = find_lasting_failure(observation, spec_replicas, now, started_at)
        if lasting:
            return _give_up(readiness, "pods", lasting)
    if not readiness.external_ip.is_ready:
        lasting = find_lasting_ip_failure(observation)
        if lasting:
            return _give_up(readiness, "external_ip", lasting)
    if now < deadline:
        return readiness
    return _give_up_at_deadline(readiness, observation, spec_replicas, gpus_needed, now)


def _give_up_at_deadline(
    readiness: Readiness, observation: Observation, replicas: int, gpus_needed: int, now: datetime
) -> Readiness:
    """Reports the first unmet condition: pods cannot run without nodes and GPUs."""
    if not readiness.nodes.is_ready:
        return _give_up(readiness, "nodes", missing_node(observation, now))
    if not readiness.gpu.is_ready:
        return _give_up(readiness, "gpu", missing_gpu(observation, gpus_needed))
    if not readiness.pods.is_ready:
        return _give_up(readiness, "pods", unready_pods(observation, replicas))
    if not readiness.gateway.is_ready:
        return _give_up(readiness, "gateway", unready_gateway(observation))
    return _give_up(readiness, "external_ip", pending_ip(observation))


def _give_up(readiness: Readiness, condition: str, failure: Failure) -> Readiness:
    return replace(
        readiness,
        verdict=ReadinessVerdict.GIVE_UP,
        delay_seconds=0.0,
        failure=failure,
        **{condition: Condition(ConditionState.FAILED, failure.message, failure)},
    )


def _condition(is_ready: bool, detail: str, cause: Failure | None = None) -> Condition:
    if is_ready:
        return Condition(ConditionState.READY, detail)
    if cause:
        detail = f"{detail} {cause.reason}: {cause.message}"
    return Condition(ConditionState.WAITING, detail, cause)


def _nodes(observation: Observation, gpus_needed: int, now: datetime) -> Condition:
    known, ready = len(observation.nodes), len(observation.ready_nodes)
    if gpus_needed == 0:
        return _condition(True, "No GPU node is needed.")
    cause = find_node_cause(observation, now)
    if known == 0:
        normal = "" if cause else "; 3 to 10 minutes are normal"
        return _condition(False, f"No GPU node exists yet{normal}.", cause)
    return _condition(ready > 0, f"{ready} of {known} GPU nodes are Ready.", cause)


def _gpu(observation: Observation, gpus_needed: int, now: datetime) -> Condition:
    allocatable = observation.gpus_allocatable
    detail = f"{allocatable} of {gpus_needed} GPUs are allocatable."
    if gpus_needed == 0:
        return _condition(True, "No GPU is needed.")
    if allocatable >= gpus_needed or not observation.ready_nodes:
        return _condition(allocatable >= gpus_needed, detail)
    cause = find_gpu_cause(observation, now)
    if allocatable == 0 and not cause:
        detail = f"{detail} {describe_device_plugin(observation)}"
    return _condition(False, detail, cause)


def _external_ip(observation: Observation) -> Condition:
    ip = observation.external_ip
    if observation.is_internal:
        ready = f"The Service has the internal address {ip} and a Private Link service."
        pending = "The Service waits for its internal address and its Private Link service."
    else:
        ready = f"The Service has the EXTERNAL-IP {ip}."
        pending = "The Service's EXTERNAL-IP is pending."
    if ip:
        return _condition(True, ready)
    detail = pending
    return _condition(False, detail, find_address_cause(observation))


def _pods(
    observation: Observation, replicas: int, now: datetime, prerequisite: Condition
) -> Condition:
    """Pods that wait for a node or a GPU wait for the same reason as these."""
    if replicas == 0:
        return _condition(True, "No replica is required.")
    ready = observation.ready_pods
    reasons = sorted({pod.reason for pod in observation.latest_pods if not pod.ready} - {""})
    detail = f"{ready} of {replicas} pods are ready"
    rolling_out = observation.rollout is not None and not observation.rollout.is_over
    if ready >= replicas and not rolling_out:
        return _condition(True, f"{detail}.")
    cause = find_pod_cause(observation, replicas, now) or prerequisite.failure
    if rolling_out:
        return _condition(False, f"{detail}, some of them of the previous version.", cause)
    waiting = f" ({', '.join(reasons)})" if reasons and not cause else ""
    return _condition(False, f"{detail}{waiting}.", cause)


def _gateway(observation: Observation) -> Condition:
    """One suffices: the other may be on a node that is being upgraded."""
    known, ready = len(observation.gateways), sum(pod.ready for pod in observation.gateways)
    detail = f"{ready} of {known} gateways are ready"
    reasons = sorted({pod.reason for pod in observation.gateways if not pod.ready} - {""})
    waiting = f" ({', '.join(reasons)})" if reasons and not ready else ""
    return _condition(ready > 0, f"{detail}{waiting}.")
