"""Builds one region's half of an environment.

resource group -> AKS cluster with its GPU pool -> workload -> nodes, public IP, pods ready
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.outcomes import Outcome
from domain.payloads import CellInput, ReadyWait, ResourceInput
from domain.plans import plan_cell, workload_step
from orchestrators import names
from orchestrators.resource_steps import create_resource, run_step
from orchestrators.story import Steps, Story


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
    outcome = yield from _apply_workload(story, cell)
    if not outcome.is_success:
        return outcome
    ready = yield from _await_ready(story, cell)
    facts = {"region": cell.region, "clusterId": built.resource_id, **built.result}
    return ready.model_copy(update={"result": {**facts, **ready.result}})


def _apply_workload(story: Story, cell: CellInput) -> Steps[Outcome]:
    value = ResourceInput(
        operation_id=story.ref.operation_id,
        kind="managedCluster",
        spec=cell.spec,
        region=cell.region,
    )
    step = workload_step(cell.region)
    return run_step(story, step, names.APPLY_WORKLOAD, value.to_wire(), deadlines.WORKLOAD)


def _await_ready(story: Story, cell: CellInput) -> Steps[Outcome]:
    deadline = story.deadline_in(deadlines.READINESS)
    wait = ReadyWait(
        story=story.ref.model_copy(update={"deadline": deadline}),
        spec=cell.spec,
        region=cell.region,
        started_at=story.now,
    )
    return story.run_child(names.AWAIT_READY, wait.to_wire(), "ready")
