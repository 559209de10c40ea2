"""Decides what the sweep does with every GPU pool it finds; what is unknown counts as in use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.environment.phases import Phase
from domain.spec.model import IdleAction
from domain.spec.off_hours import is_off_hours
from domain.sweep.model import GpuPool, IdleState, SweepAction, SweepDecision
from domain.sweep.usage import SweepPolicy, Usage, UsageVerdict, judge_usage
from domain.wire import format_time


class Standing(StrEnum):
    """Where a pool or its whole environment stands before stages and warnings are looked at."""

    NOT_ELIGIBLE = "leftAlone"
    """Not the sweep's business now; a warning stays as it is."""
    IN_USE_OR_PINNED = "spared"
    """In use or wanted: a warning is taken back."""
    EMPTY = "empty"
    IDLE = "idle"
    ASLEEP = "asleep"


@dataclass(frozen=True, slots=True)
class Assessment:
    standing: Standing
    reason: str
    evidence: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class EnvironmentSnapshot:
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
    UsageVerdict.IN_USE: Standing.IN_USE_OR_PINNED,
    UsageVerdict.UNKNOWN: Standing.NOT_ELIGIBLE,
    UsageVerdict.IDLE: Standing.IDLE,
}
BLOCKING = frozenset({Standing.NOT_ELIGIBLE, Standing.IN_USE_OR_PINNED})
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
        if (own := cells.get(state.environment))
        and not _assess_environment(own, EnvironmentSnapshot(state, now, policy))
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
    case = EnvironmentSnapshot(state, now, policy)
    whole = _assess_environment(pools, case)
    assessments = [
        whole or _assess_cell(pool, seen.get((pool.environment, pool.region)), case)
        for pool in pools
    ]
    standings = frozenset(assessment.standing for assessment in assessments)
    return [
        _decide_pool(pool, assessment, standings, case)
        for pool, assessment in zip(pools, assessments, strict=True)
    ]


def _assess_environment(pools: Sequence[GpuPool], case: EnvironmentSnapshot) -> Assessment | None:
    """What holds for all pools of an environment, whatever their use."""
    state, idle = case.state, case.state.policy
    if state.phase not in {Phase.READY, Phase.SCALED_DOWN}:
        return Assessment(Standing.NOT_ELIGIBLE, "NotReady", {"phase": str(state.phase)})
    if idle.action is IdleAction.NONE:
        return Assessment(Standing.IN_USE_OR_PINNED, "ActionNone")
    if idle.keep_until is not None and idle.keep_until > case.now:
        return Assessment(
            Standing.IN_USE_OR_PINNED, "KeptUntil", {"keepUntil": format_time(idle.keep_until)}
        )
    missing = sorted(set(state.regions) - {pool.region for pool in pools})
    if missing:
        return Assessment(Standing.NOT_ELIGIBLE, "CellMissing", {"missingRegions": missing})
    if state.phase is Phase.SCALED_DOWN:
        return _assess_asleep(pools, state)
    return _assess_grace(case)


def _assess_asleep(pools: Sequence[GpuPool], state: IdleState) -> Assessment:
    if state.scaled_down_at is None:
        return Assessment(Standing.NOT_ELIGIBLE, "ScaledDownAtUnknown")
    since = {"scaledDownAt": format_time(state.scaled_down_at)}
    nodes = sum(pool.node_count for pool in pools)
    if nodes:
        # Somebody scaled the pool by hand, so it may be in use.
        return Assessment(Standing.NOT_ELIGIBLE, "NodesWhileAsleep", {**since, "nodeCount": nodes})
    return Assessment(Standing.ASLEEP, "Asleep", since)


