"""Builds an environment.

1. Put the operation on the record.
2. Edge and cells side by side; the first failure cancels the rest.
3. Ask the model through the edge.
4. Ready; or, after a failure, GPU pools to zero and a list of what is left.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.environment.operation_request import OperationRequest
from domain.outcomes import Outcome, Status
from orchestrators.build_steps import build_everything
from orchestrators.operation_record import end_operation, list_remaining, open_operation
from orchestrators.resource_steps import stop_gpu_cost
from orchestrators.story import Steps, Story


def provision_environment(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    request = OperationRequest.from_wire(value)
    story = yield from open_operation(context, request, deadlines.PROVISION)
    if story is None:
        return Outcome.canceled().to_wire()
    built = yield from build_everything(story, request)
    remaining: tuple[str, ...] = ()
    if not built.outcome.is_success:
        remaining = yield from _stop_costs(story, request, built.outcome)
    return (yield from end_operation(story, built.end(story, request, remaining)))


def _stop_costs(
    story: Story, request: OperationRequest, outcome: Outcome
) -> Steps[tuple[str, ...]]:
    """A canceled operation leaves the cost to the deletion that canceled it."""
    if outcome.status is not Status.CANCELED:
        yield from stop_gpu_cost(story, request.spec, request.spec.regions)
    return (yield from list_remaining(story, request.spec))
