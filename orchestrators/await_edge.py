"""Waits until the model answers through the edge: Front Door shows by its answers alone."""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable import names
from domain.durable.inputs import EdgeWait
from domain.environment.operation import OperationStatus
from domain.outcomes import Failure, Outcome
from orchestrators.story import Steps, Story

PROBES_PER_RUN = 60
PROBE_SECONDS = 5.0


def await_edge(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    wait = EdgeWait.from_wire(value)
    story = Story.open(context, wait.story)
    noted = None
    for _ in range(PROBES_PER_RUN):
        outcome = yield from story.call(names.PROBE_EDGE, wait.probe.to_wire())
        if outcome.is_success:
            return outcome.to_wire()
        answer = outcome.failure.message if outcome.failure else outcome.detail
        if story.now >= story.ref.deadline:
            return Outcome.failed(_silent(wait, answer)).to_wire()
        if answer != noted:
            noted = answer
            story.note(wait.step, OperationStatus.RUNNING, detail=answer)
        if not (yield from story.pause(PROBE_SECONDS)):
            return Outcome.canceled().to_wire()
    return story.go_on(value)


def _silent(wait: EdgeWait, answer: str | None) -> Failure:
    return Failure(
        reason="EdgePropagationTimeout",
        message=f"https://{wait.probe.host_name}{wait.probe.path} did not answer in time. "
        f"Last answer: {answer}.",
        retryable=True,
        suggested_action="Ask the origin directly; if it answers, Front Door is still "
        "propagating: try again later.",
    )
