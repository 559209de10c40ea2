"""Batches of entity operations: what a worker gets to run, and what its answer does."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.task_hub import entity_messages, events, lifecycle
from emulators.functions_host.task_hub.change import Change
from emulators.functions_host.task_hub.entity_table import Entity
from emulators.functions_host.task_hub.message_tables import Message
from emulators.functions_host.task_hub.refusals import Refusal
from emulators.functions_host.task_hub.store import Store

# The extension's own limit is 5000; a batch is one message, and messages end at some megabytes.
_LONGEST_BATCH = 500


@dataclass(frozen=True, slots=True)
class Batch:
    """The operations that were handed out together, in the order of their results."""

    entity_id: str
    operations: tuple[Message, ...]


def begin(store: Store, entity_id: str) -> tuple[Batch, pb.EntityRequest] | None:
    entity = store.entities.get(entity_id) or Entity(entity_id)
    operations = _runnable(store, entity)[:_LONGEST_BATCH]
    if not operations:
        return None
    request = pb.EntityRequest(
        instanceId=entity_id,
        entityState=events.string_value(entity.state),
        operationRequests=[message.event for message in operations],
    )
    return Batch(entity_id, tuple(operations)), request


def complete(change: Change, batch: Batch, result: pb.EntityBatchResult) -> None:
    """Operations without a result stay queued; those with one are answered and gone."""
    results = result.results
    if not results and result.HasField("failureDetails"):
        failure = pb.OperationResultFailure(failureDetails=result.failureDetails)
        results = [pb.OperationResult(failure=failure)] * len(batch.operations)
    elif not result.HasField("failureDetails"):
        _save_state(change, batch.entity_id, result.entityState.value or None)
    done = batch.operations[: len(results)]
    change.store.inbox.remove(message.position for message in done)
    for message, outcome in zip(done, results, strict=False):
        _answer(change, message, outcome)
    for action in result.actions:
        _act(change, action)
    change.ready_entities[batch.entity_id] = None


def _runnable(store: Store, entity: Entity) -> Sequence[Message]:
    """A locked entity serves its owner alone; else all that was asked before the next lock."""
    if entity.lock_id is not None:
        return [
            message
            for message in store.inbox.read(entity.entity_id)
            if message.event.entityOperationCalled.parentInstanceId.value == entity.lock_owner
        ]
    operations: list[Message] = []
    for message in store.inbox.read(entity.entity_id, _LONGEST_BATCH):
        if message.event.HasField("entityLockRequested"):
            break
        operations.append(message)
    return operations


def _save_state(change: Change, entity_id: str, state: str | None) -> None:
    entity = change.store.entities.get(entity_id) or Entity(entity_id)
    change.store.entities.save(replace(entity, state=state, modified_at=change.now))


def _answer(change: Change, message: Message, outcome: pb.OperationResult) -> None:
    if not message.event.HasField("entityOperationCalled"):
        return
    called = message.event.entityOperationCalled
    if outcome.HasField("failure"):
        event = events.history_event(
            change.now,
            entityOperationFailed=pb.EntityOperationFailedEvent(
                requestId=called.requestId, failureDetails=outcome.failure.failureDetails
            ),
        )
    else:
        event = events.history_event(
            change.now,
            entityOperationCompleted=pb.EntityOperationCompletedEvent(
                requestId=called.requestId, output=events.optional(outcome.success, "result")
            ),
        )
    change.post(called.parentInstanceId.value, event, called.parentExecutionId.value)


def _act(change: Change, action: pb.OperationAction) -> None:
    """An entity's own actions report to nobody: one that is refused is dropped."""
    try:
        if action.HasField("sendSignal"):
            _send_signal(change, action.sendSignal)
        elif action.HasField("startNewOrchestration"):
            _start_orchestration(change, action.startNewOrchestration)
    except Refusal as refusal:
        change.notes.append(f"An entity's action was dropped: {refusal}")


def _send_signal(change: Change, action: pb.SendSignalAction) -> None:
    due_at = events.moment_or_none(action, "scheduledTime")
    given = events.text_or_none(action, "input")
    signaled = entity_messages.new_signal(action.instanceId, action.name, given, due_at)
    entity_messages.signal(change, signaled)


def _start_orchestration(change: Change, action: pb.StartNewOrchestrationAction) -> None:
    instance_id = action.instanceId or uuid.uuid4().hex
    started = pb.ExecutionStartedEvent(
        name=action.name,
        version=events.optional(action, "version"),
        input=events.optional(action, "input"),
        parentTraceContext=events.optional(action, "parentTraceContext"),
        orchestrationInstance=pb.OrchestrationInstance(instanceId=instance_id),
    )
    lifecycle.start(change, started, events.moment_or_none(action, "scheduledTime"))
