"""Brings one cell's GPU pool to zero nodes."""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable import names
from domain.durable.inputs import PoolInput, ScalingInput
from domain.environment.steps import gpu_pool_step, settings_step, workload_step
from domain.outcomes import Outcome
from orchestrators.resource_steps import empty_gpu_pool, run_step
from orchestrators.story import Steps, Story
from orchestrators.workload_steps import apply_workload


def scale_down_cell(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    cell = ScalingInput.from_wire(value)
    story = Story.open(context, cell.story)
    return (yield from _scale_down(story, cell)).to_wire()


def _scale_down(story: Story, cell: ScalingInput) -> Steps[Outcome]:
    outcome = yield from _keep_settings(story, cell)
    if not outcome.is_success:
        return outcome
    outcome = yield from apply_workload(
        story, workload_step(cell.region), cell.spec, cell.region, replicas=0, awake=False
    )
    if not outcome.is_success:
        return outcome
    return (yield from empty_gpu_pool(story, gpu_pool_step(cell.region), cell.spec, cell.region))


def _keep_settings(story: Story, cell: ScalingInput) -> Steps[Outcome]:
    pool = PoolInput(
        operation_id=story.ref.operation_id,
        spec=cell.spec,
        region=cell.region,
        kept=cell.kept,
    ).to_wire()
    step = settings_step(cell.region)
    found = yield from run_step(story, step, names.GET_GPU_POOL, pool, deadlines.POOL_SETTINGS)
    if found.is_success:
        story.tell("keep_pool", {"region": cell.region, "kept": found.result})
    return found
