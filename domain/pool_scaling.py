"""Keeps a GPU pool's settings before it goes to zero and plans the way back to them."""

from collections.abc import Mapping
from typing import Any

from domain.wire import WireModel


class KeptPool(WireModel):
    """What a pool and its Deployment had before they went to zero."""

    enable_auto_scaling: bool
    min_count: int | None = None
    max_count: int | None = None
    count: int
    replicas: int


def keep_settings(
    existing: Mapping[str, Any], replicas: int, known: KeptPool | None = None
) -> KeptPool:
    """The settings to go back to; a pool that is at zero already leaves those known unchanged."""
    raise NotImplementedError


def plan_wake(existing: Mapping[str, Any], kept: KeptPool) -> dict[str, Any] | None:
    """The body of the next PUT on the way back, or None when there is nothing left to do.

    Ask again after each operation: AKS refuses to scale and to turn the autoscaler on in one
    request (400), so waking takes two.
    """
    raise NotImplementedError
