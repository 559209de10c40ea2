"""Brings one cell's GPU pool and workload back."""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable import names
from domain.durable.inputs import PoolInput, ScalingInput
from domain.environment.steps import autoscaler_step, gpu_pool_step, traffic_step, workload_step
from domain.outcomes import Outcome
from orchestrators.resource_steps import run_step
from orchestrators.story import Steps, Story
from orchestrators.workload_steps import apply_workload, await_workload


def wake_cell(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    cell = ScalingInput.from_wire(value)
    story = Story.open(context, cell.story)
    return (yield from _wake(story, cell)).to_wire()


def _wake(story: Story, cell: ScalingInput) -> Steps[Outcome]:
    assert cell.kept, "waking goes back to kept settings"
    spec, region, replicas = cell.spec, cell.region, cell.kept.replicas
    outcome = yield from _wake_pool(story, cell)
    if not outcome.is_success:
        return outcome
    step = workload_step(region)
    outcome = yield from apply_workload(story, step, spec, region, replicas=replicas, awake=False)
    if not outcome.is_success:
        return outcome
    outcome = yield from await_workload(story, spec, region)
    if not outcome.is_success:
        return outcome
    step = traffic_step(region)
    return (yield from apply_workload(story, step, spec, region, replicas=replicas, awake=True))


def _wake_pool(story: Story, cell: ScalingInput) -> Steps[Outcome]:
    """Two requests: AKS refuses a new count and the autoscaler in one."""
    pool = PoolInput(
        operation_id=story.ref.operation_id,
        spec=cell.spec,
        region=cell.region,
        kept=cell.kept,
    ).to_wire()
    outcome = Outcome.succeeded()
    for step in (gpu_pool_step(cell.region), autoscaler_step(cell.region)):
        outcome = yield from run_step(
            story, step, names.BEGIN_WAKE_GPU_POOL, pool, deadlines.WAKE_GPU_POOL
        )
        if not outcome.is_success:
            return outcome
    return outcome
