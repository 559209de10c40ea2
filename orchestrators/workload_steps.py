"""What runs inside a cell, as steps of a story: apply it, wait until it is ready."""

from domain import deadlines
from domain.durable import names
from domain.durable.inputs import ReadyWait, WorkloadInput
from domain.outcomes import Outcome
from domain.spec.model import EnvironmentSpec
from orchestrators.resource_steps import run_step
from orchestrators.story import Steps, Story


def apply_workload(
    story: Story, step: str, spec: EnvironmentSpec, region: str, *, replicas: int, awake: bool
) -> Steps[Outcome]:
    value = WorkloadInput(
        operation_id=story.ref.operation_id,
        spec=spec,
        region=region,
        replicas=replicas,
        awake=awake,
    )
    return run_step(story, step, names.APPLY_WORKLOAD, value.to_wire(), deadlines.WORKLOAD)


def await_workload(story: Story, spec: EnvironmentSpec, region: str) -> Steps[Outcome]:
    deadline = story.deadline_in(deadlines.READINESS)
    wait = ReadyWait(
        story=story.ref.model_copy(update={"deadline": deadline}),
        spec=spec,
        region=region,
        started_at=story.now,
    )
    return story.run_child(names.AWAIT_READY, wait.to_wire(), "ready")
