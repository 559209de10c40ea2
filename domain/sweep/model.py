"""What the sweep knows of pools and environments, and what it decides."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from domain.environment.phases import Phase
from domain.spec.model import Idle
from domain.wire import WireModel


class SweepAction(StrEnum):
    NONE = "none"
    WARN = "warn"
    WITHDRAW_WARNING = "unwarn"
    """Take the warning back: it no longer holds."""
    SCALE_TO_ZERO = "scaleToZero"
    DELETE = "delete"
    """Delete the whole environment."""
    WAKE = "wake"
    """Off hours are over and minNodes holds again."""


class GpuPool(WireModel):
    """One GPU pool as Azure lists it."""

    environment: str
    region: str
    pool_id: str
    cluster_id: str
    vm_size: str
    node_count: int
    min_nodes: int = 0
    """From the environment's specification; AKS forgets it while the autoscaler is off."""
    is_ours: bool
    """Whether it carries our tags."""
    hourly_price: float | None = None
    """USD for one node; None if unknown."""

    @property
    def hourly_cost(self) -> float | None:
        """USD for all nodes. A pool without nodes costs nothing, whatever the price of one."""
        if self.node_count == 0:
            return 0.0
        return None if self.hourly_price is None else self.node_count * self.hourly_price


class IdleState(WireModel):
    """What the environment's record says about idleness."""

    environment: str
    phase: Phase
    policy: Idle
    regions: tuple[str, ...] = ()
    """All regions of the environment; it sleeps only as a whole."""
    ready_since: AwareDatetime | None = None
    """End of the operation that last built or updated it."""
    woken_at: AwareDatetime | None = None
    warned_at: AwareDatetime | None = None
    scaled_down_at: AwareDatetime | None = None
    slept_for_off_hours: bool = False
    """The sweep took it to zero although minNodes is above zero."""


class SweepDecision(WireModel):
    """What happens to one pool, and why; every pool that was found gets one."""

    pool: GpuPool
    environment: str
    action: SweepAction
    reason: str
    evidence: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Plain JSON: the numbers and times that the decision rests on."""
    idle_since: AwareDatetime | None = None
