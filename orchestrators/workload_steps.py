"""A cell's workload and gateway as steps of an operation: apply them, wait for readiness."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from domain import deadlines
from domain.durable.inputs import (
    CellDemand,
    ConnectionInput,
    DeployedVersion,
    GatewayInput,
    ReadyWait,
    WorkloadInput,
)
from domain.durable.names import ActivityName, Orchestrator
from domain.environment.operation import first_failure
from domain.environment.step_keys import (
    StepKey,
    again_step,
    asleep_step,
    connection_key,
    readiness_key,
)
from domain.outcomes import Outcome
from domain.placement.offers import Offer
from domain.serving.gateway.settings import GatewayState
from orchestrators.children import Child, run_children, start_child
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.placement import Attempt
from orchestrators.resource_steps import run_step


def deploy_workload(
    operation: OperationContext,
    step: StepKey,
    offer: Offer,
    *,
    replicas: int,
    state: GatewayState,
    image_digest: str | None,
    version: DeployedVersion | None = None,
) -> Steps[Outcome]:
    value = WorkloadInput(
        operation_id=operation.ref.operation_id,
        environment=operation.ref.environment,
        offer=offer,
        replicas=replicas,
        state=state,
        image_digest=image_digest,
        version=version,
    )
    return run_step(
        operation, step, ActivityName.APPLY_WORKLOAD, value.to_wire(), deadlines.WORKLOAD
    )


def deploy_gateway(
    operation: OperationContext, step: StepKey, offer: Offer, state: GatewayState
) -> Steps[Outcome]:
    value = GatewayInput(
        operation_id=operation.ref.operation_id,
        environment=operation.ref.environment,
        offer=offer,
        state=state,
    )
    return run_step(
        operation, step, ActivityName.APPLY_GATEWAY, value.to_wire(), deadlines.GATEWAY
    )


def put_to_sleep(
    operation: OperationContext, offers: Sequence[Offer], image_digest: str | None
) -> Steps[None]:
    """After a wake that failed, within a deadline of its own: otherwise gateways would go on
    telling callers that the model is waking."""
    deadline = operation.now + timedelta(seconds=deadlines.WORKLOAD * len(offers))
    cleanup = replace(operation, ref=operation.ref_until(deadline))
    for offer in offers:
        step = asleep_step(offer.region)
        yield from deploy_workload(
            cleanup,
            step,
            offer,
            replicas=0,
            state=GatewayState.ASLEEP,
            image_digest=image_digest,
        )


def await_workload(
    operation: OperationContext,
    attempt: Attempt,
    demand: CellDemand,
    former_gpus: int | None = None,
) -> Steps[Outcome]:
    """`former_gpus`: of the version that serves, if the workload comes beside it."""
    outcomes = yield from run_children(
        operation, lambda: [_start_first_wait(operation, attempt, demand, former_gpus)]
    )
    return outcomes[0]


def await_connected_workload(
    operation: OperationContext,
    attempt: Attempt,
    demand: CellDemand,
    former_gpus: int | None = None,
) -> Steps[Outcome]:
    """The private origin needs the Service alone: it is connected while nodes and pods start.

    What keeps the Service from its address is found by the wait, which then ends both.
    """
    outcomes = yield from run_children(
        operation,
        lambda: [
            _start_first_wait(operation, attempt, demand, former_gpus),
            _start_connecting(operation, attempt, demand),
        ],
    )
    return first_failure(outcomes) or outcomes[0]


def _start_connecting(operation: OperationContext, attempt: Attempt, demand: CellDemand) -> Child:
    region, number = attempt.offer.region, attempt.number
    timeout = _ready_timeout(demand) + deadlines.PRIVATE_LINK
    value = ConnectionInput(
        operation=operation.ref_until(operation.deadline_in(timeout)),
        region=region,
        attempt=number,
    )
    child_id = operation.ref.child_id(*connection_key(region, number).path)
    return start_child(operation, Orchestrator.CONNECT_CELL, value.to_wire(), child_id)


def _ready_timeout(demand: CellDemand) -> float:
    return deadlines.READINESS + deadlines.further_startup(demand.startup_minutes)


def _start_first_wait(
    operation: OperationContext, attempt: Attempt, demand: CellDemand, former_gpus: int | None
) -> Child:
    region, number = attempt.offer.region, attempt.number
    wait = _build_wait(operation, region, demand).model_copy(
        update={
            "attempt": number,
            "has_alternative": attempt.has_alternative,
            "is_next": None if former_gpus is None else True,
            "gpus_beside": former_gpus,
        }
    )
    return _start_wait(operation, wait, readiness_key(region, number))


def start_wait_again(
    operation: OperationContext, region: str, demand: CellDemand, gpus_beside: int, why: str
) -> Child:
    """For the replicas in the place of those that served, while others serve beside them."""
    changes = {"gpus_beside": gpus_beside, "again": why}
    wait = _build_wait(operation, region, demand).model_copy(update=changes)
    return _start_wait(operation, wait, again_step(region, why, "ready"))


def _build_wait(operation: OperationContext, region: str, demand: CellDemand) -> ReadyWait:
    return ReadyWait(
        operation=operation.ref_until(operation.deadline_in(_ready_timeout(demand))),
        region=region,
        demand=demand,
        started_at=operation.now,
    )


def _start_wait(operation: OperationContext, wait: ReadyWait, key: StepKey) -> Child:
    child_id = operation.ref.child_id(*key.path)
    return start_child(operation, Orchestrator.AWAIT_READY, wait.to_wire(), child_id)
