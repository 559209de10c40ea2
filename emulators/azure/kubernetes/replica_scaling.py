"""How many replicas the HorizontalPodAutoscaler of a ScaledObject asks for."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from emulators.azure.kubernetes.kinds import Object

PAUSED_REPLICAS = "autoscaling.keda.sh/paused-replicas"
PAUSED = "autoscaling.keda.sh/paused"
_DEFAULT_WINDOW_SECONDS = 300
_DEFAULT_MOST = 100
_PODS_AT_ONCE = 4
"""Kubernetes adds so many pods at a time, or as many as there are."""


@dataclass(slots=True)
class Scaling:
    """What is remembered of one ScaledObject."""

    asked_for: list[tuple[datetime, int]] = field(default_factory=list[tuple[datetime, int]])
    shrunk_at: datetime | None = None


def paused_at(scaled: Object, present: int) -> int | None:
    """Replicas that annotations hold; None: it is not paused."""
    annotations = scaled["metadata"].get("annotations") or {}
    if PAUSED_REPLICAS in annotations:
        return int(annotations[PAUSED_REPLICAS])
    return present if annotations.get(PAUSED, "false") != "false" else None


def decide_replicas(
    scaled: Object, present: int, metric: float | None, scaling: Scaling, now: datetime
) -> int:
    """`metric`: of all replicas together; None if it cannot be read, when nothing is changed but
    the limits are kept."""
    spec = scaled["spec"]
    least, most = spec.get("minReplicaCount", 0), spec.get("maxReplicaCount", _DEFAULT_MOST)
    if metric is None:
        return min(max(present, least), most)
    target = float(spec["triggers"][0]["metadata"]["targetValue"])
    wanted = min(max(ceil(metric / target), least), most)
    if wanted >= present:
        scaling.asked_for.append((now, wanted))
        return min(wanted, max(2 * present, present + _PODS_AT_ONCE))
    return _shrink(_scale_down_rules(spec), present, wanted, scaling, now)


def _shrink(
    rules: dict[str, Any], present: int, wanted: int, scaling: Scaling, now: datetime
) -> int:
    """The most that was asked for in the window, and no faster than the policy allows."""
    window = timedelta(seconds=rules.get("stabilizationWindowSeconds", _DEFAULT_WINDOW_SECONDS))
    scaling.asked_for = [each for each in scaling.asked_for if each[0] > now - window]
    stable = max([wanted, *(count for _, count in scaling.asked_for)])
    scaling.asked_for.append((now, wanted))
    if stable >= present:
        return present
    for policy in rules.get("policies") or ():
        period = timedelta(seconds=policy["periodSeconds"])
        if scaling.shrunk_at and now - scaling.shrunk_at < period:
            return present
        stable = max(stable, present - policy["value"])
    scaling.shrunk_at = now
    return stable


def _scale_down_rules(spec: dict[str, Any]) -> dict[str, Any]:
    behavior = (
        spec.get("advanced", {}).get("horizontalPodAutoscalerConfig", {}).get("behavior", {})
    )
    return behavior.get("scaleDown") or {}
