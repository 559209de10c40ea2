"""Brings an environment's GPU pools to zero; its edge says from then on that it sleeps.

1. Put the operation on the record.
2. Each cell: keep the pool's settings, give the traffic to the responder, take the workload's
   replicas away, then the nodes.
3. ScaledDown, when every pool is at zero.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable import names
from domain.durable.inputs import ScalingInput
from domain.environment.operation import first_failure
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.outcomes import Outcome
from orchestrators.operation_record import end_operation, open_operation, read_kept_pools
from orchestrators.story import Steps


def scale_down_environment(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    request = OperationRequest.from_wire(value)
    story = yield from open_operation(context, request, deadlines.SCALE_DOWN)
    if story is None:
        return Outcome.canceled().to_wire()
    kept = yield from read_kept_pools(story)
    cells = [
        ScalingInput(story=story.ref, spec=request.spec, region=region, kept=kept.get(region))
        for region in request.spec.regions
    ]
    children = [
        story.start_child(names.SCALE_DOWN_CELL, cell.to_wire(), f"cell.{cell.region}")
        for cell in cells
    ]
    outcomes = yield from story.join(children, stop_on_failure=False)
    outcome = first_failure(outcomes)
    end = OperationEnd(
        operation_id=request.operation_id,
        phase=Phase.FAILED if outcome else Phase.SCALED_DOWN,
        outcome=outcome or Outcome.succeeded(),
        at=story.now,
    )
    return (yield from end_operation(story, end))
