"""A task hub for each test, and durabletask's own client and workers at it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from durabletask.client import TaskHubGrpcClient
from durabletask.internal.orchestrator_service_pb2_grpc import TaskHubSidecarServiceStub
from durabletask.worker import ConcurrencyOptions, TaskHubGrpcWorker

from emulators.tests.integration.task_hub.served_hubs import (
    LARGE_MESSAGES,
    QUICK_RECONNECTS,
    StartWorker,
    ThreadHub,
)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ThreadHub]:
    served = ThreadHub(tmp_path / "hub.db")
    yield served
    served.close()


@pytest.fixture
def client(hub: ThreadHub) -> Iterator[TaskHubGrpcClient]:
    with TaskHubGrpcClient(
        host_address=hub.address, channel_options=LARGE_MESSAGES, emit_trace_spans=False
    ) as connected:
        yield connected


@pytest.fixture
def stub(hub: ThreadHub) -> Iterator[TaskHubSidecarServiceStub]:
    """The bare protocol, for what the SDK's client and worker do not let through."""
    with grpc.insecure_channel(hub.address) as channel:
        yield TaskHubSidecarServiceStub(channel)


@pytest.fixture(scope="session")
def stopping() -> Iterator[list[threading.Thread]]:
    """A worker needs a second to stop; nobody has to wait for that but the end of all tests."""
    threads: list[threading.Thread] = []
    yield threads
    for thread in threads:
        thread.join()


@pytest.fixture
def start_worker(
    request: pytest.FixtureRequest, stopping: list[threading.Thread]
) -> Iterator[StartWorker]:
    def stop(worker: TaskHubGrpcWorker) -> None:
        thread = threading.Thread(target=worker.stop)
        thread.start()
        stopping.append(thread)

    with ExitStack() as workers:

        def start(
            *,
            orchestrators: tuple[Callable[..., Any], ...] = (),
            activities: tuple[Callable[..., Any], ...] = (),
            entities: tuple[Any, ...] = (),
            concurrency: ConcurrencyOptions | None = None,
            filters: bool = False,
            longest_timer: timedelta | None = None,
            address: str | None = None,
        ) -> TaskHubGrpcWorker:
            worker = TaskHubGrpcWorker(
                host_address=address or request.getfixturevalue("hub").address,
                concurrency_options=concurrency,
                maximum_timer_interval=longest_timer,
                channel_options=LARGE_MESSAGES,
                resiliency_options=QUICK_RECONNECTS,
                emit_trace_spans=False,
            )
            for orchestrator in orchestrators:
                worker.add_orchestrator(orchestrator)
            for activity in activities:
                worker.add_activity(activity)
            for entity in entities:
                worker.add_entity(entity)
            if filters:
                worker.use_work_item_filters()
            workers.callback(stop, worker)
            worker.start()
            return worker

        yield start
