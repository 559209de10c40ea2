"""The longest chain of delays that have to follow each other: the floor of any client's time.

Stages are what has to happen. Each has delays that simulated Azure imposed, one after the other,
and needs stages that have to have ended before. What no stage names is not needed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

EACH = "each"
"""The group of a stage's pattern that tells things of the same kind apart, such as pods."""


@dataclass(frozen=True, slots=True)
class Delay:
    name: str
    started_at: datetime
    ended_at: datetime

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Stage:
    """`delays` is a pattern of their names; with a group `each` the slowest of several counts."""

    name: str
    delays: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """`last` is the stage in which it ends."""

    last: str
    delays: tuple[Delay, ...]

    @property
    def seconds(self) -> float:
        return sum(delay.seconds for delay in self.delays)


def find_longest_chain(
    stages: Sequence[Stage], delays: Sequence[Delay], started_at: datetime, ended_at: datetime
) -> Chain:
    """Of the delays between two moments. `stages`: each after those that it needs."""
    inside = [d for d in delays if d.started_at >= started_at and d.ended_at <= ended_at]
    inside.sort(key=lambda delay: delay.started_at)
    chains: dict[str, Chain] = {}
    for stage in stages:
        before = _longest(chains[need] for need in stage.needs)
        own = _delays_of(stage, inside)
        chains[stage.name] = Chain(stage.name, (*before.delays, *own))
    return _longest(chains.values())


def _longest(chains: Iterable[Chain]) -> Chain:
    return max(chains, key=lambda chain: chain.seconds, default=Chain("", ()))


def _delays_of(stage: Stage, delays: Sequence[Delay]) -> Sequence[Delay]:
    groups: dict[str, list[Delay]] = {}
    for delay in delays:
        if found := re.fullmatch(stage.delays, delay.name):
            groups.setdefault(found.groupdict().get(EACH) or "", []).append(delay)
    return max(groups.values(), key=lambda group: sum(d.seconds for d in group), default=())
