"""The clients' side of the gRPC service: calls on entities and on the task hub itself."""

from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.internal import orchestrator_service_pb2_grpc as stubs
from grpc.aio import ServicerContext

from emulators.functions_host.task_hub import (
    entity_locks,
    entity_messages,
    events,
    queries,
    states,
)
from emulators.functions_host.task_hub.hub import TaskHub
from emulators.functions_host.task_hub.identifiers import entity_id


class EntityCalls(stubs.TaskHubSidecarServiceServicer):
    def __init__(self, hub: TaskHub) -> None:
        self._hub = hub
        self._store = hub.store

    async def SignalEntity(
        self, request: pb.SignalEntityRequest, context: ServicerContext
    ) -> pb.SignalEntityResponse:
        signaled = entity_messages.new_signal(
            entity_id(request.instanceId),
            request.name,
            events.text_or_none(request, "input"),
            events.moment_or_none(request, "scheduledTime"),
            request.requestId,
        )
        with self._hub.change() as change:
            entity_messages.signal(change, signaled)
        return pb.SignalEntityResponse()

    async def GetEntity(
        self, request: pb.GetEntityRequest, context: ServicerContext
    ) -> pb.GetEntityResponse:
        entity = self._store.entities.get(entity_id(request.instanceId))
        if entity is None or entity.state is None:
            return pb.GetEntityResponse(exists=False)
        return pb.GetEntityResponse(
            exists=True, entity=states.entity_metadata(self._store, entity, request.includeState)
        )

    async def QueryEntities(
        self, request: pb.QueryEntitiesRequest, context: ServicerContext
    ) -> pb.QueryEntitiesResponse:
        page = queries.entities(self._store, request.query)
        return pb.QueryEntitiesResponse(
            entities=[
                states.entity_metadata(self._store, entity, request.query.includeState)
                for entity in page.rows
            ],
            continuationToken=events.string_value(page.token),
        )

    async def CleanEntityStorage(
        self, request: pb.CleanEntityStorageRequest, context: ServicerContext
    ) -> pb.CleanEntityStorageResponse:
        released = removed = 0
        with self._hub.change() as change:
            if request.releaseOrphanedLocks:
                released = entity_locks.release_orphaned(change)
            if request.removeEmptyEntities:
                removed = self._store.entities.delete_empty()
        return pb.CleanEntityStorageResponse(
            emptyEntitiesRemoved=removed, orphanedLocksReleased=released
        )

    async def CreateTaskHub(
        self, request: pb.CreateTaskHubRequest, context: ServicerContext
    ) -> pb.CreateTaskHubResponse:
        if request.recreateIfExists:
            self._hub.clear()
        return pb.CreateTaskHubResponse()

    async def DeleteTaskHub(
        self, request: pb.DeleteTaskHubRequest, context: ServicerContext
    ) -> pb.DeleteTaskHubResponse:
        """The process goes on with an empty hub: what is served needs something to serve."""
        self._hub.clear()
        return pb.DeleteTaskHubResponse()
