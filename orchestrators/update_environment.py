"""Changes an environment to another specification, or repairs it to the one it has.

1. Record the operation, and with it the specification.
2. Run the steps that build an environment; they send only what differs from the specification.
3. Probe the model through the edge.
4. Ready; or, after a failure, a list of the resources. GPU pools stay as they are: replicas of the
   previous version may still serve, and another update can correct the failed one.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.environment.operation_request import OperationRequest
from domain.outcomes import Outcome
from orchestrators.build_steps import build_environment
from orchestrators.operation_context import Steps
from orchestrators.operation_frame import close_with_remaining, open_operation


def update_environment(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    request = OperationRequest.from_wire(value)
    operation = yield from open_operation(context, request, deadlines.UPDATE)
    if operation is None:
        return Outcome.canceled().to_wire()
    built = yield from build_environment(operation, request)
    return (yield from close_with_remaining(operation, request, built.to_end(operation)))
