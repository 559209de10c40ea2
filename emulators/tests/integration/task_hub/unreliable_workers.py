"""A served task hub whose workers die and answer late or twice; a test puts its time forward."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
from durabletask.internal import helpers
from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.internal.orchestrator_service_pb2_grpc import TaskHubSidecarServiceStub

from emulators.functions_host.clock import Clock
from emulators.functions_host.durable_worker import hub_channel
from emulators.functions_host.functions import FunctionIndex
from emulators.functions_host.invocation import DurableClientInput, Invoker
from emulators.functions_host.invocation_context import InvocationContexts
from emulators.functions_host.task_hub.database import Database
from emulators.functions_host.task_hub.hub import TaskHub
from emulators.functions_host.task_hub.service import new_server
from emulators.functions_host.task_hub.store import Store
from emulators.functions_host.work_items import WorkItems

ORIGIN = datetime(2026, 3, 1, 8, tzinfo=UTC)
LEASE_SECONDS = 60.0
_LOOK_SECONDS = 0.0005
_PATIENCE_SECONDS = 10.0
_LIMIT = 4
"""How many items of a kind one stream takes, so that work also has to wait."""


class SkewedLoop(asyncio.SelectorEventLoop):
    """Its clock can be put forward: what waits for that time goes on at once."""

    skew = 0.0

    def time(self) -> float:
        return super().time() + self.skew


class Worker:
    """One GetWorkItems stream and what it has in hand, by token."""

    def __init__(self, stub: Any) -> None:
        self.in_hand: dict[str, pb.WorkItem] = {}
        self.received: set[str] = set()
        self._call = stub.GetWorkItems(
            pb.GetWorkItemsRequest(
                maxConcurrentOrchestrationWorkItems=_LIMIT,
                maxConcurrentActivityWorkItems=_LIMIT,
                maxConcurrentEntityWorkItems=_LIMIT,
            )
        )
        self._reader = asyncio.ensure_future(self._read())

    async def kill(self) -> None:
        self._call.cancel()
        await self._reader

    async def _read(self) -> None:
        try:
            async for item in self._call:
                if not item.HasField("healthPing"):
                    self.received.add(item.completionToken)
                    self.in_hand[item.completionToken] = item
        except (grpc.aio.AioRpcError, asyncio.CancelledError):
            return


class UnreliableWorld:
    def __init__(self, loop: SkewedLoop, database: Path, functions: FunctionIndex) -> None:
        self.loop = loop
        self.workers: list[Worker] = []
        self.late: list[pb.WorkItem] = []
        """What dead workers had in hand: somebody may still answer it."""
        self.answered: list[tuple[str, Any]] = []
        self._database_path = database
        loop.skew = 0.0
        self.clock = Clock(1.0, ORIGIN, lambda: ORIGIN.timestamp() + loop.skew)
        self._pool = ThreadPoolExecutor(1)
        invoker = Invoker(DurableClientInput("{}"), InvocationContexts("."), self._pool)
        self._work_items = WorkItems(functions, invoker)
        self.run(self._start_hub())

    def run[Result](self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.loop.run_until_complete(work)

    def call(self, method: str, request: Any) -> Any:
        """Make a call and let everything happen that comes of it."""
        return self.run(self._call(method, request))

    def open_worker(self) -> Worker:
        async def open_one() -> Worker:
            return Worker(self.stub)

        self.workers.append(self.run(open_one()))
        self.settle()
        return self.workers[-1]

    def kill_worker(self, worker: Worker) -> None:
        self.workers.remove(worker)
        self.late.extend(worker.in_hand.values())
        self.run(worker.kill())
        self.settle()

    def pass_time(self, seconds: float) -> None:
        self.loop.skew += seconds
        self.hub.timers.look_again()
        self.settle()

    def answer(self, item: pb.WorkItem) -> None:
        """Do the work for real and report it."""
        for worker in self.workers:
            worker.in_hand.pop(item.completionToken, None)
        method, response = self.run(self._done(item))
        self.answered.append((method, response))
        self.call(method, response)

    def restart_hub(self) -> None:
        """As after kill -9: nothing of it is left but its database."""
        for worker in list(self.workers):
            self.kill_worker(worker)
        self.run(self._stop_hub())
        self.run(self._start_hub())

    def settle(self) -> None:
        self.run(self._settled())

    def close(self) -> None:
        for worker in list(self.workers):
            self.kill_worker(worker)
        self.run(self._stop_hub())
        self._pool.shutdown()

    async def _start_hub(self) -> None:
        self._database = Database(self._database_path)
        self.hub = TaskHub(Store(self._database), self.clock, LEASE_SECONDS)
        self._server = new_server(self.hub)
        port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()
        self._running = asyncio.create_task(self.hub.run())
        self._channel = hub_channel(f"127.0.0.1:{port}")
        self.stub: Any = TaskHubSidecarServiceStub(self._channel)

    async def _stop_hub(self) -> None:
        await self._channel.close()
        await self._server.stop(None)
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        self._database.close()

    async def _call(self, method: str, request: Any) -> Any:
        answer = await getattr(self.stub, method)(request)
        await self._settled()
        return answer

    async def _settled(self) -> None:
        patience = self.loop.time() + _PATIENCE_SECONDS
        while not self._is_settled():
            assert self.loop.time() < patience, "The task hub does not come to rest."
            await asyncio.sleep(_LOOK_SECONDS)

    def _is_settled(self) -> bool:
        """Nothing is due, nothing on its way, and no stream could be given anything more."""
        due_at = self.hub.store.schedule.earliest()
        if due_at is not None and due_at <= self.clock.microseconds():
            return False
        work = self.hub.work
        if len(work._streams) != len(self.workers):
            return False
        received = {token for worker in self.workers for token in worker.received}
        if not work._leases.keys() <= received:
            return False
        return not any(
            queue.waiting and stream.has_room(kind)
            for stream in work._streams
            for kind, queue in work._queues.items()
        )

    async def _done(self, item: pb.WorkItem) -> tuple[str, Any]:
        if item.HasField("orchestratorRequest"):
            method = "CompleteOrchestratorTask"
            response: Any = await self._work_items.run_turn(item.orchestratorRequest)
        elif item.HasField("activityRequest"):
            method = "CompleteActivityTask"
            response = await self._work_items.run_activity(item.activityRequest)
        else:
            method = "CompleteEntityTask"
            batch, operations = helpers.convert_to_entity_batch_request(item.entityRequestV2)
            response = await self._work_items.run_entity(batch, operations)
        response.completionToken = item.completionToken
        return method, response
