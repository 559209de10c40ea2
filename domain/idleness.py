"""Decides what the sweep does with every GPU pool it finds; what is unknown counts as in use."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from domain.phases import Phase
from domain.spec import Idle
from domain.usage import GpuPod, Sample, Usage
from domain.wire import WireModel

__all__ = [
    "GpuPod",
    "GpuPool",
    "IdleState",
    "Sample",
    "SweepAction",
    "SweepDecision",
    "SweepPolicy",
    "Usage",
    "decide_sweep",
    "lookback_minutes",
]


class SweepAction(StrEnum):
    NONE = "none"
    WARN = "warn"
    UNWARN = "unwarn"
    """Take the warning back: it no longer holds."""
    SCALE_TO_ZERO = "scaleToZero"
    DELETE = "delete"
    """Delete the whole environment."""
    WAKE = "wake"
    """Off hours are over and minNodes holds again."""


class GpuPool(WireModel):
    """One GPU pool as Azure lists it."""

    environment: str
    region: str
    pool_id: str
    cluster_id: str
    vm_size: str
    node_count: int
    min_nodes: int = 0
    """From the environment's specification; AKS forgets it while the autoscaler is off."""
    is_ours: bool
    """Whether it carries our tags."""
    hourly_price: float | None = None
    """USD for one node; None if unknown."""


class IdleState(WireModel):
    """What the environment's record says about idleness."""

    environment: str
    phase: Phase
    policy: Idle
    regions: tuple[str, ...] = ()
    """All regions of the environment; it sleeps only as a whole."""
    ready_since: AwareDatetime | None = None
    """End of the operation that last built or updated it."""
    woken_at: AwareDatetime | None = None
    warned_at: AwareDatetime | None = None
    scaled_down_at: AwareDatetime | None = None
    slept_for_off_hours: bool = False
    """The sweep took it to zero although minNodes is above zero."""


class SweepPolicy(WireModel):
    """Limits that hold for every environment."""

    grace_after_create_minutes: int = Field(default=30, ge=0)
    """Time to find the new endpoint and to send it a first request."""
    grace_after_wake_minutes: int = Field(default=15, ge=0)
    """Somebody woke it to use it; asleep again at once it would have cost for nothing."""
    warning_minutes: int = Field(default=15, ge=0)
    """Between the warning and the last node: three sweeps in which traffic takes it back."""
    min_samples: int = Field(default=5, ge=1)
    """Fewer samples prove nothing, however many of them are zero."""
    max_sample_age_minutes: int = Field(default=8, ge=1)
    """More than Azure Monitor's usual lag of 3 minutes, less than a clock that is 10 minutes
    fast; also the longest hole between two samples."""
    clock_tolerance_minutes: int = Field(default=2, ge=0)
    """How far in the future a sample may lie before the clocks are not believed."""
    utilisation_threshold_percent: float = Field(default=5, ge=0, le=100)
    """A GPU above it computes; below lies what drivers and monitoring take themselves."""


class SweepDecision(WireModel):
    """What happens to one pool, and why; every pool that was found gets one."""

    pool: GpuPool
    environment: str
    action: SweepAction
    reason: str
    evidence: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Plain JSON: the numbers and times that the decision rests on."""
    idle_since: AwareDatetime | None = None


def decide_sweep(
    pools: Iterable[GpuPool],
    environments: Iterable[IdleState],
    usage: Iterable[Usage],
    now: datetime,
    policy: SweepPolicy,
) -> list[SweepDecision]:
    """One decision per pool, in the order of the pools.

    An environment sleeps as a whole: its pools get the same action, or none. Call it again with
    fresh usage of one environment to check just before acting.
    """
    raise NotImplementedError


def lookback_minutes(idle: Idle, policy: SweepPolicy) -> int:
    """How far back the samples must reach."""
    raise NotImplementedError
