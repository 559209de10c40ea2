"""Builds one region's half of an environment.

resource group -> AKS cluster with its GPU pool -> workload -> nodes, public IP, pods ready
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import CellInput
from domain.environment.steps import plan_cell, workload_step
from domain.outcomes import Outcome
from orchestrators.resource_steps import create_resource
from orchestrators.story import Steps, Story
from orchestrators.workload_steps import apply_workload, await_workload


def provision_cell(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    cell = CellInput.from_wire(value)
    story = Story.open(context, cell.story)
    outcome = yield from _build(story, cell)
    return outcome.to_wire()


def _build(story: Story, cell: CellInput) -> Steps[Outcome]:
    group, cluster = plan_cell(cell.region)
    outcome = yield from create_resource(story, group, cell.spec)
    if not outcome.is_success:
        return outcome
    built = yield from create_resource(story, cluster, cell.spec)
    if not built.is_success:
        return built
    outcome = yield from apply_workload(
        story,
        workload_step(cell.region),
        cell.spec,
        cell.region,
        replicas=cell.spec.workload.replicas,
        awake=True,
    )
    if not outcome.is_success:
        return outcome
    ready = yield from await_workload(story, cell.spec, cell.region)
    facts = {"region": cell.region, "clusterId": built.resource_id, **built.result}
    return ready.model_copy(update={"result": {**facts, **ready.result}})
