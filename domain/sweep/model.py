"""The sweep's view of pools and environments, and its decisions."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from domain.environment.idle_notes import IdleNotes
from domain.environment.phases import Phase
from domain.spec.model import Idle
from domain.wire import WireModel


class SweepAction(StrEnum):
    NONE = "none"
    WARN = "warn"
    WITHDRAW_WARNING = "withdrawWarning"
    SCALE_TO_ZERO = "scaleToZero"
    DELETE = "delete"
    """Delete the whole environment."""
    WAKE = "wake"
    """Off hours are over and minNodes applies again."""


class GpuPool(WireModel):
    """One GPU pool as Azure lists it.

    Its minimum is not read from Azure: AKS forgets it while the autoscaler is off, so the
    specification is the only source.
    """

    environment: str
    region: str
    pool_id: str
    cluster_id: str
    vm_size: str
    node_count: int
    is_ours: bool
    """Whether it carries our tags and names."""
    hourly_price: float | None = None
    """USD for one node; None if unknown."""

    @property
    def hourly_cost(self) -> float | None:
        """USD for all nodes. A pool without nodes costs nothing, whatever the price of one."""
        if self.node_count == 0:
            return 0.0
        return None if self.hourly_price is None else self.node_count * self.hourly_price


class IdleState(WireModel):
    """What an environment's record says about idleness."""

    environment: str
    phase: Phase
    policy: Idle
    regions: tuple[str, ...] = ()
    """All regions of the environment; it is scaled down only as a whole."""
    min_nodes: int = 0
    ready_since: AwareDatetime | None = None
    """End of the operation that last built or updated it."""
    woken_at: AwareDatetime | None = None
    warned_at: AwareDatetime | None = None
    scaled_down_at: AwareDatetime | None = None
    slept_for_off_hours: bool = False
    """The sweep scaled it to zero although minNodes is above zero."""


class EnvironmentSweepState(WireModel):
    """What the sweep reads from one environment's record."""

    state: IdleState
    notes: IdleNotes
    expires_at: AwareDatetime | None = None

    @property
    def may_expire(self) -> bool:
        return self.state.phase not in {Phase.DELETING, Phase.DELETED}


class SweepDecision(WireModel):
    """The action for one pool, and the reason; every pool that was found gets one."""

    pool: GpuPool
    environment: str
    action: SweepAction
    reason: str
    evidence: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Plain JSON: the numbers and times that the decision rests on."""
    idle_since: AwareDatetime | None = None
