"""Builds as few usage queries for cells as their windows allow."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from domain.spec.idle import Idle
from domain.sweep.usage import SweepPolicy, interval_minutes, lookback_minutes
from domain.wire import WireModel


class CellRef(WireModel):
    """One cell, by the names that identify it."""

    environment: str
    region: str


class UsageQuery(WireModel):
    """Cells whose usage is read in one time grain."""

    start: AwareDatetime
    """There is no end: Azure's clock determines the newest sample."""
    observed_at: AwareDatetime
    """Time of the query by the caller's clock."""
    cells: tuple[CellRef, ...]
    interval_minutes: int = Field(default=1, ge=1)
    """Time grain of the metrics; coarser for long windows."""


def build_usage_queries(
    cells: Iterable[CellRef],
    idles: Mapping[str, Idle],
    now: datetime,
    policy: SweepPolicy,
) -> list[UsageQuery]:
    """One query per time grain, each as far back as its longest window.

    A metric is read in one grain at a time, and the finest grain over the longest window would
    return thousands of samples. `idles`: by environment, for each that has a cell.
    """
    by_grain: dict[int, list[CellRef]] = {}
    for cell in cells:
        by_grain.setdefault(interval_minutes(idles[cell.environment]), []).append(cell)
    return [
        UsageQuery(
            start=now - timedelta(minutes=_longest_lookback(same, idles, policy)),
            observed_at=now,
            cells=tuple(same),
            interval_minutes=grain,
        )
        for grain, same in sorted(by_grain.items())
    ]


def _longest_lookback(
    cells: Iterable[CellRef], idles: Mapping[str, Idle], policy: SweepPolicy
) -> int:
    return max(lookback_minutes(idles[cell.environment], policy) for cell in cells)
