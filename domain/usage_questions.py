"""Which cells the sweep asks about, in which window and at which time grain."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from domain.idleness import GpuPool, IdleState, needs_usage
from domain.sweep_payloads import CellRef, UsageInput
from domain.usage import SweepPolicy, interval_minutes, lookback_minutes


def plan_usage_questions(
    operation_id: str,
    pools: Iterable[GpuPool],
    states: Mapping[str, IdleState],
    now: datetime,
    policy: SweepPolicy,
) -> list[UsageInput]:
    """One question per time grain: a long window must not make everybody tell every minute.

    Where the answer could change nothing, nobody is asked.
    """
    own: dict[str, list[GpuPool]] = {}
    for pool in pools:
        if pool.is_ours and pool.environment in states:
            own.setdefault(pool.environment, []).append(pool)
    by_grain: dict[int, list[str]] = {}
    for name, its_pools in own.items():
        if needs_usage(its_pools, states[name], now, policy):
            by_grain.setdefault(interval_minutes(states[name].policy), []).append(name)
    return [
        UsageInput(
            operation_id=operation_id,
            start=now - timedelta(minutes=_lookback(names, states, policy)),
            end=now,
            cells=tuple(
                CellRef(environment=name, region=pool.region)
                for name in names
                for pool in own[name]
            ),
            interval_minutes=grain,
        )
        for grain, names in sorted(by_grain.items())
    ]


def _lookback(names: Sequence[str], states: Mapping[str, IdleState], policy: SweepPolicy) -> int:
    return max(lookback_minutes(states[name].policy, policy) for name in names)
