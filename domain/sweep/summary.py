"""Summarises a sweep: its decisions, the results of its actions, and the cost saved."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from domain.outcomes import Failure
from domain.sweep.model import SweepAction, SweepDecision
from domain.wire import WireModel


class ResultStatus(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    """The check just before the action found the environment in use or busy."""


class ActionResult(WireModel):
    """The result of one planned action."""

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
    """Actions by result, one per environment."""
    saved_per_hour_usd: float | Literal["unknown"]
    """List price of the nodes removed; in a dry run, of those that would be removed."""
    idle_per_hour_usd: float = 0
    """List price of the idle nodes, whatever the action."""
    unpriced_pools: int = 0
    """Pools scaled to zero whose price is unknown: the sum omits what they saved."""
    failures: tuple[SweepFailure, ...] = ()


SAVES = frozenset({SweepAction.SCALE_TO_ZERO, SweepAction.DELETE})


def summarise_sweep(
    decisions: Sequence[SweepDecision],
    results: Sequence[ActionResult],
    started_at: datetime,
    ended_at: datetime,
    dry_run: bool = False,
) -> SweepSummary:
    """A dry run counts as if every action had succeeded."""
    done = {(r.environment, r.action) for r in results if r.status is ResultStatus.SUCCEEDED}
    saving = [
        decision.pool
        for decision in decisions
        if decision.action in SAVES
        and (dry_run or (decision.environment, decision.action) in done)
    ]
    idle = [decision.pool for decision in decisions if decision.idle_since is not None]
    costs = [pool.hourly_cost for pool in saving]
    known = [cost for cost in costs if cost is not None]
    return SweepSummary(
        started_at=started_at,
        ended_at=ended_at,
        dry_run=dry_run,
        pools=len(decisions),
        actions=_count(decision.action for decision in decisions),
        reasons=_count(decision.reason for decision in decisions),
        results=_count(result.status for result in results),
        idle_per_hour_usd=round(sum(pool.hourly_cost or 0 for pool in idle), 3),
        saved_per_hour_usd=round(sum(known), 3) if known or not costs else "unknown",
        unpriced_pools=len(costs) - len(known),
        failures=tuple(_describe(r) for r in results if r.status is ResultStatus.FAILED),
    )


def _count(values: Iterable[str]) -> dict[str, int]:
    return {str(value): times for value, times in sorted(Counter(values).items())}


def _describe(result: ActionResult) -> SweepFailure:
    failure = result.failure
    return SweepFailure(
        environment=result.environment,
        action=result.action,
        reason=failure.reason if failure else result.reason or "Unknown",
        message=failure.message if failure else "",
    )