def _assess_grace(case: EnvironmentSnapshot) -> Assessment | None:
    """A start in the future is a clock that is off: the grace then lasts until it is past."""
    state, policy = case.state, case.policy
    if state.ready_since is None:
        return Assessment(Standing.NOT_ELIGIBLE, "ReadySinceUnknown")
    graces = (
        ("GraceAfterCreate", "readySince", state.ready_since, policy.grace_after_create_minutes),
        ("GraceAfterWake", "wokenAt", state.woken_at, policy.grace_after_wake_minutes),
    )
    for reason, name, start, minutes in graces:
        if start is not None and case.now - start < timedelta(minutes=minutes):
            evidence = {name: format_time(start), "graceMinutes": minutes}
            return Assessment(Standing.NOT_ELIGIBLE, reason, evidence)
    return None


def _assess_cell(pool: GpuPool, usage: Usage | None, case: EnvironmentSnapshot) -> Assessment:
    off_hours = is_off_hours(case.state.policy.off_hours, case.now)
    nodes = {"nodeCount": pool.node_count, "minNodes": pool.min_nodes, "offHours": off_hours}
    judgement = judge_usage(usage, case.state.policy, case.now, case.policy)
    evidence = judgement.evidence | nodes
    if judgement.verdict is not UsageVerdict.IN_USE and pool.node_count == 0:
        return Assessment(Standing.EMPTY, "AlreadyAtZero", evidence)
    if judgement.verdict is UsageVerdict.IDLE and pool.min_nodes > 0 and not off_hours:
        return Assessment(Standing.IN_USE_OR_PINNED, "MinNodes", evidence)
    return Assessment(STANDINGS[judgement.verdict], judgement.reason, evidence)


def _decide_pool(
    pool: GpuPool,
    assessment: Assessment,
    standings: frozenset[Standing],
    case: EnvironmentSnapshot,
) -> SweepDecision:
    """The stage of the whole environment, seen from one of its pools."""
    action, reason = _choose(pool, assessment, standings, case)
    evidence, idle_since = assessment.evidence, case.state.scaled_down_at
    if case.warned_at is not None:
        evidence = {**evidence, "warnedAt": format_time(case.warned_at)}
    if assessment.standing is Standing.IDLE:
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
        idle_since=idle_since if assessment.standing in RESTING else None,
    )


def _choose(
    pool: GpuPool,
    assessment: Assessment,
    standings: frozenset[Standing],
    case: EnvironmentSnapshot,
) -> tuple[SweepAction, str]:
    spared = Standing.IN_USE_OR_PINNED in standings or standings == ALL_EMPTY
    if standings & BLOCKING or spared:
        blocks = assessment.standing in BLOCKING or not standings & BLOCKING
        unwarn = spared and case.warned_at is not None
        action = SweepAction.WITHDRAW_WARNING if unwarn else SweepAction.NONE
        return action, assessment.reason if blocks else "AnotherCellNotIdle"
    if assessment.standing is Standing.ASLEEP:
        return _stage_asleep(pool, case)
    if assessment.standing is Standing.IDLE:
        return _stage_idle(case)
    return SweepAction.NONE, assessment.reason


def _stage_idle(case: EnvironmentSnapshot) -> tuple[SweepAction, str]:
    if case.warned_at is None:
        return SweepAction.WARN, "Idle"
    if case.state.policy.action is IdleAction.WARN:
        return SweepAction.NONE, "OnlyWarned"
    if case.now - case.warned_at < timedelta(minutes=case.policy.warning_minutes):
        return SweepAction.NONE, "WarningRunning"
    return SweepAction.SCALE_TO_ZERO, "IdleAfterWarning"


def _stage_asleep(pool: GpuPool, case: EnvironmentSnapshot) -> tuple[SweepAction, str]:
    idle, since = case.state.policy, case.state.scaled_down_at
    off_hours = is_off_hours(idle.off_hours, case.now)
    if case.state.slept_for_off_hours and pool.min_nodes and not off_hours:
        return SweepAction.WAKE, "OffHoursOver"
    days = idle.delete_after_days if idle.action is IdleAction.SCALE_TO_ZERO else None
    if days is not None and since is not None and case.now - since >= timedelta(days=days):
        return SweepAction.DELETE, "AsleepTooLong"
    return SweepAction.NONE, "Asleep"
