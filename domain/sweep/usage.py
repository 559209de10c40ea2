"""Judges from a cell's observed usage whether it is in use, idle or unknown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from pydantic import AwareDatetime, Field

from domain.spec.idle import Idle
from domain.wire import WireModel, format_time

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


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a cell and how to read it; its name is the prefix of reasons."""

    name: str
    samples: tuple[Sample, ...] | None
    threshold: float
    busy_reason: str
    interval: timedelta
    queried_at: datetime


def interval_minutes(idle: Idle) -> int:
    """The finest time grain that covers the window in at most MAX_SAMPLES samples."""
    sufficient = (grain for grain in INTERVALS if idle.after_minutes <= grain * MAX_SAMPLES)
    return next(sufficient, INTERVALS[-1])


def lookback_minutes(idle: Idle, policy: SweepPolicy) -> int:
    """How far back samples must reach: the window ends with the newest one, which may lag."""
    return idle.after_minutes + policy.max_sample_age_minutes + 2 * interval_minutes(idle)


def judge_usage(usage: Usage | None, idle: Idle, now: datetime, policy: SweepPolicy) -> Judgement:
    """Observed use outranks unknowns; a cell is idle only if there is neither."""
    if usage is None:
        return Judgement(UsageVerdict.UNKNOWN, "UsageMissing")
    window = timedelta(minutes=idle.after_minutes)
    judgements = [
        *_judge_observation(usage, now, policy),
        *(_judge_metric(metric, window, now, policy) for metric in _metrics(usage, policy)),
        _judge_pods(usage.gpu_pods, now - window),
    ]
    evidence = {"observedAt": format_time(usage.observed_at), "afterMinutes": idle.after_minutes}
    for judgement in judgements:
        evidence |= judgement.evidence
    ranks = list(UsageVerdict)
    decisive = min(judgements, key=lambda judgement: ranks.index(judgement.verdict))
    return Judgement(decisive.verdict, decisive.reason, evidence)


def _judge_observation(usage: Usage, now: datetime, policy: SweepPolicy) -> Iterator[Judgement]:
    if usage.observed_at > now + timedelta(minutes=policy.clock_tolerance_minutes):
        yield Judgement(UsageVerdict.UNKNOWN, "UsageFromTheFuture")
    if now - usage.observed_at > timedelta(minutes=policy.max_sample_age_minutes):
        yield Judgement(UsageVerdict.UNKNOWN, "UsageStale")


def _metrics(usage: Usage, policy: SweepPolicy) -> Iterator[Metric]:
    times = timedelta(minutes=usage.interval_minutes), usage.observed_at
    yield Metric("Requests", usage.requests, 0, "RequestsSeen", *times)
    if usage.gpu_utilisation is not None:
        threshold = policy.utilisation_threshold_percent
        yield Metric("Utilisation", usage.gpu_utilisation, threshold, "GpuBusy", *times)


def _judge_metric(
    metric: Metric, window: timedelta, now: datetime, policy: SweepPolicy
) -> Judgement:
    if metric.samples is None:
        return Judgement(UsageVerdict.UNKNOWN, f"{metric.name}Unknown")
    if not metric.samples:
        return Judgement(UsageVerdict.UNKNOWN, f"{metric.name}Missing")
    samples = sorted(metric.samples, key=lambda sample: sample.at)
    start = min(samples[-1].at + metric.interval, now) - window
    inside = [sample for sample in samples if sample.at + metric.interval > start]
    busy = [sample for sample in inside if sample.count > metric.threshold]
    evidence = {metric.name.lower(): _describe(inside, busy)}
    if busy:
        return Judgement(UsageVerdict.IN_USE, metric.busy_reason, evidence)
    reason = _find_doubt(inside, start, metric, now, policy)
    verdict = UsageVerdict.UNKNOWN if reason else UsageVerdict.IDLE
    return Judgement(verdict, f"{metric.name}{reason}" if reason else "Idle", evidence)


def _find_doubt(
    samples: Sequence[Sample],
    start: datetime,
    metric: Metric,
    now: datetime,
    policy: SweepPolicy,
) -> str | None:
    """The suffix of a reason why samples without use do not prove idleness; None if they do."""
    newest, longest = samples[-1].at, timedelta(minutes=policy.max_sample_age_minutes)
    # Compared with the time of the query: a late decision must not hide a slow clock.
    if newest > metric.queried_at + timedelta(minutes=policy.clock_tolerance_minutes):
        return "FromTheFuture"
    # A sample is published once its interval is over.
    if now - newest > longest + metric.interval:
        return "Stale"
    if len(samples) < policy.min_samples:
        return "TooFew"
    times = [start, *(sample.at for sample in samples)]
    if any(later - earlier > max(longest, metric.interval) for earlier, later in pairwise(times)):
        return "Incomplete"
    return None


def _describe(inside: Sequence[Sample], busy: Sequence[Sample]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "samples": len(inside),
        "from": format_time(inside[0].at),
        "to": format_time(inside[-1].at),
        "highest": max(sample.count for sample in inside),
    }
    return described | ({"lastUseAt": format_time(busy[-1].at)} if busy else {})


def _judge_pods(pods: Sequence[GpuPod] | None, since: datetime) -> Judgement:
    """Serving pods hold their GPUs all the time, so they do not indicate use."""
    if pods is None:
        return Judgement(UsageVerdict.UNKNOWN, "GpuPodsUnknown")
    others = [pod for pod in pods if not pod.is_serving]
    counted = {"serving": len(pods) - len(others), "other": len(others)}
    for pod in others:
        verdict, reason = _judge_pod(pod, since)
        if verdict is not UsageVerdict.IDLE:
            evidence = {**counted, "decisive": pod.name, "phase": pod.phase}
            return Judgement(verdict, reason, {"gpuPods": evidence})
    return Judgement(UsageVerdict.IDLE, "Idle", {"gpuPods": counted})


def _judge_pod(pod: GpuPod, since: datetime) -> tuple[UsageVerdict, str]:
    if pod.phase not in FINISHED:
        pending = pod.phase == "Pending"
        return UsageVerdict.IN_USE, "GpuPodPending" if pending else "GpuPodRunning"
    if pod.finished_at is None:
        return UsageVerdict.UNKNOWN, "GpuPodEndUnknown"
    if pod.finished_at > since:
        return UsageVerdict.IN_USE, "GpuPodFinishedRecently"
    return UsageVerdict.IDLE, "Idle"
