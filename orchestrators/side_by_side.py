"""Runs steps of one orchestration side by side, each as soon as those that it needs are done.

Children would do so, too, but each costs a history and two ways through the queues of the hub.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from durabletask.task import CompletableTask, Task, when_any

from domain.environment.operation import first_failure
from domain.outcomes import Outcome
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.sequence import merge


@dataclass(frozen=True, slots=True)
class Part:
    """A step, and the names of the parts that have to succeed before it."""

    name: str
    needs: Sequence[str]
    run: Callable[[OperationContext], Steps[Outcome]]


def side_by_side(operation: OperationContext, parts: Sequence[Part]) -> Steps[Outcome]:
    """The results of all, or the failure that stopped them. `parts`: each after what it needs.

    The first failure cancels what runs, as a cancellation of the operation does.
    """
    stopped = CompletableTask[None]()
    stoppable = replace(operation, canceled=when_any([operation.canceled, stopped]))
    begun: dict[str, _Begun] = {}
    while True:
        for part in parts:
            if part.name not in begun and all(_is_done(begun.get(need)) for need in part.needs):
                begun[part.name] = _Begun(part.run(stoppable))
        outcomes = [each.outcome for each in begun.values() if each.outcome]
        failure = first_failure(outcomes)
        if failure and not stopped.is_complete:
            stopped.complete(None)
        running = [each for each in begun.values() if not each.outcome]
        if not running:
            return failure or merge(outcomes)
        yield when_any([each.task for each in running])
        for each in running:
            each.go_on()


@dataclass(slots=True)
class _Begun:
    """A part that was begun: what it waits for, or its outcome."""

    steps: Steps[Outcome]
    task: Task[Any] = field(init=False)
    outcome: Outcome | None = None

    def __post_init__(self) -> None:
        self._run(lambda: next(self.steps))

    def go_on(self) -> None:
        """As the engine resumes an orchestration: as far as it comes without waiting."""
        while not self.outcome and self.task.is_complete:
            self._run(self._resume)

    def _run(self, resume: Callable[[], Task[Any]]) -> None:
        try:
            self.task = resume()
        except StopIteration as end:
            self.outcome = end.value

    def _resume(self) -> Task[Any]:
        if self.task.is_failed:
            return self.steps.throw(self.task.get_exception())
        return self.steps.send(self.task.get_result())


def _is_done(part: _Begun | None) -> bool:
    return part is not None and part.outcome is not None and part.outcome.is_success
