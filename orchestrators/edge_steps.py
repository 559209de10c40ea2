"""Steps at the edge once the cells are built: origins of moved cells, and the probe."""

from collections.abc import Sequence
from functools import partial

from domain import deadlines
from domain.durable.inputs import EdgeProbe, EdgeWait
from domain.durable.names import Orchestrator
from domain.environment.operation_request import OperationRequest
from domain.environment.step_keys import PROBE_STEP
from domain.environment.steps import plan_moved_origins
from domain.outcomes import Outcome, Status
from domain.spec.model import EnvironmentSpec
from orchestrators.children import run_child
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.resource_steps import create_resource, delete_resource
from orchestrators.sequence import in_order
from orchestrators.step_reports import report_step, report_step_result

PROBE_SKIPPED = "Skipped: no replica is required."


def follow_moved_cells(
    operation: OperationContext, request: OperationRequest, regions: Sequence[str]
) -> Steps[Outcome]:
    """Gives each cell that has moved an origin where it is now, and deletes those it has left.

    In this order: Front Door refuses to delete the last origin of a route that is enabled.
    """
    if tuple(regions) == request.regions == request.spec.regions:
        return Outcome.succeeded()
    new = [region for region in regions if region not in request.regions]
    left = [region for region in request.all_regions if region not in regions]
    if request.spec.edge.has_private_origins:
        new = []  # built with their cells
    created, deleted = plan_moved_origins(new, left)
    return (
        yield from in_order(
            *(partial(create_resource, operation, each) for each in created),
            *(partial(delete_resource, operation, each) for each in deleted),
        )
    )


def probe_through_edge(
    operation: OperationContext, spec: EnvironmentSpec, host_name: str
) -> Steps[Outcome]:
    if spec.workload.replicas == 0:
        report_step(operation, PROBE_STEP, Status.SUCCEEDED, detail=PROBE_SKIPPED)
        return Outcome.succeeded()
    report_step(operation, PROBE_STEP, Status.RUNNING)
    wait = EdgeWait(
        operation=operation.ref_until(operation.deadline_in(deadlines.EDGE_ANSWERS)),
        step=PROBE_STEP,
        probe=EdgeProbe(
            operation_id=operation.ref.operation_id,
            host_name=host_name,
            path=spec.workload.health_path,
        ),
        has_certificate=spec.edge.origin_certificate is not None,
    )
    child_id = operation.ref.child_id(*PROBE_STEP.path)
    outcome = yield from run_child(operation, Orchestrator.AWAIT_EDGE, wait.to_wire(), child_id)
    report_step_result(operation, PROBE_STEP, outcome)
    return outcome
