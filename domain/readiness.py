"""Decides from what Kubernetes shows whether a cell is ready, worth waiting for, or lost."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.failures import Failure
from domain.wire import WireModel


class NodeObservation(WireModel):
    name: str
    ready: bool
    gpus_allocatable: int = 0


class PodObservation(WireModel):
    name: str
    phase: str
    ready: bool
    reason: str = ""
    message: str = ""
    restarts: int = 0
    started_at: datetime | None = None
    exit_code: int | None = None
    termination_reason: str = ""


class DevicePluginObservation(WireModel):
    desired: int
    ready: int


class EventObservation(WireModel):
    reason: str
    message: str
    object: str
    first_seen_at: datetime | None = None


class Observation(WireModel):
    """What one look at a cell's Kubernetes API showed."""

    nodes: tuple[NodeObservation, ...] = ()
    pods: tuple[PodObservation, ...] = ()
    external_ip: str | None = None
    device_plugin: DevicePluginObservation | None = None
    events: tuple[EventObservation, ...] = ()


class ConditionState(StrEnum):
    READY = "ready"
    WAITING = "waiting"
    FAILED = "failed"


class Verdict(StrEnum):
    READY = "ready"
    WAIT = "wait"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True)
class Condition:
    state: ConditionState
    detail: str


@dataclass(frozen=True, slots=True)
class Readiness:
    verdict: Verdict
    nodes: Condition
    gpu: Condition
    external_ip: Condition
    pods: Condition
    delay_seconds: float
    failure: Failure | None = None

    def to_wire(self) -> dict[str, Any]:
        raise NotImplementedError


def decide_readiness(
    observation: Observation,
    spec_replicas: int,
    gpus_needed: int,
    now: datetime,
    started_at: datetime,
    deadline: datetime,
) -> Readiness:
    raise NotImplementedError
