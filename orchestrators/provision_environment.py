"""Builds an environment.

1. Record the operation.
2. Edge and cells in parallel; the first failure cancels the rest.
3. Probe the model through the edge.
4. Ready; or, after a failure, scale GPU pools to zero and list what remains.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.environment.operation_request import OperationRequest
from domain.outcomes import Outcome
from orchestrators.build_steps import build_environment
from orchestrators.operation_context import Steps
from orchestrators.operation_frame import close_with_remaining, find_regions, open_operation
from orchestrators.resource_steps import stop_gpu_cost


def provision_environment(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    request = OperationRequest.from_wire(value)
    operation = yield from open_operation(context, request, deadlines.PROVISION)
    if operation is None:
        return Outcome.canceled().to_wire()
    built = yield from build_environment(operation, request)
    if not built.outcome.is_success:
        operation = operation.for_compensation()
        regions = yield from find_regions(operation, request)
        yield from stop_gpu_cost(operation, regions)
    return (yield from close_with_remaining(operation, request, built.to_end(operation)))
