"""Takes work items from the task hub, runs them concurrently and reports their results."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio
from durabletask.internal import helpers
from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.internal.orchestrator_service_pb2_grpc import TaskHubSidecarServiceStub
from google.protobuf.empty_pb2 import Empty

from emulators.functions_host.settings import HostSettings
from emulators.functions_host.work_items import WorkItems

_log = logging.getLogger("emulators.functions_host.durable")
_FIRST_RECONNECT_SECONDS = 0.05
_LONGEST_RECONNECT_SECONDS = 2.0
_DELIVERY_ATTEMPTS = 8


def hub_channel(address: str) -> grpc.aio.Channel:
    """A channel that comes back soon after the hub does and takes messages of any size."""
    return grpc.aio.insecure_channel(
        address,
        options=[
            ("grpc.max_receive_message_length", -1),
            ("grpc.max_send_message_length", -1),
            ("grpc.initial_reconnect_backoff_ms", 50),
            # How long one attempt to connect may take: on a busy machine more than a moment.
            ("grpc.min_reconnect_backoff_ms", 2000),
            ("grpc.max_reconnect_backoff_ms", 2000),
        ],
    )


class DurableWorker:
    def __init__(
        self, channel: grpc.aio.Channel, work_items: WorkItems, settings: HostSettings
    ) -> None:
        self._hub: Any = TaskHubSidecarServiceStub(channel)
        self._work_items = work_items
        self._settings = settings
        self._turns = asyncio.Semaphore(settings.max_concurrent_orchestrators)
        self._activities = asyncio.Semaphore(settings.max_concurrent_activities)
        self._entities = asyncio.Semaphore(settings.max_concurrent_entities)
        self._running: set[asyncio.Task[None]] = set()
        self._is_draining = False

    async def run(self) -> None:
        """Serve the hub until cancelled; a hub that goes away is waited for."""
        delay = _FIRST_RECONNECT_SECONDS
        is_away = False
        while True:
            try:
                await self._hub.Hello(Empty())
                _log.info("Connected to the task hub.")
                delay, is_away = _FIRST_RECONNECT_SECONDS, False
                async for item in self._stream():
                    self._start(item)
            except grpc.aio.AioRpcError as error:
                if not is_away:
                    _log.warning("The task hub is not reachable: %s", error.details())
                    is_away = True
            except Exception:
                _log.exception("Taking work from the task hub failed; it is tried again.")
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LONGEST_RECONNECT_SECONDS)

    async def drain(self, timeout: float) -> None:
        """Begin nothing new, let running work end and cancel what is left.

        The stream stays open meanwhile: without it the hub would take no results of turns.
        Whatever was not done is handed out again once the stream is closed.
        """
        self._is_draining = True
        if self._running:
            _, unfinished = await asyncio.wait(self._running, timeout=timeout)
            for task in unfinished:
                task.cancel()

    def _stream(self) -> Any:
        return self._hub.GetWorkItems(
            pb.GetWorkItemsRequest(
                maxConcurrentOrchestrationWorkItems=self._settings.max_concurrent_orchestrators,
                maxConcurrentActivityWorkItems=self._settings.max_concurrent_activities,
                maxConcurrentEntityWorkItems=self._settings.max_concurrent_entities,
            )
        )

    def _start(self, item: pb.WorkItem) -> None:
        if self._is_draining:
            return
        match item.WhichOneof("request"):
            case "orchestratorRequest":
                work, limit = self._turn(item), self._turns
            case "activityRequest":
                work, limit = self._activity(item), self._activities
            case "entityRequestV2" | "entityRequest":
                work, limit = self._entity(item), self._entities
            case _:
                return
        task = asyncio.create_task(_limited(work, limit))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _turn(self, item: pb.WorkItem) -> None:
        response = await self._work_items.run_turn(item.orchestratorRequest)
        response.completionToken = item.completionToken
        await _deliver(self._hub.CompleteOrchestratorTask, response)

    async def _activity(self, item: pb.WorkItem) -> None:
        response = await self._work_items.run_activity(item.activityRequest)
        response.completionToken = item.completionToken
        await _deliver(self._hub.CompleteActivityTask, response)

    async def _entity(self, item: pb.WorkItem) -> None:
        if item.HasField("entityRequestV2"):
            batch, operations = helpers.convert_to_entity_batch_request(item.entityRequestV2)
        else:
            batch, operations = item.entityRequest, []
        result = await self._work_items.run_entity(batch, operations)
        result.completionToken = item.completionToken
        await _deliver(self._hub.CompleteEntityTask, result)


async def _limited(work: Awaitable[None], limit: asyncio.Semaphore) -> None:
    async with limit:
        await work


async def _deliver(complete: Callable[[Any], Awaitable[Empty]], result: Any) -> None:
    """Report a result; a hub that stays away for long hands the work out anew."""
    delay = _FIRST_RECONNECT_SECONDS
    for _ in range(_DELIVERY_ATTEMPTS):
        try:
            await complete(result)
            return
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE:
                _log.error("The task hub refused a result: %s", error.details())
                return
        await asyncio.sleep(delay)
        delay = min(delay * 2, _LONGEST_RECONNECT_SECONDS)
    _log.warning("A result was dropped because the task hub stayed away.")
