"""Finds the longest chain of consecutive delays that simulated Azure imposed."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Delay:
    name: str
    started_at: datetime
    ended_at: datetime

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.started_at).total_seconds()


def find_longest_branch(
    branches: Mapping[str, Sequence[Delay]], started_at: datetime, ended_at: datetime
) -> tuple[str, list[Delay]]:
    """Of the branches built in parallel, the one with the longest chain, and that chain."""
    chains = {
        name: find_longest_chain(delays, started_at, ended_at) for name, delays in branches.items()
    }
    return max(chains.items(), key=lambda item: sum(delay.seconds for delay in item[1]))


def find_longest_chain(
    delays: Sequence[Delay], started_at: datetime, ended_at: datetime
) -> list[Delay]:
    """The sequence with the greatest sum in which each delay begins after the previous one ended.

    No client that starts at `started_at` and needs these delays can finish sooner than their sum.
    Elapsed time beyond it is our own: polling, orchestration, needless waits.
    """
    inside = [d for d in delays if d.started_at >= started_at and d.ended_at <= ended_at]
    inside.sort(key=lambda delay: delay.ended_at)
    ends = [delay.ended_at for delay in inside]
    best: list[tuple[float, list[Delay]]] = [(0.0, [])]
    for index, delay in enumerate(inside):
        length, chain = best[bisect_right(ends, delay.started_at, hi=index)]
        with_it = length + delay.seconds
        best.append((with_it, [*chain, delay]) if with_it > best[-1][0] else best[-1])
    return best[-1][1]
