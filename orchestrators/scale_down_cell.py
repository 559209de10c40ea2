"""Scales one cell's GPU pool to zero nodes.

The pool comes first: if AKS refuses to scale it, the workload still serves. What AKS has accepted
drains the nodes within seconds, so the gateway is told before the wait that the model is asleep.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable.inputs import PoolInput, ScalingInput
from domain.durable.names import ActivityName
from domain.environment.operation import first_failure
from domain.environment.step_keys import gpu_pool_step, settings_step, workload_step
from domain.outcomes import Outcome
from domain.serving.gateway.settings import GatewayState
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import empty_gpu_pool, run_step
from orchestrators.sequence import in_order
from orchestrators.workload_steps import deploy_workload


def scale_down_cell(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    cell = ScalingInput.from_wire(value)
    operation = OperationContext.open(context, cell.operation)
    return (yield from _scale_down(operation, cell)).to_wire()


def _scale_down(operation: OperationContext, cell: ScalingInput) -> Steps[Outcome]:
    return (
        yield from in_order(
            lambda: _keep_settings(operation, cell), lambda: _empty_pool(operation, cell)
        )
    )


def _empty_pool(operation: OperationContext, cell: ScalingInput) -> Steps[Outcome]:
    region = cell.region
    step, outcomes = workload_step(region), list[Outcome]()

    def rest() -> Steps[None]:
        asleep = yield from deploy_workload(
            operation,
            step,
            cell.offers[0],
            replicas=0,
            state=GatewayState.ASLEEP,
            image_digest=cell.demand.image_digest,
        )
        outcomes.append(asleep)

    pool = yield from empty_gpu_pool(operation, gpu_pool_step(region), region, once_begun=rest)
    return first_failure([pool, *outcomes]) or pool


def _keep_settings(operation: OperationContext, cell: ScalingInput) -> Steps[Outcome]:
    pool = PoolInput(
        operation_id=operation.ref.operation_id,
        environment=operation.ref.environment,
        region=cell.region,
        replicas=cell.demand.replicas,
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
