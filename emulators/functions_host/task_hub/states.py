"""Turns rows into the states and metadata that clients get to see."""

from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.task_hub import events
from emulators.functions_host.task_hub.entity_table import Entity
from emulators.functions_host.task_hub.instance_table import Instance
from emulators.functions_host.task_hub.store import Store


def orchestration_state(
    store: Store, instance: Instance, with_payloads: bool
) -> pb.OrchestrationState:
    """Custom status and failure count as payloads, as they do in the Durable extension."""
    started = store.instances.started(instance.instance_id)
    state = pb.OrchestrationState(
        instanceId=instance.instance_id,
        executionId=events.string_value(instance.execution_id),
        name=started.name,
        version=events.optional(started, "version"),
        orchestrationStatus=instance.status,  # pyright: ignore[reportArgumentType]
        scheduledStartTimestamp=events.optional_timestamp(instance.due_at),
        createdTimestamp=events.timestamp(instance.created_at),
        lastUpdatedTimestamp=events.timestamp(instance.updated_at),
        completedTimestamp=events.optional_timestamp(instance.completed_at),
        parentInstanceId=events.string_value(instance.parent_id),
        tags=started.tags,
    )
    if with_payloads:
        _add_payloads(state, instance, started)
    return state


def instance_response(
    store: Store, instance: Instance | None, with_payloads: bool
) -> pb.GetInstanceResponse:
    if instance is None:
        return pb.GetInstanceResponse(exists=False)
    state = orchestration_state(store, instance, with_payloads)
    return pb.GetInstanceResponse(exists=True, orchestrationState=state)


def entity_metadata(store: Store, entity: Entity, with_state: bool) -> pb.EntityMetadata:
    return pb.EntityMetadata(
        instanceId=entity.entity_id,
        lastModifiedTime=events.timestamp(entity.modified_at),
        backlogQueueSize=store.inbox.count(entity.entity_id),
        lockedBy=events.string_value(entity.lock_owner),
        serializedState=events.string_value(entity.state) if with_state else None,
    )


def _add_payloads(
    state: pb.OrchestrationState, instance: Instance, started: pb.ExecutionStartedEvent
) -> None:
    if started.HasField("input"):
        state.input.CopyFrom(started.input)
    if instance.output is not None:
        state.output.value = instance.output
    if instance.custom_status is not None:
        state.customStatus.value = instance.custom_status
    if instance.failure is not None:
        state.failureDetails.ParseFromString(instance.failure)
