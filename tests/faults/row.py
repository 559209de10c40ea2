"""What a row of the fault matrix consists of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from tests.e2e.looks import Look

GPU_NODE_USD = 4.775
"""List price of Standard_NC24ads_A100_v4 per hour, which rows use unless they say otherwise."""

GOALS = {
    OperationKind.PROVISION: Phase.READY,
    OperationKind.UPDATE: Phase.READY,
    OperationKind.REPAIR: Phase.READY,
    OperationKind.SCALE_DOWN: Phase.SCALED_DOWN,
    OperationKind.WAKE: Phase.READY,
    OperationKind.DELETE: Phase.DELETED,
}


class Recovery(StrEnum):
    """The request that goes on from the fault: what the suggested action comes down to."""

    NONE = "passes by itself"
    RETRY = "POST retry"
    REPAIR = "POST repair"
    CORRECT = "PUT, corrected"
    SCALE_DOWN = "POST scale-down"
    WAKE = "POST wake"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """One fault and the step it hits, and what users and Azure show once its operation ended.

    `{name}` stands for the environment's name in `faults` and `others`, `{plain}` for the name
    without hyphens.
    """

    name: str
    """Of the row, and of its environment."""
    what: str
    """What Azure, Kubernetes or the edge answers, and how often."""
    during: OperationKind
    step: str
    """The step it hits, without the region: `cell/managedCluster`."""
    faults: tuple[Mapping[str, Any], ...]
    """As the simulator's control API takes them."""
    phase: Phase
    reason: str | None
    """Code of the operation's error; None for a fault that passes."""
    says: str
    """What the error's message has to contain: the evidence."""
    cluster: bool
    """Whether the cluster is among what remains in Azure."""
    gpu_nodes: int
    """In simulated Azure, once the operation has ended."""
    swept: bool
    """Whether the next sweep scales the pool to zero because nothing serves on its nodes."""
    recovery: Recovery
    retryable: bool = False
    spec: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What its specification has instead of the usual one's."""
    node_usd: float = GPU_NODE_USD
    """List price per hour of the GPU nodes that it has after the fault."""
    region: str = "westeurope"
    """Where the cell is after the fault."""
    recovered_region: str = "westeurope"
    recovered_gpu_nodes: int | None = 1
    """None: however many the autoscaler has started by then."""
    finding: str = ""
    """Code of a finding that the next sweep has about it."""
    shortages: tuple[Mapping[str, Any], ...] = ()
    """Regions and VM sizes, each with a size of the row's own, that have no machines left."""
    machines_return: bool = True
    """Whether there are machines again by the recovery."""
    by_hand: Callable[[Look, str], None] | None = None
    """What somebody does to the cluster before the operation, by its id."""
    later: tuple[Mapping[str, Any], ...] = ()
    """Faults that are set `later_minutes` of simulated time after the operation's start."""
    later_minutes: float = 0
    change: Mapping[str, Any] = field(default_factory=lambda: {"costCenter": "ML-9"})
    """What an update changes."""
    others: tuple[str, ...] = ()
    """Resource groups that another owner has under the names of the environment's."""
    settles_minutes: int = 0
    """Simulated time after the operation, at the end of which the row is compared."""
    short: bool = False
    """Part of the short form that `make test` runs."""

    @property
    def passes(self) -> bool:
        return self.reason is None

    @property
    def ends_deleted(self) -> bool:
        """Whether the environment is to be gone in the end."""
        return self.during is OperationKind.DELETE

    @property
    def hourly_usd(self) -> float:
        return round(self.gpu_nodes * self.node_usd, 3)


def passes(
    during: OperationKind, name: str, step: str, what: str, *faults: Mapping[str, Any], **more: Any
) -> FaultRow:
    """A row whose operation reaches its goal all the same, later."""
    goal = GOALS[during]
    usual: dict[str, Any] = {
        "phase": goal,
        "reason": None,
        "says": "",
        "cluster": goal is not Phase.DELETED,
        "gpu_nodes": 1 if goal is Phase.READY else 0,
        "swept": False,
        "recovery": Recovery.NONE,
    }
    return FaultRow(
        name=name, what=what, during=during, step=step, faults=faults, **(usual | more)
    )


def fails(
    during: OperationKind,
    name: str,
    step: str,
    what: str,
    *faults: Mapping[str, Any],
    reason: str,
    says: str,
    **more: Any,
) -> FaultRow:
    """A row whose operation fails; `reason` and `says` are what its error shows."""
    usual: dict[str, Any] = {
        "phase": Phase.FAILED,
        "cluster": True,
        "gpu_nodes": 0,
        "swept": False,
        "recovery": Recovery.RETRY,
    }
    return FaultRow(
        name=name,
        what=what,
        during=during,
        step=step,
        faults=faults,
        reason=reason,
        says=says,
        **(usual | more),
    )
