"""Deletes an environment.

1. Record the operation; cancel its predecessor and wait until that has ended.
2. Edge and cells in parallel, each in the reverse order of its creation.
3. Scale the GPU pools of cells that could not be deleted, because of a lock for example, to zero.
4. Deleted only if Azure lists no remaining resources; otherwise Failed, with a list of them.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.arm.failures import deletion_not_verified, resources_remain
from domain.durable.inputs import DeletionInput
from domain.durable.names import CANCEL_EVENT, SUPERSEDE_EVENT, Orchestrator
from domain.environment.failures import remaining_resources_unknown
from domain.environment.operation import first_failure
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.environment.steps import plan_cell_deletion, plan_edge
from domain.environment.transitions import decide_end_phase
from domain.outcomes import Outcome
from orchestrators.children import Child, run_children, start_child
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.operation_frame import close_operation, list_remaining, open_operation
from orchestrators.resource_steps import stop_gpu_cost
from orchestrators.waiting import sleep_unless_canceled

PREDECESSOR_POLL_SECONDS = 5.0


def delete_environment(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    request = OperationRequest.from_wire(value)
    operation = yield from open_operation(context, request, deadlines.DELETE)
    if operation is None:
        return Outcome.canceled().to_wire()
    canceled: OperationContext | None = None
    if request.predecessor:
        canceled = yield from _stop_predecessor(operation, request.predecessor, request.force)
    outcomes = yield from run_children(
        operation, partial(_start_children, operation, request), stop_on_failure=False
    )
    if stuck := _find_stuck_regions(request.all_regions, outcomes):
        operation = operation.for_compensation()
        yield from stop_gpu_cost(operation, stuck)
    elif operation.is_canceled:
        operation = canceled or operation.for_compensation()
    remaining = yield from list_remaining(operation, request)
    outcome = first_failure(outcomes) or _verify(remaining)
    unknown = () if remaining is not None else (remaining_resources_unknown(request.spec.name),)
    end = OperationEnd(
        operation_id=request.operation_id,
        phase=decide_end_phase(outcome, Phase.DELETED),
        outcome=outcome,
        at=operation.now,
        remaining=remaining or (),
        warnings=unknown,
    )
    return (yield from close_operation(operation, end))


def _find_stuck_regions(regions: Sequence[str], outcomes: Sequence[Outcome]) -> list[str]:
    """The regions whose deletion has begun and not succeeded.

    `outcomes`: of the edge, then of each region; one only if the deletion was canceled before.
    """
    return [
        region for region, cell in zip(regions, outcomes[1:], strict=False) if not cell.is_success
    ]


def _verify(remaining: tuple[str, ...] | None) -> Outcome:
    if remaining is None:
        return Outcome.failed(deletion_not_verified())
    return Outcome.failed(resources_remain(remaining)) if remaining else Outcome.succeeded()


def _stop_predecessor(
    operation: OperationContext, predecessor: str, force: bool
) -> Steps[OperationContext | None]:
    """Nothing may be created once deletion begins; with `force` it does not wait for that. One
    that is canceled meanwhile waits, too: what follows it must not meet the predecessor. Then it
    is returned for what is left to do."""
    canceled: OperationContext | None = None
    operation.context.send_event(predecessor, SUPERSEDE_EVENT)
    operation.context.send_event(predecessor, CANCEL_EVENT)
    deadline = operation.deadline_in(deadlines.PREDECESSOR)
    while not force and operation.now < deadline:
        if (yield from operation.environment.has_ended(predecessor)):
            break
        waiting = canceled or operation
        if not (yield from sleep_unless_canceled(waiting, PREDECESSOR_POLL_SECONDS)):
            if canceled:
                break
            canceled = operation.for_compensation()
    return canceled


def _start_children(operation: OperationContext, request: OperationRequest) -> list[Child]:
    regions, is_private = request.all_regions, request.spec.edge.has_private_origins
    roles, certificate = request.all_granted_roles, request.spec.edge.origin_certificate
    records = certificate and certificate.records
    edge = reversed(plan_edge(regions, has_private_origins=is_private))
    parts = {("edge",): tuple(edge)} | {
        ("cell", each): plan_cell_deletion(each, roles, records, has_private_origins=is_private)
        for each in regions
    }
    return [
        start_child(
            operation,
            Orchestrator.DELETE_RESOURCES,
            DeletionInput(operation=operation.ref, targets=resources).to_wire(),
            operation.ref.child_id(*path),
        )
        for path, resources in parts.items()
    ]
