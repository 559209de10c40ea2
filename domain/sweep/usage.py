"""What is observed of a cell's usage, and verdicts on it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from domain.environment.counters import CounterLook
from domain.spec.idle import Idle
from domain.wire import WireModel

INTERVALS = (1, 5, 15, 30, 60)
"""Time grains of Azure Monitor, in minutes."""

MAX_SAMPLES = 300
FINISHED = frozenset({"Succeeded", "Failed"})


class Sample(WireModel):
    """One point of a metric. `at`: start of its interval, as Azure Monitor reports it."""

    at: AwareDatetime
    count: float = Field(ge=0, allow_inf_nan=False)


class GpuPod(WireModel):
    """A pod that requests nvidia.com/gpu."""

    name: str = ""
    phase: str
    """As Kubernetes reports it: Pending, Running, Succeeded, Failed, Unknown."""
    is_serving: bool
    """Whether it belongs to the environment's Deployment: it holds its GPU, used or not."""
    started_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None


class Usage(WireModel):
    """Observed usage of one cell; None where it could not be read."""

    environment: str
    region: str
    observed_at: AwareDatetime
    requests: tuple[Sample, ...] | None
    """Requests through the edge, without health probes; zero is a sample too."""
    gpu_pods: tuple[GpuPod, ...] | None
    counters: CounterLook | None = None
    """Of its gateways and engines."""
    gpu_utilisation: tuple[Sample, ...] | None = None
    """Percent. None if there is no such metric; empty if it has no samples."""
    interval_minutes: int = Field(default=1, ge=1)
    """Time grain of the metrics."""


class SweepPolicy(WireModel):
    """Limits that apply to every environment."""

    grace_after_create_minutes: int = Field(default=30, ge=0)
    """Time to discover the new endpoint and send a first request."""
    grace_after_wake_minutes: int = Field(default=15, ge=0)
    """A wake precedes use; going back to sleep at once would waste its cost."""
    warning_minutes: int = Field(default=15, ge=0)
    """Between the warning and the scale-down: three sweeps in which traffic withdraws it."""
    min_samples: int = Field(default=5, ge=1)
    """Fewer samples prove nothing, even if all of them are zero."""
    max_sample_age_minutes: int = Field(default=8, ge=1)
    """More than Azure Monitor's usual lag of 3 minutes, less than the error of a clock that is
    10 minutes fast; also the longest gap between two samples."""
    clock_tolerance_minutes: int = Field(default=2, ge=0)
    """How far in the future a sample may lie before the clocks are distrusted."""
    utilisation_threshold_percent: float = Field(default=5, ge=0, le=100)
    """Above it a GPU counts as busy; drivers and monitoring alone stay below."""


class UsageVerdict(StrEnum):
    IN_USE = "inUse"
    UNKNOWN = "unknown"
    """Counts as in use, but does not withdraw a warning."""
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on usage, with its reason and evidence."""

    verdict: UsageVerdict
    reason: str
    evidence: dict[str, Any] = field(default_factory=dict[str, Any])


def interval_minutes(idle: Idle) -> int:
    """The finest time grain that covers the window in at most MAX_SAMPLES samples."""
    sufficient = (grain for grain in INTERVALS if idle.after_minutes <= grain * MAX_SAMPLES)
    return next(sufficient, INTERVALS[-1])


def lookback_minutes(idle: Idle, policy: SweepPolicy) -> int:
    """How far back samples must reach: the window ends with the newest one, which may lag."""
    return idle.after_minutes + policy.max_sample_age_minutes + 2 * interval_minutes(idle)
