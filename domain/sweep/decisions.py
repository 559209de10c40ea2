"""Decides the sweep's action for every GPU pool it finds; unknown usage counts as in use."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from domain.spec.idle import IdleAction
from domain.sweep.model import GpuPool, IdleState, SweepAction, SweepDecision
from domain.sweep.own_requests import without_own_requests
from domain.sweep.rules import (
    PINNED,
    Assessment,
    CellSnapshot,
    EnvironmentSnapshot,
    Standing,
    assess_cell,
    assess_environment,
)
from domain.sweep.usage import SweepPolicy, Usage
from domain.sweep.usage_judgement import judge_usage
from domain.wire import format_time

BLOCKING = frozenset({Standing.NOT_ELIGIBLE, Standing.IN_USE_OR_PINNED})
ALL_EMPTY = frozenset({Standing.EMPTY})


def decide_sweep(
    pools: Iterable[GpuPool],
    environments: Iterable[IdleState],
    usage: Iterable[Usage],
    now: datetime,
    policy: SweepPolicy,
) -> list[SweepDecision]:
    """One decision per pool, in the order of the pools.

    An environment is scaled down as a whole: its pools get the same action, or none. Called again
    with fresh usage of one environment, it checks an action just before it is carried out.
    """
    pools = list(pools)
    states = {state.environment: state for state in environments}
    by_cell = {(each.environment, each.region): each for each in usage}
    decided: dict[str, SweepDecision] = {}
    for name, own in _group(pools).items():
        for decision in _decide_environment(own, states.get(name), by_cell, now, policy):
            decided[decision.pool.pool_id] = decision
    return [
        decided[pool.pool_id] if pool.is_ours else _no_action(pool, "NotOurs") for pool in pools
    ]


def find_watched(
    pools: Iterable[GpuPool], environments: Iterable[IdleState], now: datetime, policy: SweepPolicy
) -> frozenset[str]:
    """Names of the environments whose usage has to be read.

    That is where it decides, and where they are pinned: advice on their idle setting needs it.
    """
    cells = _group(pools)
    return frozenset(
        state.environment
        for state in environments
        if (own := cells.get(state.environment))
        and _is_watched(EnvironmentSnapshot(state, own, now, policy))
    )


def _is_watched(environment: EnvironmentSnapshot) -> bool:
    assessment = assess_environment(environment)
    return assessment is None or assessment.reason in PINNED


def _group(pools: Iterable[GpuPool]) -> dict[str, list[GpuPool]]:
    """Our own pools, by environment."""
    cells: dict[str, list[GpuPool]] = {}
    for pool in pools:
        if pool.is_ours:
            cells.setdefault(pool.environment, []).append(pool)
    return cells


def _no_action(pool: GpuPool, reason: str) -> SweepDecision:
    return SweepDecision(
        pool=pool, environment=pool.environment, action=SweepAction.NONE, reason=reason
    )


def _decide_environment(
    pools: Sequence[GpuPool],
    state: IdleState | None,
    usage: Mapping[tuple[str, str], Usage],
    now: datetime,
    policy: SweepPolicy,
) -> list[SweepDecision]:
    if state is None:
        # A pool of no environment serves nothing: its cost is idle cost.
        unknown = (_no_action(pool, "EnvironmentUnknown") for pool in pools)
        return [each.model_copy(update={"idle_since": now}) for each in unknown]
    environment = EnvironmentSnapshot(state, pools, now, policy)
    whole = assess_environment(environment)
    assessments = [
        whole or _assess_cell(environment, pool, usage.get((pool.environment, pool.region)))
        for pool in pools
    ]
    standings = frozenset(assessment.standing for assessment in assessments)
    return [
        _decide_pool(pool, assessment, standings, environment)
        for pool, assessment in zip(pools, assessments, strict=True)
    ]


def _assess_cell(
    environment: EnvironmentSnapshot, pool: GpuPool, usage: Usage | None
) -> Assessment:
    state = environment.state
    used = usage and without_own_requests(usage, state.own_requests)
    noted = state.counters.get(pool.region)
    judgement = judge_usage(used, state.policy, environment.now, environment.policy, noted)
    return assess_cell(CellSnapshot(environment, pool, judgement))


def _decide_pool(
    pool: GpuPool,
    assessment: Assessment,
    standings: frozenset[Standing],
    environment: EnvironmentSnapshot,
) -> SweepDecision:
    """The stage of the whole environment, from the view of one of its pools."""
    action, reason = _choose(assessment, standings, environment)
    evidence, warned_at = assessment.evidence, environment.warned_at
    since = {
        Standing.ASLEEP: environment.state.scaled_down_at,
        Standing.UNUSED: environment.state.unused_since,
    }
    idle_since = since.get(assessment.standing)
    if warned_at is not None:
        evidence = {**evidence, "warnedAt": format_time(warned_at)}
    if assessment.standing is Standing.IDLE:
        # Use after the warning would have withdrawn it.
        window = timedelta(minutes=environment.state.policy.after_minutes)
        idle_since = (warned_at or environment.now) - window
        evidence = {**evidence, "idleSince": format_time(idle_since)}
    return SweepDecision(
        pool=pool,
        environment=pool.environment,
        action=action,
        reason=reason,
        evidence=evidence,
        idle_since=idle_since,
    )


def _choose(
    assessment: Assessment, standings: frozenset[Standing], environment: EnvironmentSnapshot
) -> tuple[SweepAction, str]:
    """One cell that is in use, pinned or not eligible keeps the whole environment."""
    withdraws = Standing.IN_USE_OR_PINNED in standings or standings == ALL_EMPTY
    if standings & BLOCKING or withdraws:
        is_cause = assessment.standing in BLOCKING or not standings & BLOCKING
        withdrawn = withdraws and environment.warned_at is not None
        action = SweepAction.WITHDRAW_WARNING if withdrawn else SweepAction.NONE
        return action, assessment.reason if is_cause else "AnotherCellNotIdle"
    if assessment.standing is Standing.UNUSED:
        return SweepAction.STOP_GPU_COST, assessment.reason
    if assessment.standing is Standing.ASLEEP:
        return _decide_asleep(environment)
    if assessment.standing is Standing.IDLE:
        return _decide_idle(environment)
    return SweepAction.NONE, assessment.reason


def _decide_idle(environment: EnvironmentSnapshot) -> tuple[SweepAction, str]:
    if environment.warned_at is None:
        return SweepAction.WARN, "Idle"
    if environment.state.policy.action is IdleAction.WARN:
        return SweepAction.NONE, "OnlyWarned"
    if environment.is_within(environment.warned_at, environment.policy.warning_minutes):
        return SweepAction.NONE, "WarningRunning"
    return SweepAction.SCALE_TO_ZERO, "IdleAfterWarning"


def _decide_asleep(environment: EnvironmentSnapshot) -> tuple[SweepAction, str]:
    state, idle = environment.state, environment.state.policy
    if state.slept_for_off_hours and state.min_nodes and not environment.is_off_hours:
        return SweepAction.WAKE, "OffHoursOver"
    days = idle.delete_after_days if idle.action is IdleAction.SCALE_TO_ZERO else None
    since = state.scaled_down_at
    if days is not None and since is not None and environment.now - since >= timedelta(days=days):
        return SweepAction.DELETE, "AsleepTooLong"
    return SweepAction.NONE, "Asleep"
