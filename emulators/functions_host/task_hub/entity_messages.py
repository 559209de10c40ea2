"""Messages to entities: operations, now or later, and the requests and releases of locks."""

import uuid
from dataclasses import dataclass

from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.task_hub import entity_locks, events
from emulators.functions_host.task_hub.change import Change
from emulators.functions_host.task_hub.identifiers import entity_id


@dataclass(frozen=True, slots=True)
class Sender:
    """The run of an orchestration that waits for the answer."""

    instance_id: str
    execution_id: str


def send(change: Change, sender: Sender, message: pb.SendEntityMessageAction) -> None:
    match message.WhichOneof("EntityMessageType"):
        case "entityOperationCalled":
            _call(change, sender, message.entityOperationCalled)
        case "entityOperationSignaled":
            signal(change, message.entityOperationSignaled)
        case "entityLockRequested":
            _request_lock(change, sender, message.entityLockRequested)
        case "entityUnlockSent":
            unlock = message.entityUnlockSent
            target = entity_id(unlock.targetInstanceId.value)
            entity_locks.release(change, target, unlock.criticalSectionId)


def signal(change: Change, signaled: pb.EntityOperationSignaledEvent) -> None:
    target = entity_id(signaled.targetInstanceId.value)
    due_at = events.moment_or_none(signaled, "scheduledTime")
    event = events.history_event(change.now, entityOperationSignaled=signaled)
    change.post_at(due_at, target, event)


def new_signal(
    target: str, operation: str, given: str | None, due_at: int | None, request_id: str = ""
) -> pb.EntityOperationSignaledEvent:
    return pb.EntityOperationSignaledEvent(
        requestId=request_id or str(uuid.uuid4()),
        operation=operation,
        input=events.string_value(given),
        scheduledTime=events.optional_timestamp(due_at),
        targetInstanceId=events.string_value(target),
    )


def _call(change: Change, sender: Sender, called: pb.EntityOperationCalledEvent) -> None:
    """The SDK leaves the execution out; the answer must not reach a later run of the caller."""
    target = entity_id(called.targetInstanceId.value)
    addressed = pb.EntityOperationCalledEvent()
    addressed.CopyFrom(called)
    addressed.parentInstanceId.value = sender.instance_id
    addressed.parentExecutionId.value = sender.execution_id
    event = events.history_event(change.now, entityOperationCalled=addressed)
    due_at = events.moment_or_none(called, "scheduledTime")
    change.post_at(due_at, target, event, sender.execution_id)


def _request_lock(change: Change, sender: Sender, request: pb.EntityLockRequestedEvent) -> None:
    addressed = pb.EntityLockRequestedEvent()
    addressed.CopyFrom(request)
    addressed.parentInstanceId.value = sender.instance_id
    event = events.history_event(change.now, entityLockRequested=addressed)
    change.post(entity_id(request.lockSet[request.position]), event, sender.execution_id)
