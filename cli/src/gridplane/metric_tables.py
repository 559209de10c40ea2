"""Figures over time: a line of marks for each in a terminal, or else a row for each point."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from gridplane import times
from gridplane.api_types import EnvironmentMetrics, MetricPoint
from gridplane.plain_table import plain_table
from gridplane.tables import money

MARKS = "▁▂▃▄▅▆▇█"
NOT_KNOWN = " "
MOST_MARKS = 72
LEAST_MARKS = 8
BESIDE_MARKS = 56
"""Columns that names and figures take."""


@dataclass(frozen=True)
class Figure:
    """One figure of the points."""

    label: str
    heading: str
    key: str
    is_count: bool
    """Counts add up; of the others the mean tells more."""
    write: Callable[[float], str]


def whole(value: float) -> str:
    return f"{value:,.0f}"


def percent(value: float) -> str:
    return f"{value:.0f} %"


def short_number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


FIGURES = (
    Figure("requests", "REQUESTS", "requests", True, whole),
    Figure("errors", "ERRORS", "errors", True, whole),
    Figure("tokens in", "TOKENS IN", "tokensIn", True, whole),
    Figure("tokens out", "TOKENS OUT", "tokensOut", True, whole),
    Figure("gpu busy", "GPU", "gpuUtilisationPercent", False, percent),
    Figure("busy replicas", "BUSY", "busyReplicas", False, short_number),
    Figure("gpu nodes", "NODES", "gpuNodes", False, short_number),
    Figure("cost per hour", "PER HOUR", "usdPerHour", False, money),
)


def metrics_view(found: EnvironmentMetrics, width: int | None) -> RenderableType:
    """`width`: of the terminal; None: it is no terminal."""
    if not found["value"]:
        return Text(found.get("unrecorded", "There are no figures."))
    points = found["value"]
    parts: list[RenderableType] = (
        [points_table(points)]
        if width is None
        else [Text(_span(points), style="bold"), sparkline_table(points, width)]
    )
    parts += [Text(""), Text(_sum_up(found))]
    if reason := found.get("unrecorded"):
        parts.append(Text(reason, style="yellow"))
    return Group(*parts)


def points_table(points: Sequence[MetricPoint]) -> RenderableType:
    headings = [each.heading for each in FIGURES]
    table = plain_table("TIME", *headings, right=headings)
    for point in points:
        cells = (_cell(point, each) for each in FIGURES)
        table.add_row(times.local(point["startDateTime"]), *cells)
    return table


def _span(points: Sequence[MetricPoint]) -> str:
    first, last = (times.local(points[each]["startDateTime"])[5:16] for each in (0, -1))
    return f"{first} to {last} {times.zone(points[-1]['startDateTime'])}"


def sparkline_table(points: Sequence[MetricPoint], width: int) -> RenderableType:
    """Each mark is one point, or several where there are more than fit."""
    room = max(min(MOST_MARKS, width - BESIDE_MARKS), LEAST_MARKS)
    table = plain_table(
        *("", "", "TOTAL", "HIGHEST", "LATEST"), right=("TOTAL", "HIGHEST", "LATEST")
    )
    for figure in FIGURES:
        values = [_value(point, figure) for point in points]
        known = [each for each in values if each is not None]
        if not known:
            continue
        table.add_row(
            figure.label,
            Text(sparkline(shrink(values, room, is_count=figure.is_count)), style="cyan"),
            figure.write(sum(known)) if figure.is_count else "",
            figure.write(max(known)),
            figure.write(known[-1]),
        )
    return table


def shrink(values: Sequence[float | None], room: int, *, is_count: bool) -> list[float | None]:
    """At most `room` values, each the sum or the highest of as many in a row."""
    size = -(-len(values) // room)
    groups = (values[start : start + size] for start in range(0, len(values), size))
    merge = sum if is_count else max
    return [merge(known) if (known := _known(group)) else None for group in groups]


def sparkline(values: Sequence[float | None]) -> str:
    """From zero to the highest; zero has the lowest mark, and nothing else has it."""
    highest = max(_known(values), default=0)
    return "".join(NOT_KNOWN if each is None else _mark(each, highest) for each in values)


def _mark(value: float, highest: float) -> str:
    if value <= 0 or highest <= 0:
        return MARKS[0]
    return MARKS[max(1, round(value / highest * (len(MARKS) - 1)))]


def _known(values: Sequence[float | None]) -> list[float]:
    return [each for each in values if each is not None]


def _value(point: MetricPoint, figure: Figure) -> float | None:
    values: Mapping[str, Any] = point
    return values.get(figure.key)


def _cell(point: MetricPoint, figure: Figure) -> str:
    value = _value(point, figure)
    return "" if value is None else figure.write(value)


def _sum_up(found: EnvironmentMetrics) -> str:
    totals = found["totals"]
    parts = [f"Points of {found['intervalMinutes']} minutes"]
    if (hours := totals.get("gpuNodeHours")) is not None:
        parts.append(f"{hours:.1f} hours of GPU nodes")
    if (cost := totals.get("costUsd")) is not None:
        parts.append(f"{money(cost)} in all")
    return ", ".join(parts) + "."
