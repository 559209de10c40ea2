"""Builds an environment.

1. Put the operation on the record.
2. Edge and cells side by side; the first failure cancels the rest.
3. Ask the model through the edge.
4. Ready; or, after a failure, GPU pools to zero and a list of what is left.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.environment import CellState, OperationEnd, OperationRequest
from domain.operations import first_failure
from domain.outcomes import Outcome, Status
from domain.payloads import CellInput, EdgeInput
from domain.phases import Phase
from orchestrators import names
from orchestrators.edge_steps import ask_through_edge
from orchestrators.operation_record import end_operation, list_remaining, open_operation
from orchestrators.resource_steps import stop_gpu_cost
from orchestrators.story import Child, Steps, Story

END_PHASES = {
    Status.SUCCEEDED: Phase.READY,
    Status.CANCELED: Phase.CANCELED,
}


def provision_environment(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    request = OperationRequest.from_wire(value)
    story = yield from open_operation(context, request, deadlines.PROVISION)
    if story is None:
        return Outcome.canceled().to_wire()
    edge, *cells = yield from story.join(_start_children(story, request))
    outcome = first_failure([edge, *cells])
    if outcome is None:
        outcome = yield from ask_through_edge(story, request.spec, edge.result["hostName"])
    remaining: tuple[str, ...] = ()
    if not outcome.is_success:
        remaining = yield from _stop_costs(story, request, outcome)
    end = OperationEnd(
        operation_id=request.operation_id,
        phase=END_PHASES.get(outcome.status, Phase.FAILED),
        outcome=outcome,
        at=story.now,
        endpoint=f"https://{edge.result['hostName']}" if outcome.is_success else None,
        cells=tuple(CellState.from_wire(cell.result) for cell in cells if cell.is_success),
        remaining=remaining,
    )
    return (yield from end_operation(story, end))


def _start_children(story: Story, request: OperationRequest) -> list[Child]:
    spec = request.spec
    edge = EdgeInput(story=story.ref, spec=spec)
    cells = [CellInput(story=story.ref, spec=spec, region=region) for region in spec.regions]
    return [
        story.start_child(names.WIRE_EDGE, edge.to_wire(), "edge"),
        *(
            story.start_child(names.PROVISION_CELL, cell.to_wire(), f"cell.{cell.region}")
            for cell in cells
        ),
    ]


def _stop_costs(
    story: Story, request: OperationRequest, outcome: Outcome
) -> Steps[tuple[str, ...]]:
    """A canceled operation leaves the cost to the deletion that canceled it."""
    if outcome.status is not Status.CANCELED:
        yield from stop_gpu_cost(story, request.spec, request.spec.regions)
    return (yield from list_remaining(story, request.spec))
