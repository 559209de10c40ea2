"""Turns the sweep's decisions into actions, gives them order and pace, and sums them up."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from domain.failures import Failure
from domain.idleness import GpuPool, SweepAction, SweepDecision
from domain.wire import WireModel


class PlannedAction(WireModel):
    """One action on one environment, with all its pools that have nodes."""

    environment: str
    action: SweepAction
    reason: str
    pools: tuple[GpuPool, ...]
    evidence: dict[str, Any] = Field(default_factory=dict[str, Any])
    """The evidence of each pool's decision, by region."""
    idle_since: AwareDatetime | None = None
    start_delay_seconds: float = 0


class PaceLimits(WireModel):
    """How fast actions that change Azure may start."""

    cluster_spacing_seconds: float = 60
    """AKS refills one PUT of an agent pool per minute and cluster."""
    burst: int = Field(default=20, ge=1)
    """Starts at once over all clusters; as large as AKS's own bucket."""
    spacing_seconds: float = 5
    """Then one start each. Azure grants 2 operation-status reads per second and subscription:
    with a poll every 15 s that is 30 operations at a time, and one takes some 150 s."""


class ResultStatus(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    """The check just before acting found it in use, or busy."""


class ActionResult(WireModel):
    """What came of one planned action."""

    environment: str
    action: SweepAction
    status: ResultStatus
    reason: str | None = None
    failure: Failure | None = None


class SweepFailure(WireModel):
    environment: str
    action: SweepAction
    reason: str
    message: str


class SweepSummary(WireModel):
    """The body of `GET /sweeps/latest`, beside the decisions."""

    started_at: AwareDatetime
    ended_at: AwareDatetime
    dry_run: bool
    pools: int
    actions: dict[str, int]
    """Decisions by action, one per pool."""
    reasons: dict[str, int]
    results: dict[str, int]
    """Actions by what came of them, one per environment."""
    saved_per_hour_usd: float | Literal["unknown"]
    """List price of the nodes that are gone; in a dry run of those that would go."""
    unpriced_pools: int = 0
    """Pools taken to zero whose price is unknown: they saved more than the sum says."""
    failures: tuple[SweepFailure, ...] = ()


def order_actions(decisions: Iterable[SweepDecision]) -> list[PlannedAction]:
    """One action per environment, without those that do nothing.

    Oldest idle first, most expensive first on ties, then by name.
    """
    raise NotImplementedError


def pace(actions: Sequence[PlannedAction], limits: PaceLimits) -> list[PlannedAction]:
    """The actions with their start delays; telling somebody something waits for nothing."""
    raise NotImplementedError


def summarise_sweep(
    decisions: Sequence[SweepDecision],
    results: Sequence[ActionResult],
    started_at: datetime,
    ended_at: datetime,
    dry_run: bool = False,
) -> SweepSummary:
    raise NotImplementedError
