"""Compares idle settings with the offline optimum, on traces of use.

Cost is counted in minutes of one GPU node: those in which it runs, the start that each wake pays
for, and the price of what else the environment has, which never sleeps. What a request's wait is
worth has no list price, so it is varied. The optimum knows all pauses beforehand: in each it
stays awake or sleeps, whichever is cheaper. Pauses do not depend on each other, so this is exact.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.results import write_values
from benchmarks.synthetic_use import make_use
from benchmarks.traces import ALIBABA, FETCHED, UseTrace, read_alibaba, read_azure
from domain.spec.idle import Idle
from domain.sweep.idle_advice import MINUTES_TO_WAKE
from domain.sweep.idle_simulation import IdleSetting, simulate
from domain.sweep.usage import SweepPolicy

AFTER_MINUTES = (5, 10, 15, 20, 30, 45, 60, 120)
"""Of `idle.afterMinutes`."""

SWEEP_LAG = 3
"""Minutes, rounded up: half of the five between two sweeps."""

WAITS = (0, 8, 15, 23, 38, 53)
"""What a cold start is worth to who waits, in minutes of a GPU node."""

USUAL_WAIT = 15
BASE_SHARE = 0.153
"""What an environment costs asleep, 0.73 USD an hour, to its GPU node, 4.775: one cell with
Standard_NC24ads_A100_v4 in West Europe (`cost` of an environment, shipped list prices)."""

GOAL = 1.3


@dataclass(frozen=True, slots=True)
class Row:
    """One setting on all endpoints of a source, against the optimum."""

    setting: str
    gpu_hours: float
    cold_starts: int
    ratio: float
    """Of the whole cost, at the usual price of a wait."""
    gpu_ratio: float
    """Without what never sleeps."""
    worst_ratio: float
    """Of the whole cost, at whatever price of a wait."""


@dataclass(frozen=True, slots=True)
class Played:
    gpu_minutes: int
    cold_starts: int

    def cost(self, wait: float) -> float:
        return self.gpu_minutes + self.cold_starts * (MINUTES_TO_WAKE + wait)


def compare(traces: Sequence[UseTrace]) -> list[Row]:
    default = Idle().after_minutes
    settings: list[tuple[str, int | None]] = [
        (f"after {minutes} min{' (default)' if minutes == default else ''}", minutes)
        for minutes in AFTER_MINUTES
    ]
    return [
        build_row(name, traces, play(traces, minutes))
        for name, minutes in [*settings, ("never", None)]
    ]


def build_row(name: str, traces: Sequence[UseTrace], played: Played) -> Row:
    best = {wait: optimum(traces, wait) for wait in WAITS}
    base = BASE_SHARE * sum(len(trace.minutes) for trace in traces)
    whole = {wait: (played.cost(wait) + base) / (best[wait] + base) for wait in WAITS}
    return Row(
        setting=name,
        gpu_hours=round(played.gpu_minutes / 60, 1),
        cold_starts=played.cold_starts,
        ratio=round(whole[USUAL_WAIT], 3),
        gpu_ratio=round(played.cost(USUAL_WAIT) / best[USUAL_WAIT], 3),
        worst_ratio=round(max(whole.values()), 3),
    )


def play(traces: Sequence[UseTrace], after_minutes: int | None) -> Played:
    """By the product's own simulation; starts are priced on top."""
    idle = None if after_minutes is None else idle_minutes(after_minutes)
    found = [simulate(each.use, each.minutes, IdleSetting(idle), wake_slots=1) for each in traces]
    return Played(sum(f.slots_awake for f in found), sum(f.cold_starts for f in found))


def idle_minutes(after_minutes: int) -> int:
    """From the last request to zero: a sweep has to see it, and to warn first."""
    return after_minutes + SweepPolicy().warning_minutes + SWEEP_LAG


def optimum(traces: Sequence[UseTrace], wait: float) -> float:
    """After the last use it sleeps at once."""
    start = MINUTES_TO_WAKE + wait
    return sum(
        len(trace.use) + sum(min(pause, start) for pause in pauses(trace)) for trace in traces
    )


def pauses(trace: UseTrace) -> Iterator[int]:
    """Minutes without use between two with use."""
    for before, after in pairwise(sorted(trace.use)):
        if after > before + 1:
            yield after - before - 1


def choose(rows: Sequence[Row]) -> Row | None:
    """The longest time, so the fewest cold starts, within the goal whatever a wait is worth."""
    return next((row for row in reversed(rows) if row.worst_ratio <= GOAL), None)


def list_sources(folder: Path = FETCHED) -> dict[str, list[UseTrace]]:
    sources = {
        "Azure LLM inference 2023, one hour": read_azure(),
        "synthetic, by the parameters of GenTD26": make_use(),
    }
    if (fetched := folder / ALIBABA).exists():
        sources["Alibaba GenTD26, 23 days"] = read_alibaba(fetched)
    else:
        print(f"NOT FETCHED: {fetched}. `python -m benchmarks.traces` gets it.", file=sys.stderr)
    return sources


def report(source: str, traces: Sequence[UseTrace], rows: Sequence[Row]) -> None:
    best = optimum(traces, USUAL_WAIT) / 60
    print(f"\n{source}: {len(traces)} endpoints, optimum {best:.0f} GPU hours")
    print(f"  {'setting':24} {'GPU h':>9} {'cold':>6} {'ratio':>6} {'GPU':>6} {'worst':>6}")
    for row in rows:
        figures = f"{row.ratio:6.2f} {row.gpu_ratio:6.2f} {row.worst_ratio:6.2f}"
        print(f"  {row.setting:24} {row.gpu_hours:9.1f} {row.cold_starts:6} {figures}")
    chosen = choose(rows)
    print(
        f"  longest within {GOAL} at any price of a wait: {chosen.setting if chosen else 'none'}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write the rows")
    arguments = parser.parse_args()
    results: dict[str, list[Row]] = {}
    for source, traces in list_sources().items():
        results[source] = compare(traces)
        report(source, traces, results[source])
    rows = {source: [asdict(row) for row in found] for source, found in results.items()}
    write_values(arguments.json, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
