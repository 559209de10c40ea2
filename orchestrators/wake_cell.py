"""Restores one cell's GPU pool and workload."""

from functools import partial
from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable.inputs import PoolInput, ScalingInput
from domain.durable.names import ActivityName
from domain.environment.steps import (
    StepKey,
    autoscaler_step,
    gpu_pool_step,
    plan_gpu_pool,
    traffic_step,
    workload_step,
)
from domain.outcomes import Outcome
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.placement import Attempt, CellOffers, place_cell
from orchestrators.resource_steps import create_resource, run_step
from orchestrators.sequence import in_order
from orchestrators.workload_steps import await_workload, deploy_workload


def wake_cell(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    cell = ScalingInput.from_wire(value)
    operation = OperationContext.open(context, cell.operation)
    offers = CellOffers(operation, cell.cell, cell.offers, cell.granted, cell.region)
    return (yield from place_cell(offers, partial(_wake, operation, cell))).to_wire()


def _wake(operation: OperationContext, cell: ScalingInput, attempt: Attempt) -> Steps[Outcome]:
    assert cell.kept, "a wake restores kept settings"
    offer, number, replicas = attempt.offer, attempt.number, cell.kept.replicas
    workload, traffic = workload_step(cell.region, number), traffic_step(cell.region, number)
    is_kept = offer == cell.offers[0]
    return (
        yield from in_order(
            lambda: _restore(operation, cell) if is_kept else _replace_pool(operation, attempt),
            lambda: deploy_workload(operation, workload, offer, replicas=replicas, awake=False),
            lambda: await_workload(operation, attempt, cell.demand),
            lambda: deploy_workload(operation, traffic, offer, replicas=replicas, awake=True),
        )
    )


def _restore(operation: OperationContext, cell: ScalingInput) -> Steps[Outcome]:
    """Two requests for the pool: AKS refuses a new count and the autoscaler in one."""
    return in_order(
        lambda: _restore_pool(operation, gpu_pool_step(cell.region), cell),
        lambda: _restore_pool(operation, autoscaler_step(cell.region), cell),
    )


def _replace_pool(operation: OperationContext, attempt: Attempt) -> Steps[Outcome]:
    """A pool of another offer starts with the specification's settings."""
    pool = plan_gpu_pool(attempt.offer.region, attempt.number)
    return create_resource(operation, pool, attempt.offer)


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
