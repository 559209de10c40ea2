"""Turns the sweep's decisions into actions, gives them order and pace, and sums them up."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from domain.arm.error_classification import Failure
from domain.sweep.decisions import GpuPool, SweepAction, SweepDecision
from domain.wire import WireModel


class PlannedAction(WireModel):
    """One action on one environment, with all its pools."""

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


DEFAULT_PACE = PaceLimits()


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
    idle_per_hour_usd: float = 0
    """List price of the nodes that nobody used, whatever was done about them."""
    unpriced_pools: int = 0
    """Pools taken to zero whose price is unknown: they saved more than the sum says."""
    failures: tuple[SweepFailure, ...] = ()


CHANGES_AZURE = frozenset({SweepAction.SCALE_TO_ZERO, SweepAction.DELETE, SweepAction.WAKE})
SAVES = frozenset({SweepAction.SCALE_TO_ZERO, SweepAction.DELETE})
LAST = datetime.max.replace(tzinfo=UTC)


def order_actions(decisions: Iterable[SweepDecision]) -> list[PlannedAction]:
    """One action per environment, without those that do nothing.

    Oldest idle first, most expensive first on ties, then by name.
    """
    by_environment: dict[str, list[SweepDecision]] = {}
    for decision in decisions:
        if decision.pool.is_ours:
            by_environment.setdefault(decision.environment, []).append(decision)
    actions = [
        _plan(same)
        for same in by_environment.values()
        if any(decision.action is not SweepAction.NONE for decision in same)
    ]
    return sorted(
        actions,
        key=lambda action: (
            action.idle_since or LAST,
            -sum(_hourly_cost(pool) or 0 for pool in action.pools),
            action.environment,
        ),
    )


def pace(
    actions: Iterable[PlannedAction], limits: PaceLimits = DEFAULT_PACE
) -> list[PlannedAction]:
    """The actions with their start delays; telling somebody something waits for nothing."""
    paced: list[PlannedAction] = []
    started = 0
    cluster_free_at: dict[str, float] = {}
    for action in actions:
        if action.action in CHANGES_AZURE:
            clusters = [pool.cluster_id for pool in action.pools]
            turn = max(0, started + 1 - limits.burst) * limits.spacing_seconds
            delay = max([turn, *(cluster_free_at.get(cluster, 0.0) for cluster in clusters)])
            free_at = delay + limits.cluster_spacing_seconds
            cluster_free_at |= dict.fromkeys(clusters, free_at)
            started += 1
            action = action.model_copy(update={"start_delay_seconds": delay})
        paced.append(action)
    return paced


def summarise_sweep(
    decisions: Sequence[SweepDecision],
    results: Sequence[ActionResult],
    started_at: datetime,
    ended_at: datetime,
    dry_run: bool = False,
) -> SweepSummary:
    """What was decided, done and saved; a dry run counts as if everything had succeeded."""
    done = {(r.environment, r.action) for r in results if r.status is ResultStatus.SUCCEEDED}
    saving = [
        decision.pool
        for decision in decisions
        if decision.action in SAVES
        and (dry_run or (decision.environment, decision.action) in done)
    ]
    idle = [decision.pool for decision in decisions if decision.idle_since is not None]
    costs = [_hourly_cost(pool) for pool in saving]
    known = [cost for cost in costs if cost is not None]
    return SweepSummary(
        started_at=started_at,
        ended_at=ended_at,
        dry_run=dry_run,
        pools=len(decisions),
        actions=_count(decision.action for decision in decisions),
        reasons=_count(decision.reason for decision in decisions),
        results=_count(result.status for result in results),
        idle_per_hour_usd=round(sum(_hourly_cost(pool) or 0 for pool in idle), 3),
        saved_per_hour_usd=round(sum(known), 3) if known or not costs else "unknown",
        unpriced_pools=len(costs) - len(known),
        failures=tuple(_describe(r) for r in results if r.status is ResultStatus.FAILED),
    )


def _plan(same: Sequence[SweepDecision]) -> PlannedAction:
    """With the pools that need nothing, too: without them a cell would look as if it were gone."""
    first = next(decision for decision in same if decision.action is not SweepAction.NONE)
    return PlannedAction(
        environment=first.environment,
        action=first.action,
        reason=first.reason,
        pools=tuple(decision.pool for decision in same),
        evidence={decision.pool.region: decision.evidence for decision in same},
        idle_since=min((d.idle_since for d in same if d.idle_since), default=None),
    )


def _hourly_cost(pool: GpuPool) -> float | None:
    """A pool without nodes costs nothing, whatever the price of one."""
    if pool.node_count == 0:
        return 0.0
    return None if pool.hourly_price is None else pool.node_count * pool.hourly_price


def _count(words: Iterable[str]) -> dict[str, int]:
    return {str(word): times for word, times in sorted(Counter(words).items())}


def _describe(result: ActionResult) -> SweepFailure:
    failure = result.failure
    return SweepFailure(
        environment=result.environment,
        action=result.action,
        reason=failure.reason if failure else result.reason or "Unknown",
        message=failure.message if failure else "",
    )
