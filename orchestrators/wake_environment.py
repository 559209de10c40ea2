"""Restores a sleeping environment to the settings it had.

1. Record the operation and read the kept settings.
2. Each cell: restore the replicas and the pool's count and autoscaler, wait for nodes and pods.
   Until then the gateway answers that the model is waking.
3. Probe the model through the edge; only its answer makes the environment Ready again. After a
   failure the woken pools are scaled back to zero, and the gateways say that it is asleep.
"""

from collections.abc import Container
from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable.inputs import CellDemand, ScalingInput
from domain.durable.names import Orchestrator
from domain.environment.failures import nothing_to_wake
from domain.environment.kept_pool import KeptPool
from domain.environment.operation import first_failure
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.environment.transitions import decide_end_phase
from domain.outcomes import Outcome
from domain.placement.offers import Offer
from orchestrators.children import Child, run_children, start_child
from orchestrators.edge_steps import probe_through_edge
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.operation_frame import close_with_remaining, open_operation
from orchestrators.resource_steps import stop_gpu_cost
from orchestrators.workload_steps import put_to_sleep


def wake_environment(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    request = OperationRequest.from_wire(value)
    operation = yield from open_operation(context, request, deadlines.WAKE)
    if operation is None:
        return Outcome.canceled().to_wire()
    kept = yield from operation.environment.get_kept_pools()
    outcome = yield from _wake(operation, request, kept)
    if not outcome.is_success:
        operation = operation.for_compensation()
        yield from stop_gpu_cost(operation, tuple(kept))
        yield from put_to_sleep(operation, _sleeping_offers(request, kept), request.image_digest)
    end = OperationEnd(
        operation_id=request.operation_id,
        phase=decide_end_phase(outcome, Phase.READY),
        outcome=outcome,
        at=operation.now,
    )
    return (yield from close_with_remaining(operation, request, end))


def _wake(
    operation: OperationContext, request: OperationRequest, kept: dict[str, KeptPool]
) -> Steps[Outcome]:
    if not kept:
        return Outcome.failed(nothing_to_wake(request.regions))
    outcomes = yield from run_children(
        operation, lambda: _start_children(operation, request, kept)
    )
    failure = first_failure(outcomes)
    if failure:
        return failure
    return (yield from probe_through_edge(operation, request.spec, request.host_name))


def _offers_in_place(request: OperationRequest, cell: str) -> tuple[Offer, ...]:
    """A wake moves no cell: the cluster that sleeps would be deleted. A repair does."""
    region = request.region_of(cell)
    return tuple(offer for offer in request.offers_of(cell) if offer.region == region)


def _sleeping_offers(request: OperationRequest, kept: Container[str]) -> list[Offer]:
    cells = [cell for cell in request.spec.regions if request.region_of(cell) in kept]
    return [offer for cell in cells for offer in _offers_in_place(request, cell)[:1]]


def _start_children(
    operation: OperationContext, request: OperationRequest, kept: dict[str, KeptPool]
) -> list[Child]:
    """A cell without kept settings was never scaled down: settings are kept before any change."""
    ref, demand = operation.ref, CellDemand.of(request.spec, request.image_digest)
    cells = [
        ScalingInput(
            operation=ref,
            cell=cell,
            offers=_offers_in_place(request, cell),
            granted=request.granted_offer(cell),
            demand=demand,
            kept=kept[request.region_of(cell)],
        )
        for cell in request.spec.regions
        if request.region_of(cell) in kept
    ]
    return [
        start_child(
            operation, Orchestrator.WAKE_CELL, cell.to_wire(), ref.child_id("cell", cell.region)
        )
        for cell in cells
    ]
