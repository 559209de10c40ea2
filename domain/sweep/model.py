"""The sweep's view of pools and environments, and its decisions."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from domain.environment.counters import CounterNote
from domain.environment.gpu_usage import GpuNodes
from domain.environment.idle_notes import IdleNotes
from domain.environment.phases import Phase
from domain.spec.idle import Idle
from domain.sweep.wanted import WantedEnvironment
from domain.wire import WireModel


class SweepAction(StrEnum):
    """What the sweep does about a pool or its environment."""

    NONE = "none"
    WARN = "warn"
    WITHDRAW_WARNING = "withdrawWarning"
    SCALE_TO_ZERO = "scaleToZero"
    STOP_GPU_COST = "stopGpuCost"
    """Nothing serves after a failure, but GPU nodes run: scale the pools to zero at once."""
    DELETE = "delete"
    """Delete the whole environment."""
    WAKE = "wake"
    """Off hours are over and minNodes applies again."""
    REPAIR = "repair"
    """Its health is bad and its specification says `repair: auto`."""


class GpuPool(WireModel):
    """One GPU pool as Azure lists it.

    Its minimum is not read from Azure: AKS forgets it while the autoscaler is off, so the
    specification is the only source.
    """

    environment: str = Field(
        description="Environment that the pool's name and tags belong to.", examples=["fraud-llm"]
    )
    region: str = Field(description="Azure region.", examples=["westeurope"])
    pool_id: str = Field(description="ARM id of the agent pool.")
    cluster_id: str = Field(description="ARM id of its AKS cluster.")
    vm_size: str = Field(description="Azure VM size.", examples=["Standard_NC24ads_A100_v4"])
    node_count: int = Field(description="Nodes when the sweep listed the pool.", examples=[2])
    spot: bool = Field(default=False, description="Whether its nodes are spot capacity.")
    is_ours: bool = Field(
        description="Whether the pool carries Gridplane's tags; others are never touched."
    )
    hourly_price: float | None = Field(
        default=None,
        description="List price of one node in USD per hour, in its region; absent if unknown.",
        examples=[4.775],
    )

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
    unused_since: AwareDatetime | None = None
    """End of the failed or canceled operation after which nothing serves."""
    warns_of_gpu_cost: bool = False
    """Whether the record says that GPU nodes cost money which serve nothing."""
    wake_failed_at: AwareDatetime | None = None
    """End of the latest operation, where that is a wake without success."""
    slept_for_off_hours: bool = False
    """The sweep scaled it to zero although minNodes is above zero."""
    own_requests: dict[int, int] = Field(default_factory=dict[int, int])
    """The sweep's own requests to the model, which do not count as use."""
    counters: dict[str, CounterNote] = Field(default_factory=dict[str, CounterNote])
    """The latest look at each region's counters that differed from the one before."""


class EnvironmentSweepState(WireModel):
    """What the sweep reads from one environment's record."""

    state: IdleState
    notes: IdleNotes
    expires_at: AwareDatetime | None = None
    wanted: WantedEnvironment | None = None
    """What its health is assessed by; None from a version that did not assess it."""
    gpu_nodes: dict[str, GpuNodes] | None = None
    """The latest observations, by region; None from a version that recorded none."""
    failed_creation_at: AwareDatetime | None = None
    """End of the creation that has failed, if it is to be deleted then."""

    @property
    def may_expire(self) -> bool:
        return self.state.phase not in {Phase.DELETING, Phase.DELETED}


class SweepDecision(WireModel):
    """The action for one pool, and the reason; every pool that was found gets one."""

    pool: GpuPool = Field(description="The pool as Azure listed it.")
    environment: str = Field(
        description="Environment that the decision is about.", examples=["fraud-llm"]
    )
    action: SweepAction = Field(description="What is done.")
    reason: str = Field(description="Why, as a CamelCase code.", examples=["IdleAfterWarning"])
    evidence: dict[str, Any] = Field(
        default_factory=dict[str, Any],
        description="The numbers and times that the decision rests on.",
        examples=[{"observedAt": "2026-11-22T12:00:00Z", "afterMinutes": 30, "gpuPods": 1}],
    )
    idle_since: AwareDatetime | None = Field(
        default=None, description="Since when it is idle or asleep; absent unless it is."
    )
