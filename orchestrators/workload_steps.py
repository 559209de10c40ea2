"""A cell's workload as steps of an operation: apply it, wait until it is ready."""

from domain import deadlines
from domain.durable.inputs import CellDemand, ReadyWait, WorkloadInput
from domain.durable.names import ActivityName, Orchestrator
from domain.environment.steps import StepKey, readiness_key
from domain.outcomes import Outcome
from domain.placement.offers import Offer
from orchestrators.children import run_child
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.placement import Attempt
from orchestrators.resource_steps import run_step


def deploy_workload(
    operation: OperationContext,
    step: StepKey,
    offer: Offer,
    *,
    replicas: int,
    awake: bool,
) -> Steps[Outcome]:
    value = WorkloadInput(
        operation_id=operation.ref.operation_id,
        environment=operation.ref.environment,
        offer=offer,
        replicas=replicas,
        awake=awake,
    )
    return run_step(
        operation, step, ActivityName.APPLY_WORKLOAD, value.to_wire(), deadlines.WORKLOAD
    )


def await_workload(
    operation: OperationContext, attempt: Attempt, demand: CellDemand
) -> Steps[Outcome]:
    region, number = attempt.offer.region, attempt.number
    timeout = deadlines.READINESS + deadlines.further_startup(demand.startup_minutes)
    wait = ReadyWait(
        operation=operation.ref_until(operation.deadline_in(timeout)),
        region=region,
        demand=demand,
        started_at=operation.now,
        attempt=number,
        has_alternative=attempt.has_alternative,
    )
    child_id = operation.ref.child_id(*readiness_key(region, number).path)
    return run_child(operation, Orchestrator.AWAIT_READY, wait.to_wire(), child_id)
