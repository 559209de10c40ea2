"""The clients' side of the gRPC service: calls on orchestration instances."""

import uuid
from collections.abc import Callable

from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.internal import orchestrator_service_pb2_grpc as stubs
from grpc.aio import ServicerContext

from emulators.functions_host.task_hub import events, lifecycle, queries, rewinding, states
from emulators.functions_host.task_hub.change import is_entity
from emulators.functions_host.task_hub.hub import TaskHub
from emulators.functions_host.task_hub.identifiers import check_instance_id
from emulators.functions_host.task_hub.instance_table import FINISHED, Instance
from emulators.functions_host.task_hub.refusals import (
    InstanceExists,
    InstanceNotFound,
    InvalidRequest,
    WrongStatus,
)
from emulators.functions_host.task_hub.second_starts import SecondStart


class InstanceCalls(stubs.TaskHubSidecarServiceServicer):
    def __init__(self, hub: TaskHub) -> None:
        self._hub = hub
        self._store = hub.store

    async def StartInstance(
        self, request: pb.CreateInstanceRequest, context: ServicerContext
    ) -> pb.CreateInstanceResponse:
        if not request.name:
            raise InvalidRequest("An orchestration needs the name of its orchestrator.")
        check_instance_id(request.instanceId)
        started = _started_by(request)
        due_at = events.moment_or_none(request, "scheduledStartTimestamp")
        try:
            with self._hub.change() as change:
                lifecycle.start(change, started, due_at, self._replaceable(request))
        except InstanceExists:
            if _has_policy(request) or self._hub.second_start is not SecondStart.DISCARD:
                raise
        return pb.CreateInstanceResponse(instanceId=started.orchestrationInstance.instanceId)

    async def GetInstance(
        self, request: pb.GetInstanceRequest, context: ServicerContext
    ) -> pb.GetInstanceResponse:
        return self._answer(request, self._store.instances.get(request.instanceId))

    async def WaitForInstanceStart(
        self, request: pb.GetInstanceRequest, context: ServicerContext
    ) -> pb.GetInstanceResponse:
        pending = pb.ORCHESTRATION_STATUS_PENDING
        return await self._wait(request, lambda instance: instance.status != pending)

    async def WaitForInstanceCompletion(
        self, request: pb.GetInstanceRequest, context: ServicerContext
    ) -> pb.GetInstanceResponse:
        return await self._wait(request, lambda instance: instance.is_finished)

    async def RaiseEvent(
        self, request: pb.RaiseEventRequest, context: ServicerContext
    ) -> pb.RaiseEventResponse:
        data = events.text_or_none(request, "input")
        with self._hub.change() as change:
            lifecycle.raise_event(change, request.instanceId, request.name, data)
        return pb.RaiseEventResponse()

    async def TerminateInstance(
        self, request: pb.TerminateRequest, context: ServicerContext
    ) -> pb.TerminateResponse:
        output = events.text_or_none(request, "output")
        with self._hub.change() as change:
            lifecycle.terminate(change, request.instanceId, output, request.recursive)
        return pb.TerminateResponse()

    async def SuspendInstance(
        self, request: pb.SuspendRequest, context: ServicerContext
    ) -> pb.SuspendResponse:
        with self._hub.change() as change:
            reason = events.text_or_none(request, "reason")
            lifecycle.suspend(change, request.instanceId, reason)
        return pb.SuspendResponse()

    async def ResumeInstance(
        self, request: pb.ResumeRequest, context: ServicerContext
    ) -> pb.ResumeResponse:
        with self._hub.change() as change:
            lifecycle.resume(change, request.instanceId, events.text_or_none(request, "reason"))
        return pb.ResumeResponse()

    async def RewindInstance(
        self, request: pb.RewindInstanceRequest, context: ServicerContext
    ) -> pb.RewindInstanceResponse:
        with self._hub.change() as change:
            reason = events.text_or_none(request, "reason")
            rewinding.request(change, request.instanceId, reason)
        return pb.RewindInstanceResponse()

    async def RestartInstance(
        self, request: pb.RestartInstanceRequest, context: ServicerContext
    ) -> pb.RestartInstanceResponse:
        """Begin anew with the same name, input, version and tags, but without a parent."""
        existing = self._store.instances.get(request.instanceId)
        if existing is None:
            raise InstanceNotFound(request.instanceId)
        if not existing.is_finished and not request.restartWithNewInstanceId:
            raise WrongStatus(f"The orchestration instance '{request.instanceId}' still runs.")
        started = self._store.instances.started(request.instanceId)
        for field in ("parentInstance", "scheduledStartTimestamp", "orchestrationInstance"):
            started.ClearField(field)
        new_id = uuid.uuid4().hex if request.restartWithNewInstanceId else request.instanceId
        started.orchestrationInstance.instanceId = new_id
        with self._hub.change() as change:
            lifecycle.start(change, started)
        return pb.RestartInstanceResponse(instanceId=new_id)

    async def PurgeInstances(
        self, request: pb.PurgeInstancesRequest, context: ServicerContext
    ) -> pb.PurgeInstancesResponse:
        with self._hub.change() as change:
            match request.WhichOneof("request"):
                case "instanceId":
                    ids = [request.instanceId]
                case "instanceBatch":
                    ids = list(request.instanceBatch.instanceIds)
                case "purgeInstanceFilter":
                    ids = queries.purgeable(self._store, request.purgeInstanceFilter)
                case _:
                    raise InvalidRequest("A purge needs an instance ID, a batch or a filter.")
            count = sum(
                lifecycle.purge_entity(change, purged)
                if is_entity(purged)
                else lifecycle.purge(change, purged, request.recursive)
                for purged in ids
            )
        response = pb.PurgeInstancesResponse(deletedInstanceCount=count)
        response.isComplete.value = True
        return response

    async def QueryInstances(
        self, request: pb.QueryInstancesRequest, context: ServicerContext
    ) -> pb.QueryInstancesResponse:
        page = queries.instances(self._store, request.query)
        with_payloads = request.query.fetchInputsAndOutputs
        return pb.QueryInstancesResponse(
            orchestrationState=[
                states.orchestration_state(self._store, instance, with_payloads)
                for instance in page.rows
            ],
            continuationToken=events.string_value(page.token),
        )

    async def ListInstanceIds(
        self, request: pb.ListInstanceIdsRequest, context: ServicerContext
    ) -> pb.ListInstanceIdsResponse:
        page = queries.finished_ids(self._store, request)
        return pb.ListInstanceIdsResponse(
            instanceIds=page.rows, lastInstanceKey=events.string_value(page.token)
        )

    async def StreamInstanceHistory(
        self, request: pb.StreamInstanceHistoryRequest, context: ServicerContext
    ) -> None:
        if self._store.instances.get(request.instanceId) is None:
            raise InstanceNotFound(request.instanceId)
        for chunk in list(self._store.instances.history_chunks(request.instanceId)):
            await context.write(pb.HistoryChunk.FromString(chunk))

    async def SkipGracefulOrchestrationTerminations(
        self, request: pb.SkipGracefulOrchestrationTerminationsRequest, context: ServicerContext
    ) -> pb.SkipGracefulOrchestrationTerminationsResponse:
        reason = events.text_or_none(request, "reason")
        left: list[str] = []
        with self._hub.change() as change:
            for instance_id in request.instanceBatch.instanceIds:
                if self._store.instances.is_live(instance_id, None):
                    lifecycle.terminate(change, instance_id, reason, recursive=False)
                else:
                    left.append(instance_id)
        return pb.SkipGracefulOrchestrationTerminationsResponse(unterminatedInstanceIds=left)

    def _replaceable(self, request: pb.CreateInstanceRequest) -> frozenset[int]:
        """No policy means the hub's own way; an empty one means that nothing is replaceable."""
        if _has_policy(request):
            return frozenset(request.orchestrationIdReusePolicy.replaceableStatus)
        if self._hub.second_start is SecondStart.RESTART:
            return frozenset(pb.OrchestrationStatus.values())
        return FINISHED

    def _answer(
        self, request: pb.GetInstanceRequest, instance: Instance | None
    ) -> pb.GetInstanceResponse:
        return states.instance_response(self._store, instance, request.getInputsAndOutputs)

    async def _wait(
        self, request: pb.GetInstanceRequest, is_reached: Callable[[Instance], bool]
    ) -> pb.GetInstanceResponse:
        """Wait as long as the caller does: its deadline cancels this call."""
        while True:
            instance = self._store.instances.get(request.instanceId)
            if instance is None or is_reached(instance):
                return self._answer(request, instance)
            await self._hub.waits.next_change(request.instanceId)


def _started_by(request: pb.CreateInstanceRequest) -> pb.ExecutionStartedEvent:
    return pb.ExecutionStartedEvent(
        name=request.name,
        version=events.optional(request, "version"),
        input=events.optional(request, "input"),
        orchestrationInstance=pb.OrchestrationInstance(
            instanceId=request.instanceId or uuid.uuid4().hex,
            executionId=events.optional(request, "executionId"),
        ),
        parentTraceContext=events.optional(request, "parentTraceContext"),
        tags=request.tags,
    )


def _has_policy(request: pb.CreateInstanceRequest) -> bool:
    return request.HasField("orchestrationIdReusePolicy")
