"""Asking the model through the edge, as the last step of a story."""

from domain import deadlines
from domain.durable import names
from domain.durable.inputs import EdgeProbe, EdgeWait
from domain.environment.operation import OperationStatus
from domain.environment.steps import PROBE_STEP
from domain.outcomes import Outcome
from domain.spec.model import EnvironmentSpec
from orchestrators.story import Steps, Story

PROBE_SKIPPED = "Not asked: no replica is wanted."


def ask_through_edge(story: Story, spec: EnvironmentSpec, host_name: str) -> Steps[Outcome]:
    if spec.workload.replicas == 0:
        story.note(PROBE_STEP, OperationStatus.SUCCEEDED, detail=PROBE_SKIPPED)
        return Outcome.succeeded()
    story.note(PROBE_STEP, OperationStatus.RUNNING)
    deadline = story.deadline_in(deadlines.EDGE_ANSWERS)
    wait = EdgeWait(
        story=story.ref.model_copy(update={"deadline": deadline}),
        step=PROBE_STEP,
        probe=EdgeProbe(
            operation_id=story.ref.operation_id,
            host_name=host_name,
            path=spec.workload.health_path,
        ),
    )
    outcome = yield from story.run_child(names.AWAIT_EDGE, wait.to_wire(), "probe")
    story.note_end(PROBE_STEP, outcome)
    return outcome
