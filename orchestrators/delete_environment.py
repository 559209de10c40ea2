"""Deletes an environment.

1. Put the operation on the record; cancel the one that was running and wait until it let go.
2. Edge and cells side by side, each in the reverse order of its creation.
3. Deleted only if Azure shows that nothing is left; else Failed with a list of it.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.arm.error_bodies import redact
from domain.durable import names
from domain.durable.inputs import DeletionInput
from domain.environment.operation import first_failure
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.environment.steps import plan_cell, plan_edge
from domain.outcomes import Failure, Outcome
from orchestrators.operation_record import end_operation, list_remaining, open_operation
from orchestrators.story import Child, Steps, Story, entity_id

PREDECESSOR_PAUSE_SECONDS = 5.0


def delete_environment(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    request = OperationRequest.from_wire(value)
    story = yield from open_operation(context, request, deadlines.DELETE)
    if story is None:
        return Outcome.canceled().to_wire()
    if request.predecessor:
        yield from _stop_predecessor(story, request.predecessor, request.force)
    outcomes = yield from story.join(_start_children(story, request), stop_on_failure=False)
    remaining = yield from list_remaining(story, request.spec)
    outcome = first_failure(outcomes)
    if remaining and outcome is None:
        outcome = Outcome.failed(_left(remaining))
    end = OperationEnd(
        operation_id=request.operation_id,
        phase=Phase.FAILED if outcome else Phase.DELETED,
        outcome=outcome or Outcome.succeeded(),
        at=story.now,
        remaining=remaining,
    )
    return (yield from end_operation(story, end))


def _stop_predecessor(story: Story, predecessor: str, force: bool) -> Steps[None]:
    """Nothing may be created any more when deletion begins; `force` does not wait for that."""
    story.context.send_event(predecessor, names.CANCEL_EVENT)
    deadline = story.deadline_in(deadlines.PREDECESSOR)
    while not force and story.now < deadline:
        has_ended = yield story.context.call_entity(
            entity_id(story.ref.environment), "has_ended", predecessor
        )
        if has_ended or not (yield from story.pause(PREDECESSOR_PAUSE_SECONDS)):
            return


def _start_children(story: Story, request: OperationRequest) -> list[Child]:
    regions = request.spec.regions
    parts = {"edge": plan_edge(regions)} | {f"cell.{r}": plan_cell(r) for r in regions}
    return [
        story.start_child(
            names.DELETE_RESOURCES,
            DeletionInput(
                story=story.ref, spec=request.spec, targets=tuple(reversed(resources))
            ).to_wire(),
            suffix,
        )
        for suffix, resources in parts.items()
    ]


def _left(remaining: tuple[str, ...]) -> Failure:
    return Failure(
        reason="ResourcesRemain",
        message=redact(f"Azure still shows {len(remaining)} resource(s): {', '.join(remaining)}."),
        retryable=True,
        suggested_action="Send DELETE again, with ?force=true if an operation is stuck.",
    )
