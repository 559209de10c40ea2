"""Changes an environment to another specification.

1. Put the operation on the record, and with it the new specification.
2. The steps that build an environment: what differs from the specification is sent, the rest is
   found as it should be.
3. Ask the model through the edge.
4. Ready; or, after a failure, a list of what is there. Its GPU pools stay: replicas of the version
   before may still serve, and another update puts it right.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.environment.operation_request import OperationRequest
from domain.outcomes import Outcome
from orchestrators.build_steps import build_everything
from orchestrators.operation_record import end_operation, list_remaining, open_operation
from orchestrators.story import Steps


def update_environment(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    request = OperationRequest.from_wire(value)
    story = yield from open_operation(context, request, deadlines.UPDATE)
    if story is None:
        return Outcome.canceled().to_wire()
    built = yield from build_everything(story, request)
    remaining: tuple[str, ...] = ()
    if not built.outcome.is_success:
        remaining = yield from list_remaining(story, request.spec)
    return (yield from end_operation(story, built.end(story, request, remaining)))
