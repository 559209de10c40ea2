"""Builds one cell.

resource group -> AKS cluster with its GPU pool -> workload -> nodes, public IP, pods ready
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import CellInput
from domain.environment.steps import PlannedResource, plan_cell, plan_gpu_pool, workload_step
from domain.outcomes import Outcome
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import create_resource
from orchestrators.sequence import in_order
from orchestrators.workload_steps import await_workload, deploy_workload


def provision_cell(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    cell = CellInput.from_wire(value)
    operation = OperationContext.open(context, cell.operation)
    return (yield from _build(operation, cell)).to_wire()


def _build(operation: OperationContext, cell: CellInput) -> Steps[Outcome]:
    region, demand = cell.region, cell.demand
    group, cluster = plan_cell(region)
    step, replicas = workload_step(region), demand.replicas
    return (
        yield from in_order(
            lambda: create_resource(operation, group),
            lambda: _create_cluster(operation, cluster),
            lambda: create_resource(operation, plan_gpu_pool(region)),
            lambda: deploy_workload(operation, step, region, replicas=replicas, awake=True),
            lambda: await_workload(operation, region, demand),
        )
    )


def _create_cluster(operation: OperationContext, cluster: PlannedResource) -> Steps[Outcome]:
    """Adds what the record keeps of a cell."""
    outcome = yield from create_resource(operation, cluster)
    if not outcome.is_success:
        return outcome
    cell = {"region": cluster.region, "clusterId": outcome.resource_id}
    return outcome.model_copy(update={"result": {**cell, **outcome.result}})
