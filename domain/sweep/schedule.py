"""Turns the sweep's decisions into actions, in order and at Azure's pace."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import AwareDatetime, Field

from domain.environment.over_budget import OverBudget
from domain.sweep.model import GpuPool, SweepAction, SweepDecision
from domain.wire import WireModel


class ActionKind(StrEnum):
    """Why an action is due, which decides how it is checked again before it is carried out."""

    IDLENESS = "idleness"
    EXPIRY = "expiry"
    HEALTH = "health"
    BUDGET = "budget"
    FAILURE = "failure"


class PlannedAction(WireModel):
    """One action on one environment, with all its pools."""

    environment: str
    kind: ActionKind = ActionKind.IDLENESS
    action: SweepAction
    reason: str
    pools: tuple[GpuPool, ...]
    evidence: dict[str, Any] = Field(default_factory=dict[str, Any])
    """The evidence of each pool's decision, by region."""
    idle_since: AwareDatetime | None = None
    start_delay_seconds: float = 0
    over_budget: OverBudget | None = None
    """Only of an action for the budget."""

    @classmethod
    def for_expiry(cls, environment: str) -> Self:
        return cls._of(environment, ActionKind.EXPIRY, SweepAction.DELETE, "Expired")

    @classmethod
    def for_failure(cls, environment: str) -> Self:
        return cls._of(environment, ActionKind.FAILURE, SweepAction.DELETE, "CreationFailed")

    @classmethod
    def for_repair(cls, environment: str) -> Self:
        return cls._of(environment, ActionKind.HEALTH, SweepAction.REPAIR, "Unhealthy")

    @classmethod
    def for_budget(cls, environment: str, over: OverBudget) -> Self:
        planned = cls._of(
            environment, ActionKind.BUDGET, SweepAction.SCALE_TO_ZERO, "BudgetExceeded"
        )
        return planned.model_copy(update={"over_budget": over})

    @classmethod
    def _of(cls, environment: str, kind: ActionKind, action: SweepAction, reason: str) -> Self:
        """Of the environment as a whole, whatever pools it has."""
        return cls(environment=environment, kind=kind, action=action, reason=reason, pools=())


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
CHANGES_AZURE = frozenset(
    {
        SweepAction.SCALE_TO_ZERO,
        SweepAction.STOP_GPU_COST,
        SweepAction.DELETE,
        SweepAction.WAKE,
        SweepAction.REPAIR,
    }
)
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
            -sum(pool.hourly_cost or 0 for pool in action.pools),
            action.environment,
        ),
    )


def add_expired(actions: Sequence[PlannedAction], expired: Sequence[str]) -> list[PlannedAction]:
    """One action per environment: an expired one needs neither warning nor scale-down first."""
    kept = [action for action in actions if action.environment not in set(expired)]
    return [*kept, *(PlannedAction.for_expiry(name) for name in expired)]


def add_failed(actions: Sequence[PlannedAction], failed: Sequence[str]) -> list[PlannedAction]:
    """One action per environment: what has expired is deleted as such."""
    deleted = {each.environment for each in actions if each.action is SweepAction.DELETE}
    due = [name for name in failed if name not in deleted]
    kept = [action for action in actions if action.environment not in due]
    return [*kept, *(PlannedAction.for_failure(name) for name in due)]


def without_wakes(actions: Iterable[PlannedAction], names: Collection[str]) -> list[PlannedAction]:
    """Nothing is woken of these, whose budget is spent."""
    return [
        action
        for action in actions
        if action.action is not SweepAction.WAKE or action.environment not in names
    ]


def add_overspent(
    actions: Sequence[PlannedAction], overspent: Mapping[str, OverBudget]
) -> list[PlannedAction]:
    """One action per environment: what is about to be scaled down or deleted stays so."""
    busy = {action.environment for action in actions if action.action in CHANGES_AZURE}
    due = {name: over for name, over in overspent.items() if name not in busy}
    kept = [action for action in actions if action.environment not in due]
    return [*kept, *(PlannedAction.for_budget(name, over) for name, over in due.items())]


def add_repairs(actions: Sequence[PlannedAction], unhealthy: Sequence[str]) -> list[PlannedAction]:
    """One action per environment: what is about to be scaled down or deleted is not repaired."""
    busy = {action.environment for action in actions if action.action in CHANGES_AZURE}
    repaired = [name for name in unhealthy if name not in busy]
    kept = [action for action in actions if action.environment not in repaired]
    return [*kept, *(PlannedAction.for_repair(name) for name in repaired)]


def pace(
    actions: Iterable[PlannedAction], limits: PaceLimits = DEFAULT_PACE
) -> list[PlannedAction]:
    """The actions with their start delays; an action that only changes the record has none."""
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


def _plan(same: Sequence[SweepDecision]) -> PlannedAction:
    """Includes the pools that need nothing: without them a cell would appear to be missing."""
    first = next(decision for decision in same if decision.action is not SweepAction.NONE)
    return PlannedAction(
        environment=first.environment,
        action=first.action,
        reason=first.reason,
        pools=tuple(decision.pool for decision in same),
        evidence={decision.pool.region: decision.evidence for decision in same},
        idle_since=min((d.idle_since for d in same if d.idle_since), default=None),
    )
