"""Brings a sleeping environment back to the settings it had.

1. Put the operation on the record and read the kept settings from it.
2. Each cell: pool to its old count, autoscaler on, workload's replicas back, nodes and pods
   ready, then the traffic. Until then the responder answers.
3. Ask the model through the edge; only its answer makes the environment Ready again. After a
   failure the pools that were woken go back to zero.
"""

from collections.abc import Sequence
from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable import names
from domain.durable.inputs import ScalingInput
from domain.environment.kept_pool import KeptPool
from domain.environment.operation import first_failure
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.outcomes import Failure, Outcome, Status
from orchestrators.edge_steps import ask_through_edge
from orchestrators.operation_record import end_operation, open_operation, read_kept_pools
from orchestrators.resource_steps import stop_gpu_cost
from orchestrators.story import Child, Steps, Story


def wake_environment(
    context: OrchestrationContext, value: dict[str, Any]
) -> Steps[dict[str, Any]]:
    request = OperationRequest.from_wire(value)
    story = yield from open_operation(context, request, deadlines.WAKE)
    if story is None:
        return Outcome.canceled().to_wire()
    kept = yield from read_kept_pools(story)
    outcome = yield from _wake(story, request, kept)
    if outcome.status is Status.FAILED:
        yield from stop_gpu_cost(story, request.spec, tuple(kept))
    end = OperationEnd(
        operation_id=request.operation_id,
        phase=Phase.READY if outcome.is_success else Phase.FAILED,
        outcome=outcome,
        at=story.now,
    )
    return (yield from end_operation(story, end))


def _wake(story: Story, request: OperationRequest, kept: dict[str, KeptPool]) -> Steps[Outcome]:
    if not kept:
        return Outcome.failed(_not_kept(request.spec.regions))
    outcomes = yield from story.join(_start_children(story, request, kept))
    failure = first_failure(outcomes)
    if failure:
        return failure
    return (yield from ask_through_edge(story, request.spec, request.host_name))


def _start_children(
    story: Story, request: OperationRequest, kept: dict[str, KeptPool]
) -> list[Child]:
    """A cell without kept settings never slept: they are kept before anything is changed."""
    cells = [
        ScalingInput(story=story.ref, spec=request.spec, region=region, kept=kept[region])
        for region in request.spec.regions
        if region in kept
    ]
    return [
        story.start_child(names.WAKE_CELL, cell.to_wire(), f"cell.{cell.region}") for cell in cells
    ]


def _not_kept(regions: Sequence[str]) -> Failure:
    return Failure(
        reason="NothingToWake",
        message=f"No settings of the GPU pool are kept for {', '.join(regions)}.",
        retryable=False,
        suggested_action="Delete the environment and create it again.",
    )
