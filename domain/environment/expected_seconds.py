"""How long a step usually takes: medians of recorded operations of Azure."""

from collections.abc import Mapping

from domain.environment.operation import OperationKind
from domain.environment.step_keys import cell_region, stops_gpu_cost

CREATED: Mapping[str, float] = {
    "managedCluster": 287,  # 187 creations of 2024 and later
    "gpuPool": 235,  # 817 creations
    "route": 63,  # 16 creations
}
CHANGED: Mapping[str, float] = {
    "managedCluster": 95,  # 2,928 updates
    "route": 30,  # 60 changes
}
WOKEN: Mapping[str, float] = {
    "gpuPool": 156,  # 11 scales to one node
}
REMOVED: Mapping[str, float] = {
    "managedCluster": 405,  # 91 deletions
    "resourceGroup": 76,  # 173 deletions
    "route": 30,  # 60 changes and deletions
}
EMPTIED = 46
"""26 stops of a pool, the nearest to a scale to zero."""

BY_KIND: Mapping[OperationKind, Mapping[str, float]] = {
    OperationKind.PROVISION: CREATED,
    OperationKind.UPDATE: CHANGED,
    OperationKind.REPAIR: CHANGED,
    OperationKind.WAKE: WOKEN,
    OperationKind.DELETE: REMOVED,
    OperationKind.SCALE_DOWN: {"gpuPool": EMPTIED},
}


def expected_seconds(kind: OperationKind, step_name: str) -> float | None:
    """None for steps that take seconds, or of which no durations were recorded."""
    last = step_name.rpartition("/")[2]
    if stops_gpu_cost(step_name):
        return EMPTIED
    if "removal" in step_name.split("/") and cell_region(step_name):
        return REMOVED.get(last)
    return BY_KIND[kind].get(last)
