"""What the sweep sees: pools, environments and their usage, in this order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from durabletask.task import Task, when_all

from domain.durable import names
from domain.durable.sweep_inputs import UsageInput
from domain.outcomes import Outcome
from domain.sweep.decisions import decide_sweep, find_undecided
from domain.sweep.model import GpuPool, SweepDecision
from domain.sweep.record_notes import EnvironmentSweepState
from domain.sweep.usage import SweepPolicy, Usage
from domain.sweep.usage_queries import CellRef, build_usage_queries
from orchestrators.story import Steps, Story, entity_id

POLICY = SweepPolicy()


@dataclass(frozen=True, slots=True)
class SweepView:
    pools: Sequence[GpuPool]
    environments: dict[str, EnvironmentSweepState]
    usage: Sequence[Usage]

    def decide(self, now: datetime) -> list[SweepDecision]:
        states = [swept.state for swept in self.environments.values()]
        return decide_sweep(self.pools, states, self.usage, now, POLICY)


def look(story: Story, environments: Iterable[str], pools: Sequence[GpuPool]) -> Steps[SweepView]:
    swept = yield from _read_environments(story, sorted(environments))
    known = [_with_min_nodes(pool, swept.get(pool.environment)) for pool in pools]
    usage = yield from _read_usage(story, known, swept)
    return SweepView(known, swept, usage)


def _read_environments(
    story: Story, environments: Sequence[str]
) -> Steps[dict[str, EnvironmentSweepState]]:
    if not environments:
        return {}
    tasks: list[Task[Any]] = [
        story.context.call_entity(entity_id(name), "get_sweep_state") for name in environments
    ]
    answers: list[Any] = yield when_all(tasks)
    return {
        name: EnvironmentSweepState.from_wire(answer)
        for name, answer in zip(environments, answers, strict=True)
        if answer
    }


def _with_min_nodes(pool: GpuPool, swept: EnvironmentSweepState | None) -> GpuPool:
    return pool.model_copy(update={"min_nodes": swept.min_nodes}) if swept else pool


def _read_usage(
    story: Story, pools: Sequence[GpuPool], environments: dict[str, EnvironmentSweepState]
) -> Steps[list[Usage]]:
    """Of those on whose usage the decision rests.

    Usage that could not be read is missing, and what is missing counts as in use.
    """
    states = {name: swept.state for name, swept in environments.items()}
    undecided = find_undecided(pools, states.values(), story.now, POLICY)
    cells = [
        CellRef(environment=pool.environment, region=pool.region)
        for pool in pools
        if pool.is_ours and pool.environment in undecided
    ]
    idles = {name: states[name].policy for name in undecided}
    usage: list[Usage] = []
    for query in build_usage_queries(cells, idles, story.now, POLICY):
        value = UsageInput(operation_id=story.ref.operation_id, query=query)
        outcome: Outcome = yield from story.call(names.GET_USAGE, value.to_wire())
        usage += [Usage.from_wire(each) for each in outcome.result.get("usage", [])]
    return usage
