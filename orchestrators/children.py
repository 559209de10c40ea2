"""Child orchestrations: start them, wait for them, and pass a cancellation on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from durabletask.task import Task, TaskFailedError, when_any

from domain.durable.names import CANCEL_EVENT, Orchestrator
from domain.environment.failures import unexpected_failure
from domain.outcomes import Outcome
from orchestrators.operation_context import Orchestration, Steps


@dataclass(frozen=True, slots=True)
class Child:
    """A child orchestration that was started."""

    instance_id: str
    orchestrator: Orchestrator
    task: Task[Any]

    @property
    def outcome(self) -> Outcome:
        try:
            return Outcome.from_wire(self.task.get_result())
        except TaskFailedError as error:
            failure = unexpected_failure(
                "OrchestrationFailed", self.orchestrator, error.details.message
            )
            return Outcome.failed(failure)


def start_child(
    run: Orchestration, orchestrator: Orchestrator, value: Mapping[str, Any], child_id: str
) -> Child:
    task: Task[Any] = run.context.call_sub_orchestrator(
        orchestrator, input=value, instance_id=child_id
    )
    return Child(child_id, orchestrator, task)


def run_child(
    run: Orchestration, orchestrator: Orchestrator, value: Mapping[str, Any], child_id: str
) -> Steps[Outcome]:
    outcomes = yield from run_children(
        run, lambda: [start_child(run, orchestrator, value, child_id)]
    )
    return outcomes[0]


def run_children(
    run: Orchestration, start: Callable[[], list[Child]], *, stop_on_failure: bool = True
) -> Steps[list[Outcome]]:
    """Starts children and waits for all; a canceled run starts none, and that is one outcome."""
    if run.is_canceled:
        return [Outcome.canceled()]
    return (yield from join_children(run, start(), stop_on_failure=stop_on_failure))


def join_children(
    run: Orchestration, children: Sequence[Child], *, stop_on_failure: bool
) -> Steps[list[Outcome]]:
    """Waits for all children; a cancellation, or one child's failure, cancels the rest."""
    pending, stopping = list(children), False
    while pending:
        watched = [child.task for child in pending]
        yield when_any(watched if stopping else [*watched, run.canceled])
        ended = [child for child in pending if child.task.is_complete]
        pending = [child for child in pending if not child.task.is_complete]
        failed = stop_on_failure and any(not child.outcome.is_success for child in ended)
        if not stopping and (failed or run.is_canceled):
            stopping = True
            for child in pending:
                run.context.send_event(child.instance_id, CANCEL_EVENT)
    return [child.outcome for child in children]
