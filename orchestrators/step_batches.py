"""Sends what one turn of an orchestration reports of its steps as one signal.

Each signal is an event of the history and an operation of the entity, which reads and writes the
whole record. One step's end and the next one's beginning are reported in the same turn, and so is
what parts that run side by side have begun.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, cast

from durabletask.entities import EntityInstanceId
from durabletask.task import OrchestrationContext, Task

from domain.durable.names import EntityOperation
from orchestrators.operation_context import Steps

type OrchestratorFunction = Callable[[OrchestrationContext, dict[str, Any]], Steps[Any]]


def with_step_batches(orchestrator: OrchestratorFunction) -> OrchestratorFunction:
    @wraps(orchestrator)
    def run(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
        batch = _BatchingContext(context)
        steps = orchestrator(cast(OrchestrationContext, batch), value)
        resume: Callable[[], Task[Any]] = partial(next, steps)
        while True:
            try:
                task = resume()
            except StopIteration as end:
                return end.value
            finally:
                batch.flush()
            try:
                resume = partial(steps.send, (yield task))
            except Exception as error:
                resume = partial(steps.throw, error)

    return run


class _BatchingContext:
    """The engine's context, which holds back changes of steps until the turn ends or the entity is
    asked for something else."""

    def __init__(self, context: OrchestrationContext) -> None:
        self._context = context
        self._changes: list[Any] = []
        self._entity: EntityInstanceId | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def signal_entity(
        self, entity_id: EntityInstanceId, operation_name: str, input: Any = None
    ) -> None:
        if operation_name == EntityOperation.RECORD_STEP:
            self._entity = entity_id
            self._changes.append(input)
            return
        self.flush()
        self._context.signal_entity(entity_id, operation_name, input)

    def call_entity(
        self, entity: EntityInstanceId, operation: str, input: Any = None
    ) -> Task[Any]:
        self.flush()
        return self._context.call_entity(entity, operation, input)

    def flush(self) -> None:
        if self._entity is None:
            return
        entity, changes = self._entity, self._changes
        self._entity, self._changes = None, []
        if len(changes) == 1:
            self._context.signal_entity(entity, EntityOperation.RECORD_STEP, changes[0])
        else:
            self._context.signal_entity(entity, EntityOperation.RECORD_STEPS, changes)
