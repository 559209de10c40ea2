"""Decides what the sweep does with every GPU pool it finds; what is unknown counts as in use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from domain.environment.phases import Phase
from domain.spec.model import Idle, IdleAction
from domain.spec.off_hours import is_off_hours
from domain.sweep.usage import (
    GpuPod,
    Sample,
    SweepPolicy,
    Usage,
    Verdict,
    interval_minutes,
    judge_usage,
    lookback_minutes,
)
from domain.wire import WireModel, format_time

__all__ = [
    "GpuPod",
    "GpuPool",
    "IdleState",
    "Sample",
    "SweepAction",
    "SweepDecision",
    "SweepPolicy",
    "Usage",
    "decide_sweep",
    "find_undecided",
    "interval_minutes",
    "lookback_minutes",
]


class SweepAction(StrEnum):
    NONE = "none"
    WARN = "warn"
    UNWARN = "unwarn"
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


class Standing(StrEnum):
    """Where a pool or its whole environment stands before stages and warnings are looked at."""

    LEFT_ALONE = "leftAlone"
    """Not the sweep's business now; a warning stays as it is."""
    SPARED = "spared"
    """In use or wanted: a warning is taken back."""
    EMPTY = "empty"
    IDLE = "idle"
    ASLEEP = "asleep"


@dataclass(frozen=True, slots=True)
class Finding:
    standing: Standing
    reason: str
    evidence: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Case:
    """One environment at one moment."""

    state: IdleState
    now: datetime
    policy: SweepPolicy

    @property
    def warned_at(self) -> datetime | None:
        """A warning from before it was last built, woken or put to sleep is of another life."""
        state = self.state
        if state.warned_at is None or state.phase is not Phase.READY:
            return None
        starts = [start for start in (state.ready_since, state.woken_at) if start is not None]
        return None if any(start > state.warned_at for start in starts) else state.warned_at


STANDINGS = {
    Verdict.IN_USE: Standing.SPARED,
    Verdict.UNKNOWN: Standing.LEFT_ALONE,
    Verdict.IDLE: Standing.IDLE,
}
BLOCKING = frozenset({Standing.LEFT_ALONE, Standing.SPARED})
ALL_EMPTY = frozenset({Standing.EMPTY})
RESTING = frozenset({Standing.IDLE, Standing.ASLEEP})


def decide_sweep(
    pools: Iterable[GpuPool],
    environments: Iterable[IdleState],
    usage: Iterable[Usage],
    now: datetime,
    policy: SweepPolicy,
) -> list[SweepDecision]:
    """One decision per pool, in the order of the pools.

    An environment sleeps as a whole: its pools get the same action, or none. Call it again with
    fresh usage of one environment to check just before acting.
    """
    pools = list(pools)
    states = {state.environment: state for state in environments}
    seen = {(each.environment, each.region): each for each in usage}
    decided: dict[str, SweepDecision] = {}
    for name, own in _group(pools).items():
        for decision in _decide_environment(own, states.get(name), seen, now, policy):
            decided[decision.pool.pool_id] = decision
    return [decided[pool.pool_id] if pool.is_ours else _nothing(pool, "NotOurs") for pool in pools]


def find_undecided(
    pools: Iterable[GpuPool], environments: Iterable[IdleState], now: datetime, policy: SweepPolicy
) -> frozenset[str]:
    """Names of the environments whose usage decides; of all others nobody need ask for it."""
    cells = _group(pools)
    return frozenset(
        state.environment
        for state in environments
        if (own := cells.get(state.environment)) and not _find_whole(own, Case(state, now, policy))
    )


def _group(pools: Iterable[GpuPool]) -> dict[str, list[GpuPool]]:
    """Our own pools, by environment."""
    cells: dict[str, list[GpuPool]] = {}
    for pool in pools:
        if pool.is_ours:
            cells.setdefault(pool.environment, []).append(pool)
    return cells


def _nothing(pool: GpuPool, reason: str) -> SweepDecision:
    return SweepDecision(
        pool=pool, environment=pool.environment, action=SweepAction.NONE, reason=reason
    )


def _decide_environment(
    pools: Sequence[GpuPool],
    state: IdleState | None,
    seen: Mapping[tuple[str, str], Usage],
    now: datetime,
    policy: SweepPolicy,
) -> list[SweepDecision]:
    if state is None:
        return [_nothing(pool, "EnvironmentUnknown") for pool in pools]
    case = Case(state, now, policy)
    whole = _find_whole(pools, case)
    findings = [
        whole or _find_cell(pool, seen.get((pool.environment, pool.region)), case)
        for pool in pools
    ]
    standings = frozenset(finding.standing for finding in findings)
    return [
        _decide_pool(pool, finding, standings, case)
        for pool, finding in zip(pools, findings, strict=True)
    ]


def _find_whole(pools: Sequence[GpuPool], case: Case) -> Finding | None:
    """What holds for all pools of an environment, whatever their use."""
    state, idle = case.state, case.state.policy
    if state.phase not in {Phase.READY, Phase.SCALED_DOWN}:
        return Finding(Standing.LEFT_ALONE, "NotReady", {"phase": str(state.phase)})
    if idle.action is IdleAction.NONE:
        return Finding(Standing.SPARED, "ActionNone")
    if idle.keep_until is not None and idle.keep_until > case.now:
        return Finding(Standing.SPARED, "KeptUntil", {"keepUntil": format_time(idle.keep_until)})
    missing = sorted(set(state.regions) - {pool.region for pool in pools})
    if missing:
        return Finding(Standing.LEFT_ALONE, "CellMissing", {"missingRegions": missing})
    if state.phase is Phase.SCALED_DOWN:
        return _find_asleep(pools, state)
    return _find_grace(case)


