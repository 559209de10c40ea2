"""The last step of an operation: probes the model through the edge."""

from domain import deadlines
from domain.durable.inputs import EdgeProbe, EdgeWait
from domain.durable.names import Orchestrator
from domain.environment.steps import PROBE_STEP
from domain.outcomes import Outcome, Status
from domain.spec.model import EnvironmentSpec
from orchestrators.children import run_child
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.step_reports import report_step, report_step_result

PROBE_SKIPPED = "Skipped: no replica is required."


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
    )
    child_id = operation.ref.child_id(*PROBE_STEP.path)
    outcome = yield from run_child(operation, Orchestrator.AWAIT_EDGE, wait.to_wire(), child_id)
    report_step_result(operation, PROBE_STEP, outcome)
    return outcome
