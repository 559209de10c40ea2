"""The workers' side of the gRPC service: streams of work items and their results."""

import asyncio

from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.internal import orchestrator_service_pb2_grpc as stubs
from google.protobuf.empty_pb2 import Empty
from grpc.aio import ServicerContext

from emulators.functions_host.task_hub.filters import filters_of
from emulators.functions_host.task_hub.hub import TaskHub
from emulators.functions_host.task_hub.work_items import Kind, Stream

# durabletask's worker reconnects (and loses what it runs) after 120 silent seconds.
_PING_SECONDS = 30.0


class WorkerCalls(stubs.TaskHubSidecarServiceServicer):
    def __init__(self, hub: TaskHub) -> None:
        self._hub = hub

    async def Hello(self, request: Empty, context: ServicerContext) -> Empty:
        return Empty()

    async def GetWorkItems(
        self, request: pb.GetWorkItemsRequest, context: ServicerContext
    ) -> None:
        stream = _stream_of(request)
        self._hub.work.open(stream)
        try:
            while True:
                await context.write(await self._next_item(stream))
        finally:
            self._hub.work.close(stream)

    async def CompleteOrchestratorTask(
        self, request: pb.OrchestratorResponse, context: ServicerContext
    ) -> pb.CompleteTaskResponse:
        self._hub.complete_turn(request)
        return pb.CompleteTaskResponse()

    async def CompleteActivityTask(
        self, request: pb.ActivityResponse, context: ServicerContext
    ) -> pb.CompleteTaskResponse:
        self._hub.complete_activity(request)
        return pb.CompleteTaskResponse()

    async def CompleteEntityTask(
        self, request: pb.EntityBatchResult, context: ServicerContext
    ) -> pb.CompleteTaskResponse:
        self._hub.complete_batch(request)
        return pb.CompleteTaskResponse()

    async def AbandonTaskOrchestratorWorkItem(
        self, request: pb.AbandonOrchestrationTaskRequest, context: ServicerContext
    ) -> pb.AbandonOrchestrationTaskResponse:
        self._hub.abandon(Kind.ORCHESTRATION, request.completionToken)
        return pb.AbandonOrchestrationTaskResponse()

    async def AbandonTaskActivityWorkItem(
        self, request: pb.AbandonActivityTaskRequest, context: ServicerContext
    ) -> pb.AbandonActivityTaskResponse:
        self._hub.abandon(Kind.ACTIVITY, request.completionToken)
        return pb.AbandonActivityTaskResponse()

    async def AbandonTaskEntityWorkItem(
        self, request: pb.AbandonEntityTaskRequest, context: ServicerContext
    ) -> pb.AbandonEntityTaskResponse:
        self._hub.abandon(Kind.ENTITY, request.completionToken)
        return pb.AbandonEntityTaskResponse()

    async def _next_item(self, stream: Stream) -> pb.WorkItem:
        """News may be for other streams alone, so they do not put the ping off."""
        try:
            async with asyncio.timeout(_PING_SECONDS):
                while (item := self._take(stream)) is None:
                    await stream.news.wait()
                return item
        except TimeoutError:
            return pb.WorkItem(healthPing=pb.HealthPing())

    def _take(self, stream: Stream) -> pb.WorkItem | None:
        stream.news.clear()
        return self._hub.work.take(stream)


def _stream_of(request: pb.GetWorkItemsRequest) -> Stream:
    return Stream(
        limits={
            Kind.ORCHESTRATION: request.maxConcurrentOrchestrationWorkItems,
            Kind.ENTITY: request.maxConcurrentEntityWorkItems,
            Kind.ACTIVITY: request.maxConcurrentActivityWorkItems,
        },
        filters=filters_of(request),
    )
