"""What to send to AKS to bring a GPU pool to zero nodes."""

from collections.abc import Mapping
from typing import Any

AUTOSCALER_SETTINGS = frozenset({"minCount", "maxCount"})


def build_empty_gpu_pool(existing: Mapping[str, Any]) -> dict[str, Any] | None:
    """The pool's body with the autoscaler off and no nodes, or None if it is like that already.

    The autoscaler allows zero but does not force it, and while it is on, AKS refuses a count.
    """
    properties: Mapping[str, Any] = existing["properties"]
    if properties.get("count") == 0 and not properties.get("enableAutoScaling"):
        return None
    kept = {key: value for key, value in properties.items() if key not in AUTOSCALER_SETTINGS}
    return {"properties": {**kept, "enableAutoScaling": False, "count": 0}}
