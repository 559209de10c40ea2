"""Restores one cell's GPU pool and workload."""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable.inputs import PoolInput, ScalingInput
from domain.durable.names import ActivityName
from domain.environment.steps import (
    StepKey,
    autoscaler_step,
    gpu_pool_step,
    traffic_step,
    workload_step,
)
from domain.outcomes import Outcome
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import run_step
from orchestrators.sequence import in_order
from orchestrators.workload_steps import await_workload, deploy_workload


def wake_cell(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    cell = ScalingInput.from_wire(value)
    operation = OperationContext.open(context, cell.operation)
    return (yield from _wake(operation, cell)).to_wire()


def _wake(operation: OperationContext, cell: ScalingInput) -> Steps[Outcome]:
    """Two requests for the pool: AKS refuses a new count and the autoscaler in one."""
    assert cell.kept, "a wake restores kept settings"
    region, replicas = cell.region, cell.kept.replicas
    workload, traffic = workload_step(region), traffic_step(region)
    return (
        yield from in_order(
            lambda: _restore_pool(operation, gpu_pool_step(region), cell),
            lambda: _restore_pool(operation, autoscaler_step(region), cell),
            lambda: deploy_workload(operation, workload, region, replicas=replicas, awake=False),
            lambda: await_workload(operation, region, cell.demand),
            lambda: deploy_workload(operation, traffic, region, replicas=replicas, awake=True),
        )
    )


def _restore_pool(
    operation: OperationContext, step: StepKey, cell: ScalingInput
) -> Steps[Outcome]:
    pool = PoolInput(
        operation_id=operation.ref.operation_id,
        environment=operation.ref.environment,
        region=cell.region,
        kept=cell.kept,
    ).to_wire()
    activity, timeout = ActivityName.BEGIN_WAKE_GPU_POOL, deadlines.START_GPU_POOL
    return run_step(operation, step, activity, pool, timeout)
