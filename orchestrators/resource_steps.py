"""One ARM resource as one step of a story: begin, wait, begin again on what passes by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from domain import deadlines
from domain.arm.resource_kinds import KINDS
from domain.durable import names
from domain.durable.inputs import OperationWait, ResourceInput
from domain.environment.operation import OperationStatus
from domain.environment.steps import PlannedResource
from domain.outcomes import Handle, Outcome
from domain.spec.model import EnvironmentSpec
from orchestrators.story import Steps, Story

BEGIN_AGAIN_SECONDS = 15.0
"""A busy cluster's 409 and a route's too-early 400 carry no Retry-After; 15 s is AKS's pace."""


def create_resource(
    story: Story, resource: PlannedResource, spec: EnvironmentSpec
) -> Steps[Outcome]:
    value = _input(story, resource.kind, spec, resource.region)
    timeout = KINDS[resource.kind].create_timeout
    return run_step(story, resource.step, names.BEGIN_RESOURCE, value, timeout)


def delete_resource(
    story: Story, resource: PlannedResource, spec: EnvironmentSpec
) -> Steps[Outcome]:
    value = _input(story, resource.kind, spec, resource.region)
    timeout = KINDS[resource.kind].delete_timeout
    return run_step(story, resource.step, names.BEGIN_DELETE_RESOURCE, value, timeout)


def stop_gpu_cost(story: Story, spec: EnvironmentSpec, regions: Sequence[str]) -> Steps[None]:
    """Bring GPU pools to zero after a failure; has time of its own, whatever was left."""
    limit = story.now + timedelta(seconds=deadlines.EMPTY_GPU_POOL * len(regions))
    cleanup = replace(story, ref=story.ref.model_copy(update={"deadline": limit}))
    for region in regions:
        yield from empty_gpu_pool(cleanup, f"cell/{region}/gpuPoolToZero", spec, region)


def empty_gpu_pool(story: Story, step: str, spec: EnvironmentSpec, region: str) -> Steps[Outcome]:
    """Stop the GPU pool's cost."""
    value = _input(story, "managedCluster", spec, region)
    return run_step(story, step, names.BEGIN_EMPTY_GPU_POOL, value, deadlines.EMPTY_GPU_POOL)


def run_step(
    story: Story, step: str, activity: str, value: Mapping[str, Any], timeout: float
) -> Steps[Outcome]:
    """Run `activity` and what it began to the end, within `timeout` seconds."""
    if story.canceled.is_complete:
        return Outcome.canceled()
    deadline = story.deadline_in(timeout)
    story.note(step, OperationStatus.RUNNING)
    attempt = 0
    while True:
        attempt += 1
        outcome = yield from story.call(activity, value)
        if handle := outcome.handle:
            outcome = yield from _await_handle(story, step, handle, deadline, attempt)
            if handle.adopted and _is_to_be_looked_at_again(story, outcome, deadline):
                continue
        if not outcome.is_worth_retrying or story.now >= deadline:
            break
        if not (yield from _wait_to_begin_again(story, step, outcome)):
            outcome = Outcome.canceled()
            break
    story.note_end(step, outcome)
    return outcome


def _await_handle(
    story: Story, step: str, handle: Handle, deadline: datetime, attempt: int
) -> Steps[Outcome]:
    story.note(step, OperationStatus.RUNNING, resource_id=handle.resource_id)
    wait = OperationWait(
        story=story.ref.model_copy(update={"deadline": deadline}),
        step=step,
        handle=handle,
        begun_at=story.now,
    )
    suffix = f"{step.partition('/')[2].replace('/', '.')}.{attempt}"
    return story.run_child(names.AWAIT_OPERATION, wait.to_wire(), suffix)


def _is_to_be_looked_at_again(story: Story, earlier: Outcome, deadline: datetime) -> bool:
    """An earlier operation may have been sent for another specification, and failed by it."""
    return earlier.is_success or (earlier.failure is not None and story.now < deadline)


def _wait_to_begin_again(story: Story, step: str, outcome: Outcome) -> Steps[bool]:
    failure = outcome.failure
    assert failure, "only a failure is worth retrying"
    story.note(step, OperationStatus.RUNNING, detail=failure.message)
    return (yield from story.pause(failure.retry_after_seconds or BEGIN_AGAIN_SECONDS))


def _input(story: Story, kind: str, spec: EnvironmentSpec, region: str) -> dict[str, Any]:
    return ResourceInput(
        operation_id=story.ref.operation_id, kind=kind, spec=spec, region=region
    ).to_wire()
