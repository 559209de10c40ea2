"""Scales an environment's GPU pools to zero; its gateways then answer requests.

1. Record the operation.
2. Each cell: keep the pool's settings, scale the pool to zero and, once AKS has accepted that,
   remove the replicas. A refusal leaves a cell that serves.
3. ScaledDown once every pool is at zero.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable.inputs import CellDemand, ScalingInput
from domain.durable.names import Orchestrator
from domain.environment.operation import first_failure
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.environment.transitions import decide_end_phase
from domain.outcomes import Outcome
from orchestrators.children import run_children, start_child
from orchestrators.operation_context import Steps
from orchestrators.operation_frame import close_with_remaining, open_operation


def scale_down_environment(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    request = OperationRequest.from_wire(value)
    operation = yield from open_operation(context, request, deadlines.SCALE_DOWN)
    if operation is None:
        return Outcome.canceled().to_wire()
    kept, ref = (yield from operation.environment.get_kept_pools()), operation.ref
    demand = CellDemand.of(request.spec)
    cells = [
        ScalingInput(
            operation=ref,
            cell=cell,
            offers=request.offers_of(cell),
            demand=demand,
            kept=kept.get(request.region_of(cell)),
        )
        for cell in request.spec.regions
    ]
    outcomes = yield from run_children(
        operation,
        lambda: [
            start_child(
                operation,
                Orchestrator.SCALE_DOWN_CELL,
                cell.to_wire(),
                ref.child_id("cell", cell.region),
            )
            for cell in cells
        ],
        stop_on_failure=False,
    )
    outcome = first_failure(outcomes) or Outcome.succeeded()
    end = OperationEnd(
        operation_id=request.operation_id,
        phase=decide_end_phase(outcome, Phase.SCALED_DOWN),
        outcome=outcome,
        at=operation.now,
    )
    return (yield from close_with_remaining(operation, request, end))
