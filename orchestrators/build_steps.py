"""Building what a specification asks for, as steps of a story: edge, cells, the model's answer.

Each resource is looked at first and sent where it is missing or differs, so the same steps build
an environment and change one.
"""

from dataclasses import dataclass

from domain.durable import names
from domain.durable.inputs import CellInput, EdgeInput
from domain.environment.operation import first_failure
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import CellState, OperationEnd
from domain.outcomes import Outcome, Status
from orchestrators.edge_steps import ask_through_edge
from orchestrators.story import Child, Steps, Story

END_PHASES = {
    Status.SUCCEEDED: Phase.READY,
    Status.CANCELED: Phase.CANCELED,
}


@dataclass(frozen=True, slots=True)
class Built:
    """What came of it."""

    outcome: Outcome
    host_name: str
    cells: tuple[CellState, ...]

    def end(
        self, story: Story, request: OperationRequest, remaining: tuple[str, ...]
    ) -> OperationEnd:
        return OperationEnd(
            operation_id=request.operation_id,
            phase=END_PHASES.get(self.outcome.status, Phase.FAILED),
            outcome=self.outcome,
            at=story.now,
            endpoint=f"https://{self.host_name}" if self.outcome.is_success else None,
            cells=self.cells,
            remaining=remaining,
        )


def build_everything(story: Story, request: OperationRequest) -> Steps[Built]:
    """Edge and cells side by side; the first failure cancels the rest."""
    edge, *cells = yield from story.join(_start_children(story, request))
    host_name = edge.result["hostName"] if edge.is_success else ""
    outcome = first_failure([edge, *cells])
    if outcome is None:
        outcome = yield from ask_through_edge(story, request.spec, host_name)
    states = tuple(CellState.from_wire(cell.result) for cell in cells if cell.is_success)
    return Built(outcome, host_name, states)


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
