"""The sweep's snapshot: pools, environments and their usage, read in this order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from durabletask.task import OrchestrationContext, Task, when_all

from domain.durable.names import ActivityName
from domain.durable.sweep_inputs import SweepRef, UsageInput
from domain.environment.phases import Phase
from domain.sweep.counters import find_counter_news
from domain.sweep.decisions import decide_sweep, find_watched
from domain.sweep.model import EnvironmentSweepState, GpuPool, SweepDecision
from domain.sweep.usage import SweepPolicy, Usage
from domain.sweep.usage_queries import CellRef, build_usage_queries
from orchestrators.activity_calls import call_activity
from orchestrators.environment_proxy import EnvironmentProxy
from orchestrators.operation_context import Orchestration, Steps, await_cancellation

POLICY = SweepPolicy()


@dataclass(frozen=True, slots=True)
class SweepContext(Orchestration):
    """One run of an orchestration that is part of a sweep."""

    ref: SweepRef

    @classmethod
    def open(cls, context: OrchestrationContext, ref: SweepRef) -> Self:
        return cls(context, await_cancellation(context), ref)


@dataclass(frozen=True, slots=True)
class SweepSnapshot:
    pools: Sequence[GpuPool]
    environments: dict[str, EnvironmentSweepState]
    usage: Sequence[Usage]

    def decide(self, now: datetime) -> list[SweepDecision]:
        found = (each.state for each in self.environments.values())
        states = [state for state in found if state.phase is not Phase.DELETED]
        return decide_sweep(self.pools, states, self.usage, now, POLICY)


def tell_counters(sweep: SweepContext, snapshot: SweepSnapshot) -> None:
    """Only what has moved: environments that nobody uses cost no writes."""
    states = {name: each.state for name, each in snapshot.environments.items()}
    for name, seen in find_counter_news(snapshot.usage, states, POLICY).items():
        EnvironmentProxy(sweep.context, name).signal_counters(seen)


def take_snapshot(
    sweep: SweepContext, environments: Iterable[str], pools: Sequence[GpuPool]
) -> Steps[SweepSnapshot]:
    states = yield from read_environments(sweep, sorted(environments))
    usage = yield from _read_usage(sweep, pools, states)
    return SweepSnapshot(pools, states, usage)


def read_environments(
    sweep: SweepContext, environments: Sequence[str]
) -> Steps[dict[str, EnvironmentSweepState]]:
    if not environments:
        return {}
    tasks: list[Task[Any]] = [
        EnvironmentProxy(sweep.context, name).get_sweep_state() for name in environments
    ]
    answers: list[Any] = yield when_all(tasks)
    return {
        name: EnvironmentSweepState.from_wire(answer)
        for name, answer in zip(environments, answers, strict=True)
        if answer
    }


def _read_usage(
    sweep: SweepContext,
    pools: Sequence[GpuPool],
    environments: dict[str, EnvironmentSweepState],
) -> Steps[list[Usage]]:
    """Of the environments that are watched; missing usage counts as in use."""
    states = {name: each.state for name, each in environments.items()}
    watched = find_watched(pools, states.values(), sweep.now, POLICY)
    cells = [
        CellRef(environment=pool.environment, region=pool.region)
        for pool in pools
        if pool.is_ours and pool.environment in watched
    ]
    idles = {name: states[name].policy for name in watched}
    usage: list[Usage] = []
    for query in build_usage_queries(cells, idles, sweep.now, POLICY):
        value = UsageInput(operation_id=sweep.ref.sweep_id, query=query).to_wire()
        outcome = yield from call_activity(sweep, ActivityName.GET_USAGE, value)
        usage += [Usage.from_wire(each) for each in outcome.result.get("usage", [])]
    return usage
