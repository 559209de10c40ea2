"""Builds what a specification describes, as steps of an operation: edge, cells, probe.

Each resource is read first and sent only if it is missing or differs, so the same steps create
and update an environment.
"""

from dataclasses import dataclass, replace

from domain.durable.inputs import CellDemand, CellInput, EdgeInput
from domain.durable.names import Orchestrator
from domain.environment.operation import first_failure
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import CellState, OperationEnd
from domain.environment.transitions import decide_end_phase
from domain.outcomes import Outcome
from orchestrators.blue_green import bring_beside
from orchestrators.children import Child, run_children, start_child
from orchestrators.edge_steps import follow_moved_cells, probe_through_edge
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.registry_steps import pin_image
from orchestrators.role_steps import revoke_left_roles
from orchestrators.sequence import in_order


@dataclass(frozen=True, slots=True)
class BuildResult:
    """The outcome of a build, with the facts that go on record."""

    outcome: Outcome
    host_name: str
    cells: tuple[CellState, ...]
    is_restored: bool = False
    """Whether the version that served before serves again."""

    def to_end(self, operation: OperationContext) -> OperationEnd:
        phase = decide_end_phase(self.outcome, Phase.READY)
        return OperationEnd(
            operation_id=operation.ref.operation_id,
            phase=Phase.READY if self.is_restored else phase,
            outcome=self.outcome,
            at=operation.now,
            endpoint=f"https://{self.host_name}" if self.outcome.is_success else None,
            cells=self.cells,
            is_restored=self.is_restored or None,
        )


def build_environment(
    operation: OperationContext, request: OperationRequest
) -> Steps[BuildResult]:
    """The image is looked up before anything is paid for. Then edge and cells in parallel; the
    first failure cancels the rest."""
    image = yield from pin_image(operation, request)
    if not image.is_success:
        return BuildResult(image, "", (), is_restored=request.former is not None)
    demand = CellDemand.of(request.spec, image.result.get("digest"))
    demand = demand.model_copy(update={"startup_minutes": request.startup_minutes})
    if request.former:
        built = yield from _build_beside(operation, request, demand)
    else:
        built = yield from _build_parts(operation, request, demand)
    if not built.outcome.is_success:
        return built
    outcome = yield from in_order(
        lambda: revoke_left_roles(operation, request),
        lambda: probe_through_edge(operation, request.spec, built.host_name),
    )
    return replace(built, outcome=outcome)


def _build_parts(
    operation: OperationContext, request: OperationRequest, demand: CellDemand
) -> Steps[BuildResult]:
    edge, *cells = yield from run_children(
        operation, lambda: _start_children(operation, request, demand)
    )
    host_name = edge.result["hostName"] if edge.is_success else ""
    outcome = first_failure([edge, *cells])
    if outcome is None:
        outcome = yield from follow_moved_cells(
            operation, request, [c.result["region"] for c in cells]
        )
    states = tuple(CellState.from_wire(cell.result) for cell in cells if cell.is_success)
    return BuildResult(outcome, host_name, states)


def _build_beside(
    operation: OperationContext, request: OperationRequest, demand: CellDemand
) -> Steps[BuildResult]:
    """Also a part that fails ends the version that it was to come beside."""
    parts: list[BuildResult] = []

    def build() -> Steps[Outcome]:
        built = yield from _build_parts(operation, request, demand)
        parts.append(built)
        return built.outcome

    beside = yield from bring_beside(operation, request, demand, build)
    return replace(parts[0], outcome=beside.outcome, is_restored=beside.is_restored)


def _start_children(
    operation: OperationContext, request: OperationRequest, demand: CellDemand
) -> list[Child]:
    ref, is_private = operation.ref, request.spec.edge.has_private_origins
    edge = EdgeInput(operation=ref, regions=request.regions, has_private_origins=is_private)
    certificate = request.spec.edge.origin_certificate
    cells = [
        CellInput(
            operation=ref,
            cell=cell,
            offers=request.offers_of(cell),
            granted=request.granted_offer(cell),
            built_in=request.built_in(cell),
            demand=demand,
            registry=request.spec.workload.registry,
            granted_roles=request.all_granted_roles or None,
            has_private_origin=is_private,
            records=certificate and certificate.records,
            former_gpus=request.former and request.former.gpus,
        )
        for cell in request.spec.regions
    ]
    return [
        start_child(operation, Orchestrator.WIRE_EDGE, edge.to_wire(), ref.child_id("edge")),
        *(
            start_child(
                operation,
                Orchestrator.PROVISION_CELL,
                cell.to_wire(),
                ref.child_id("cell", cell.cell),
            )
            for cell in cells
        ),
    ]
