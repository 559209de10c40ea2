"""Restores one cell's GPU pool and workload.

Gateway and workload come first: until pods are ready callers are told that the model is waking,
and what Kubernetes refuses is known before a GPU node is paid for.
"""

from functools import partial
from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable.inputs import PoolInput, ScalingInput
from domain.durable.names import ActivityName
from domain.environment.step_keys import (
    StepKey,
    autoscaler_step,
    gateway_step,
    gpu_pool_step,
    serving_step,
    workload_step,
)
from domain.outcomes import Outcome
from domain.placement.offers import Offer
from domain.serving.gateway.settings import GatewayState
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.placement import Attempt, CellOffers, place_cell
from orchestrators.resource_steps import run_step
from orchestrators.sequence import in_order
from orchestrators.workload_steps import await_workload, deploy_gateway, deploy_workload


def wake_cell(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    cell = ScalingInput.from_wire(value)
    operation = OperationContext.open(context, cell.operation)
    offers = CellOffers(operation, cell.cell, cell.offers, cell.granted, cell.region)
    return (yield from place_cell(offers, partial(_wake, operation, cell))).to_wire()


def _wake(operation: OperationContext, cell: ScalingInput, attempt: Attempt) -> Steps[Outcome]:
    assert cell.kept, "a wake restores kept settings"
    offer, number, replicas = attempt.offer, attempt.number, cell.kept.replicas
    gateway, workload = gateway_step(cell.region, number), workload_step(cell.region, number)
    deploy = partial(
        deploy_workload,
        operation,
        offer=offer,
        replicas=replicas,
        image_digest=cell.demand.image_digest,
    )
    waking, serving = GatewayState.WAKING, GatewayState.SERVING
    return (
        yield from in_order(
            lambda: deploy_gateway(operation, gateway, offer, waking),
            lambda: deploy(workload, state=waking),
            lambda: _restore_pool(operation, gpu_pool_step(cell.region, number), cell, offer),
            lambda: _restore_pool(operation, autoscaler_step(cell.region, number), cell, offer),
            lambda: await_workload(operation, attempt, cell.demand),
            lambda: deploy(serving_step(cell.region, number), state=serving),
        )
    )


def _restore_pool(
    operation: OperationContext, step: StepKey, cell: ScalingInput, offer: Offer
) -> Steps[Outcome]:
    """The next of two requests for the pool: AKS refuses a new count and the autoscaler in one."""
    pool = PoolInput(
        operation_id=operation.ref.operation_id,
        environment=operation.ref.environment,
        region=cell.region,
        kept=cell.kept,
        offer=offer,
    ).to_wire()
    activity, timeout = ActivityName.BEGIN_WAKE_GPU_POOL, deadlines.START_GPU_POOL
    return run_step(operation, step, activity, pool, timeout)
