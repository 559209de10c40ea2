"""What a row's environment showed, and how simulated Azure's state is read for it."""

from dataclasses import dataclass, field
from typing import Any

from tests.faults.capacity import REGIONS
from tests.faults.row import FaultRow


@dataclass(slots=True)
class Seen:
    """What a row's environment showed after the fault, and after the recovery."""

    operation: dict[str, Any]
    environment: dict[str, Any] | None
    """None if it is not found."""
    gpu_nodes: int
    left: frozenset[str]
    """ARM ids in simulated Azure, in lower case."""
    unused_faults: tuple[str, ...]
    """Faults that met nothing, or less than their count."""
    decision: dict[str, Any] | None = None
    """The sweep's, if it found a pool."""
    swept_gpu_nodes: int = 0
    """After the sweep."""
    health: dict[str, Any] = field(default_factory=dict[str, Any])
    """As the sweep found it."""
    recovery: dict[str, Any] = field(default_factory=dict[str, Any])
    """The operation of the request that recovers, or the error that refused it."""
    recovered: dict[str, Any] | None = None
    recovered_left: frozenset[str] = frozenset()
    recovered_gpu_nodes: int = 0
    model: dict[str, Any] = field(default_factory=dict[str, Any])


def was_used_up(fault: dict[str, Any]) -> bool:
    """Whether it met something, as often as it was to; those inside clusters do not count."""
    return fault.get("used", 1) > 0 and not fault.get("count")


def count_gpu_nodes(state: dict[str, Any], row: FaultRow) -> int:
    names = {f"gp-{row.name}-{region}" for region in REGIONS}
    clusters = [c for c in state["clusters"] if c["name"] in names]
    return sum(node["pool"] == "gpu" for cluster in clusters for node in cluster["nodes"])


def ids_of(state: dict[str, Any], row: FaultRow) -> frozenset[str]:
    groups = [f"/resourcegroups/{group}/" for group in groups_of(row, *REGIONS)]
    ids = [*(group["id"] for group in state["resourceGroups"]), *state["resources"]]
    lowered = {each.lower() for each in ids}
    return frozenset(each for each in lowered if any(group in f"{each}/" for group in groups))


def groups_of(row: FaultRow, *regions: str) -> list[str]:
    """Names of the environment's resource groups, if its cells are in these regions."""
    cells = (f"gp-{row.name}-{region}" for region in regions)
    return [f"gp-{row.name}-edge", *(f"{cell}{part}" for cell in cells for part in ("", "-nodes"))]
