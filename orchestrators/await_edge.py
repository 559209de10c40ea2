"""Waits until the model answers through the edge: no API reports Front Door's propagation."""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import EdgeWait
from domain.durable.names import ActivityName
from domain.environment.failures import edge_propagation_timeout
from domain.outcomes import Outcome, Status
from orchestrators.activity_calls import call_activity
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.step_reports import report_step
from orchestrators.waiting import READS_PER_RUN, continue_as_new, sleep_unless_canceled

PROBE_SECONDS = 5.0


def await_edge(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    wait = EdgeWait.from_wire(value)
    operation = OperationContext.open(context, wait.operation)
    url = f"https://{wait.probe.host_name}{wait.probe.path}"
    reported = None
    for _ in range(READS_PER_RUN):
        outcome = yield from call_activity(
            operation, ActivityName.PROBE_EDGE, wait.probe.to_wire()
        )
        if outcome.is_success:
            return outcome.to_wire()
        answer = outcome.failure.message if outcome.failure else outcome.detail
        if operation.is_overdue:
            failure = edge_propagation_timeout(url, answer, has_certificate=wait.has_certificate)
            return Outcome.failed(failure).to_wire()
        if answer != reported:
            reported = answer
            report_step(operation, wait.step, Status.RUNNING, detail=answer)
        if not (yield from sleep_unless_canceled(operation, PROBE_SECONDS)):
            return Outcome.canceled().to_wire()
    return continue_as_new(operation, value)
