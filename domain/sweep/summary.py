"""Summarises a sweep: its decisions, the results of its actions, and the cost saved."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from domain.environment.health import UNHEALTHY, Health, HealthStatus
from domain.outcomes import Failure
from domain.sweep.model import SweepAction, SweepDecision
from domain.sweep.orphans import Orphan
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
    """An action of the sweep that failed."""

    environment: str = Field(description="Name of the environment.", examples=["fraud-llm"])
    action: SweepAction = Field(description="What was to be done.")
    reason: str = Field(description="Why it failed, as a CamelCase code.")
    message: str = Field(description="Why it failed, for people; empty if unknown.")


class UnhealthyEnvironment(WireModel):
    """An environment in which something is missing, changed or silent."""

    environment: str = Field(description="Name of the environment.", examples=["fraud-llm"])
    status: HealthStatus = Field(description="Degraded or Unreachable.")
    findings: tuple[str, ...] = Field(
        description="Codes of what was found.", examples=[["ClusterStopped"]]
    )


class SweepSummary(WireModel):
    """What a sweep found and did, in numbers."""

    started_at: AwareDatetime = Field(description="When the sweep began.")
    ended_at: AwareDatetime = Field(description="When its last action ended.")
    dry_run: bool = Field(description="Whether it only decided, without acting.")
    pools: int = Field(description="GPU pools found.", examples=[3])
    actions: dict[str, int] = Field(
        description="Decisions by action, one per pool.", examples=[{"none": 2, "scaleToZero": 1}]
    )
    reasons: dict[str, int] = Field(
        description="Decisions by reason, one per pool.",
        examples=[{"RequestsSeen": 2, "IdleAfterWarning": 1}],
    )
    results: dict[str, int] = Field(
        description="Actions by result (succeeded, failed, skipped), one per environment.",
        examples=[{"succeeded": 1}],
    )
    saved_per_hour_usd: float | Literal["unknown"] = Field(
        description="List price of the nodes removed; in a dry run, of those to be removed.",
        examples=[3.673],
    )
    idle_per_hour_usd: float = Field(
        default=0,
        description="List price of the idle nodes, whatever the action.",
        examples=[7.346],
    )
    unpriced_pools: int = Field(
        default=0,
        description="Pools scaled to zero whose price is unknown: the sum omits what they saved.",
    )
    failures: tuple[SweepFailure, ...] = Field(default=(), description="Actions that failed.")
    health: dict[str, int] = Field(
        default_factory=dict[str, int],
        description="Environments by health status.",
        examples=[{"Healthy": 12, "Degraded": 1}],
    )
    unhealthy: tuple[UnhealthyEnvironment, ...] = Field(
        default=(), description="Environments that are Degraded or Unreachable."
    )
    orphans: tuple[Orphan, ...] = Field(
        default=(), description="Resource groups of environments that have no record."
    )


SAVES = frozenset({SweepAction.SCALE_TO_ZERO, SweepAction.STOP_GPU_COST, SweepAction.DELETE})


def summarise_sweep(
    decisions: Sequence[SweepDecision],
    results: Sequence[ActionResult],
    started_at: datetime,
    ended_at: datetime,
    dry_run: bool = False,
    health: Mapping[str, Health] | None = None,
    orphans: Sequence[Orphan] = (),
) -> SweepSummary:
    """A dry run counts as if every action had succeeded. `health`: by environment."""
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
        actions=count_values(decision.action for decision in decisions),
        reasons=count_values(decision.reason for decision in decisions),
        results=count_values(result.status for result in results),
        idle_per_hour_usd=round(sum(pool.hourly_cost or 0 for pool in idle), 3),
        saved_per_hour_usd=round(sum(known), 3) if known or not costs else "unknown",
        unpriced_pools=len(costs) - len(known),
        failures=tuple(_describe(r) for r in results if r.status is ResultStatus.FAILED),
        health=count_values(each.status for each in (health or {}).values()),
        unhealthy=tuple(_list_unhealthy(health or {})),
        orphans=tuple(orphans),
    )


def count_values(values: Iterable[str]) -> dict[str, int]:
    return {str(value): times for value, times in sorted(Counter(values).items())}


def _list_unhealthy(health: Mapping[str, Health]) -> Iterator[UnhealthyEnvironment]:
    for name, found in sorted(health.items()):
        if found.status in UNHEALTHY:
            codes = dict.fromkeys(finding.code for finding in found.findings)
            yield UnhealthyEnvironment(
                environment=name, status=found.status, findings=tuple(codes)
            )


def _describe(result: ActionResult) -> SweepFailure:
    failure = result.failure
    return SweepFailure(
        environment=result.environment,
        action=result.action,
        reason=failure.reason if failure else result.reason or "Unknown",
        message=failure.message if failure else "",
    )
