"""Turns the cells whose usage matters into as few questions as their windows allow."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from domain.durable.sweep_payloads import CellRef, UsageInput
from domain.spec.model import Idle
from domain.sweep.usage import SweepPolicy, interval_minutes, lookback_minutes


def ask_usage(
    operation_id: str,
    cells: Iterable[CellRef],
    idles: Mapping[str, Idle],
    now: datetime,
    policy: SweepPolicy,
) -> list[UsageInput]:
    """One question per time grain, each as far back as its own longest window.

    A metric is read in one grain at a time, and the finest for the longest window would be
    thousands of samples for everybody. `idles`: by environment, of each that has a cell.
    """
    by_grain: dict[int, list[CellRef]] = {}
    for cell in cells:
        by_grain.setdefault(interval_minutes(idles[cell.environment]), []).append(cell)
    return [
        UsageInput(
            operation_id=operation_id,
            start=now - timedelta(minutes=_reach(same, idles, policy)),
            observed_at=now,
            cells=tuple(same),
            interval_minutes=grain,
        )
        for grain, same in sorted(by_grain.items())
    ]


def _reach(cells: Iterable[CellRef], idles: Mapping[str, Idle], policy: SweepPolicy) -> int:
    return max(lookback_minutes(idles[cell.environment], policy) for cell in cells)
