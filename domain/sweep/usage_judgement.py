"""Judges from a cell's observed usage whether it is in use, idle or unknown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from domain.environment.counters import CounterNote
from domain.spec.idle import Idle
from domain.sweep.counters import judge_counters
from domain.sweep.usage import (
    FINISHED,
    GpuPod,
    Judgement,
    Sample,
    SweepPolicy,
    Usage,
    UsageVerdict,
)
from domain.wire import format_time


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a cell and how to read it; its name is the prefix of reasons."""

    name: str
    samples: tuple[Sample, ...] | None
    threshold: float
    busy_reason: str
    interval: timedelta
    queried_at: datetime


def judge_usage(
    usage: Usage | None,
    idle: Idle,
    now: datetime,
    policy: SweepPolicy,
    noted: CounterNote | None = None,
) -> Judgement:
    """Observed use outranks unknowns; a cell is idle only if there is neither.

    `noted`: what the record keeps of earlier looks at the cell's counters. These say of an
    invocation what Front Door's metric says minutes later, and are named before it.
    """
    if usage is None:
        return Judgement(UsageVerdict.UNKNOWN, "UsageMissing")
    window = timedelta(minutes=idle.after_minutes)
    judgements = [
        judge_counters(usage, noted, window, policy),
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
