"""Decides whether a cell is ready, worth waiting for, or failed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.kubernetes import diagnosis
from domain.kubernetes.observation import Observation
from domain.outcomes import Failure

FIRST_DELAY = 5.0
LONGEST_DELAY = 15.0
"""Seconds between reads: the first delay until GROWTH_BEGINS, the longest from GROWTH_ENDS on."""

GROWTH_BEGINS = 60.0
GROWTH_ENDS = 300.0
"""Seconds since the wait began."""


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
    delay_seconds: float
    failure: Failure | None = None

    @property
    def conditions(self) -> Mapping[str, Condition]:
        """By their names on the wire, in order of dependency."""
        return {
            "nodes": self.nodes,
            "gpu": self.gpu,
            "pods": self.pods,
            "externalIp": self.external_ip,
        }

    def to_wire(self) -> dict[str, Any]:
        conditions = {
            name: {"state": condition.state.value, "detail": condition.detail}
            for name, condition in self.conditions.items()
        }
        failure = {"failure": self.failure.to_wire()} if self.failure else {}
        return {
            "verdict": self.verdict.value,
            "delaySeconds": self.delay_seconds,
            "conditions": conditions,
            **failure,
        }


def decide_readiness(
    observation: Observation,
    spec_replicas: int,
    gpus_needed: int,
    now: datetime,
    started_at: datetime,
    deadline: datetime,
) -> Readiness:
    """Ready once all conditions are; given up early only if a failure cannot pass by itself."""
    readiness = Readiness(
        verdict=ReadinessVerdict.WAIT,
        nodes=_nodes(observation, gpus_needed),
        gpu=_gpu(observation, gpus_needed),
        external_ip=_external_ip(observation),
        pods=_pods(observation, spec_replicas),
        delay_seconds=_delay(now, started_at, deadline),
    )
    if all(condition.is_ready for condition in readiness.conditions.values()):
        return replace(readiness, verdict=ReadinessVerdict.READY, delay_seconds=0.0)
    if not readiness.pods.is_ready:
        lasting = diagnosis.find_lasting_failure(observation, now, started_at)
        if lasting:
            return _give_up(readiness, "pods", lasting)
    if not readiness.external_ip.is_ready:
        lasting = diagnosis.find_lasting_ip_failure(observation)
        if lasting:
            return _give_up(readiness, "external_ip", lasting)
    if now < deadline:
        return readiness
    return _give_up_at_deadline(readiness, observation, spec_replicas, gpus_needed)


def _give_up_at_deadline(
    readiness: Readiness, observation: Observation, replicas: int, gpus_needed: int
) -> Readiness:
    """Reports the first unmet condition: pods cannot run without nodes and GPUs."""
    if not readiness.nodes.is_ready:
        return _give_up(readiness, "nodes", diagnosis.missing_node(observation))
    if not readiness.gpu.is_ready:
        return _give_up(readiness, "gpu", diagnosis.missing_gpu(observation, gpus_needed))
    if not readiness.pods.is_ready:
        return _give_up(readiness, "pods", diagnosis.unready_pods(observation, replicas))
    return _give_up(readiness, "external_ip", diagnosis.pending_ip(observation))


def _give_up(readiness: Readiness, condition: str, failure: Failure) -> Readiness:
    return replace(
        readiness,
        verdict=ReadinessVerdict.GIVE_UP,
        delay_seconds=0.0,
        failure=failure,
        **{condition: Condition(ConditionState.FAILED, failure.message)},
    )


def _condition(is_ready: bool, detail: str) -> Condition:
    return Condition(ConditionState.READY if is_ready else ConditionState.WAITING, detail)


def _nodes(observation: Observation, gpus_needed: int) -> Condition:
    known, ready = len(observation.nodes), len(observation.ready_nodes)
    if gpus_needed == 0:
        return _condition(True, "No GPU node is needed.")
    if known == 0:
        return _condition(False, "No GPU node exists yet; 3 to 10 minutes are normal.")
    return _condition(ready > 0, f"{ready} of {known} GPU nodes are Ready.")


def _gpu(observation: Observation, gpus_needed: int) -> Condition:
    allocatable = observation.gpus_allocatable
    detail = f"{allocatable} of {gpus_needed} GPUs are allocatable."
    if gpus_needed == 0:
        return _condition(True, "No GPU is needed.")
    if observation.ready_nodes and allocatable == 0:
        detail = f"{detail} {diagnosis.describe_device_plugin(observation)}"
    return _condition(allocatable >= gpus_needed, detail)


def _external_ip(observation: Observation) -> Condition:
    ip = observation.external_ip
    if ip:
        return _condition(True, f"The Service has the EXTERNAL-IP {ip}.")
    return _condition(False, "The Service's EXTERNAL-IP is pending.")


def _pods(observation: Observation, replicas: int) -> Condition:
    if replicas == 0:
        return _condition(True, "No replica is required.")
    ready = observation.ready_pods
    reasons = sorted({pod.reason for pod in observation.latest_pods if not pod.ready} - {""})
    detail = f"{ready} of {replicas} pods are ready"
    if observation.rollout and not observation.rollout.is_over:
        return _condition(False, f"{detail}, some of them of the previous version.")
    return _condition(
        ready >= replicas, f"{detail} ({', '.join(reasons)})." if reasons else f"{detail}."
    )


def _delay(now: datetime, started_at: datetime, deadline: datetime) -> float:
    """Seconds, growing with the wait; the last read falls on the deadline."""
    elapsed = (now - started_at).total_seconds()
    grown = min(max((elapsed - GROWTH_BEGINS) / (GROWTH_ENDS - GROWTH_BEGINS), 0.0), 1.0)
    delay = FIRST_DELAY + (LONGEST_DELAY - FIRST_DELAY) * grown
    return max(1.0, min(delay, (deadline - now).total_seconds()))