def _find_asleep(pools: Sequence[GpuPool], state: IdleState) -> Finding:
    if state.scaled_down_at is None:
        return Finding(Standing.LEFT_ALONE, "ScaledDownAtUnknown")
    since = {"scaledDownAt": format_time(state.scaled_down_at)}
    nodes = sum(pool.node_count for pool in pools)
    if nodes:
        # Somebody scaled the pool by hand, so it may be in use.
        return Finding(Standing.LEFT_ALONE, "NodesWhileAsleep", {**since, "nodeCount": nodes})
    return Finding(Standing.ASLEEP, "Asleep", since)


def _find_grace(case: Case) -> Finding | None:
    """A start in the future is a clock that is off: the grace then lasts until it is past."""
    state, policy = case.state, case.policy
    if state.ready_since is None:
        return Finding(Standing.LEFT_ALONE, "ReadySinceUnknown")
    graces = (
        ("GraceAfterCreate", "readySince", state.ready_since, policy.grace_after_create_minutes),
        ("GraceAfterWake", "wokenAt", state.woken_at, policy.grace_after_wake_minutes),
    )
    for reason, name, start, minutes in graces:
        if start is not None and case.now - start < timedelta(minutes=minutes):
            evidence = {name: format_time(start), "graceMinutes": minutes}
            return Finding(Standing.LEFT_ALONE, reason, evidence)
    return None


def _find_cell(pool: GpuPool, usage: Usage | None, case: Case) -> Finding:
    off_hours = is_off_hours(case.state.policy.off_hours, case.now)
    nodes = {"nodeCount": pool.node_count, "minNodes": pool.min_nodes, "offHours": off_hours}
    judgement = judge_usage(usage, case.state.policy, case.now, case.policy)
    evidence = judgement.evidence | nodes
    if judgement.verdict is not Verdict.IN_USE and pool.node_count == 0:
        return Finding(Standing.EMPTY, "AlreadyAtZero", evidence)
    if judgement.verdict is Verdict.IDLE and pool.min_nodes > 0 and not off_hours:
        return Finding(Standing.SPARED, "MinNodes", evidence)
    return Finding(STANDINGS[judgement.verdict], judgement.reason, evidence)


def _decide_pool(
    pool: GpuPool, finding: Finding, standings: frozenset[Standing], case: Case
) -> SweepDecision:
    """The stage of the whole environment, seen from one of its pools."""
    action, reason = _choose(pool, finding, standings, case)
    evidence, idle_since = finding.evidence, case.state.scaled_down_at
    if case.warned_at is not None:
        evidence = {**evidence, "warnedAt": format_time(case.warned_at)}
    if finding.standing is Standing.IDLE:
        # Use after the warning would have taken it back.
        window = timedelta(minutes=case.state.policy.after_minutes)
        idle_since = (case.warned_at or case.now) - window
        evidence = {**evidence, "idleSince": format_time(idle_since)}
    return SweepDecision(
        pool=pool,
        environment=pool.environment,
        action=action,
        reason=reason,
        evidence=evidence,
        idle_since=idle_since if finding.standing in RESTING else None,
    )


def _choose(
    pool: GpuPool, finding: Finding, standings: frozenset[Standing], case: Case
) -> tuple[SweepAction, str]:
    spared = Standing.SPARED in standings or standings == ALL_EMPTY
    if standings & BLOCKING or spared:
        blocks = finding.standing in BLOCKING or not standings & BLOCKING
        unwarn = spared and case.warned_at is not None
        action = SweepAction.UNWARN if unwarn else SweepAction.NONE
        return action, finding.reason if blocks else "AnotherCellNotIdle"
    if finding.standing is Standing.ASLEEP:
        return _stage_asleep(pool, case)
    if finding.standing is Standing.IDLE:
        return _stage_idle(case)
    return SweepAction.NONE, finding.reason


def _stage_idle(case: Case) -> tuple[SweepAction, str]:
    if case.warned_at is None:
        return SweepAction.WARN, "Idle"
    if case.state.policy.action is IdleAction.WARN:
        return SweepAction.NONE, "OnlyWarned"
    if case.now - case.warned_at < timedelta(minutes=case.policy.warning_minutes):
        return SweepAction.NONE, "WarningRunning"
    return SweepAction.SCALE_TO_ZERO, "IdleAfterWarning"


def _stage_asleep(pool: GpuPool, case: Case) -> tuple[SweepAction, str]:
    idle, since = case.state.policy, case.state.scaled_down_at
    off_hours = is_off_hours(idle.off_hours, case.now)
    if case.state.slept_for_off_hours and pool.min_nodes and not off_hours:
        return SweepAction.WAKE, "OffHoursOver"
    days = idle.delete_after_days if idle.action is IdleAction.SCALE_TO_ZERO else None
    if days is not None and since is not None and case.now - since >= timedelta(days=days):
        return SweepAction.DELETE, "AsleepTooLong"
    return SweepAction.NONE, "Asleep"
