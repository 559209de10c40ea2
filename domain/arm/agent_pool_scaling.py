"""Keeps a GPU pool's settings before it is scaled to zero, and plans how to restore them."""

from collections.abc import Mapping
from typing import Any

from domain.arm.agent_pool import build_autoscaled_pool, build_scaled_pool
from domain.environment.kept_pool import KeptPool


def keep_settings(
    existing: Mapping[str, Any], replicas: int, known: KeptPool | None = None
) -> KeptPool:
    """The settings to restore; `known` ones stay if the pool is already at zero.

    A scale-down may start twice, and the second time the pool's own settings are gone.
    """
    properties: Mapping[str, Any] = existing["properties"]
    autoscaled = bool(properties.get("enableAutoScaling"))
    count = int(properties.get("count") or 0)
    if known is not None and not autoscaled and count == 0:
        return known
    if known is not None and replicas == 0:
        # The Deployment is scaled first, so a second start may find only it at zero.
        replicas = known.replicas
    return KeptPool(
        enable_auto_scaling=autoscaled,
        min_count=properties.get("minCount") if autoscaled else None,
        max_count=properties.get("maxCount") if autoscaled else None,
        count=count,
        replicas=replicas,
    )


def plan_wake(existing: Mapping[str, Any], kept: KeptPool) -> dict[str, Any] | None:
    """The body of the next PUT that restores the settings; None when they are restored.

    To be called again after each operation: AKS refuses to scale and to switch the autoscaler on
    in one request (400), so a wake takes two. A wake never removes nodes.
    """
    properties: Mapping[str, Any] = existing["properties"]
    limits = (kept.min_count, kept.max_count)
    if properties.get("enableAutoScaling"):
        current = (properties.get("minCount"), properties.get("maxCount"))
        if not kept.enable_auto_scaling or current == limits:
            return None
        return build_autoscaled_pool(existing, *limits)
    if int(properties.get("count") or 0) < kept.first_count:
        return build_scaled_pool(existing, kept.first_count)
    return build_autoscaled_pool(existing, *limits) if kept.enable_auto_scaling else None
