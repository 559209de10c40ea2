"""How an operation enters and leaves its environment's record."""

from datetime import timedelta
from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable import names
from domain.durable.inputs import ResourceInput, StoryRef
from domain.environment.kept_pool import KeptPool
from domain.environment.operation_request import OperationRequest
from domain.environment.record import OperationEnd
from domain.spec.model import EnvironmentSpec
from orchestrators.story import Steps, Story, entity_id, utc_now

LOOK_AGAIN_SECONDS = 15.0
UNKNOWN = ("unknown: Azure did not answer",)


def open_operation(
    context: OrchestrationContext, request: OperationRequest, timeout: float
) -> Steps[Story | None]:
    """The operation's story, or None if the record has moved on without it."""
    now = utc_now(context)
    story = Story.open(
        context,
        StoryRef(
            environment=request.spec.name,
            operation_id=request.operation_id,
            deadline=now + timedelta(seconds=timeout),
        ),
    )
    accepted = yield context.call_entity(
        entity_id(request.spec.name),
        "start_operation",
        {"request": request.to_wire(), "at": now.isoformat()},
    )
    return story if accepted else None


def end_operation(story: Story, end: OperationEnd) -> Steps[dict[str, Any]]:
    """Put the end on the record before the orchestration itself ends."""
    yield story.context.call_entity(
        entity_id(story.ref.environment), "end_operation", end.to_wire()
    )
    return end.outcome.to_wire()


def read_kept_pools(story: Story) -> Steps[dict[str, KeptPool]]:
    """By region: the GPU pools' settings before they went to zero."""
    kept: dict[str, Any] = yield story.context.call_entity(
        entity_id(story.ref.environment), "get_kept_pools"
    )
    return {region: KeptPool.from_wire(pool) for region, pool in kept.items()}


def list_remaining(story: Story, spec: EnvironmentSpec) -> Steps[tuple[str, ...]]:
    """Ids of the environment's resources that Azure still shows."""
    value = ResourceInput(operation_id=story.ref.operation_id, kind="resourceGroup", spec=spec)
    limit = story.now + timedelta(seconds=deadlines.LEFTOVERS)
    while True:
        outcome = yield from story.call(names.LIST_REMAINING_RESOURCES, value.to_wire())
        if outcome.is_success:
            return tuple(outcome.result["resourceIds"])
        if not outcome.is_worth_retrying or story.now >= limit:
            return UNKNOWN
        if not (yield from story.pause(LOOK_AGAIN_SECONDS)):
            return UNKNOWN
