"""Scales one cell's GPU pool to zero nodes."""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable.inputs import PoolInput, ScalingInput
from domain.durable.names import ActivityName
from domain.environment.steps import gpu_pool_step, settings_step, workload_step
from domain.outcomes import Outcome
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import empty_gpu_pool, run_step
from orchestrators.sequence import in_order
from orchestrators.workload_steps import deploy_workload


def scale_down_cell(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    cell = ScalingInput.from_wire(value)
    operation = OperationContext.open(context, cell.operation)
    return (yield from _scale_down(operation, cell)).to_wire()


def _scale_down(operation: OperationContext, cell: ScalingInput) -> Steps[Outcome]:
    spec, region = cell.spec, cell.region
    step = workload_step(region)
    return (
        yield from in_order(
            lambda: _keep_settings(operation, cell),
            lambda: deploy_workload(operation, step, spec, region, replicas=0, awake=False),
            lambda: empty_gpu_pool(operation, gpu_pool_step(region), region),
        )
    )


def _keep_settings(operation: OperationContext, cell: ScalingInput) -> Steps[Outcome]:
    pool = PoolInput(
        operation_id=operation.ref.operation_id,
        environment=cell.spec.name,
        region=cell.region,
        replicas=cell.spec.workload.replicas,
        kept=cell.kept,
    ).to_wire()
    step = settings_step(cell.region)
    found = yield from run_step(
        operation, step, ActivityName.GET_GPU_POOL, pool, deadlines.POOL_SETTINGS
    )
    if not found.is_success:
        return found
    operation.environment.signal_kept_pool(cell.region, found.result)
    return Outcome.succeeded()
