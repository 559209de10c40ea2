"""Task hubs to test against: on a thread of this process, or in a process of its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import grpc
import pytest
from durabletask.client import OrchestrationState, TaskHubGrpcClient
from durabletask.grpc_options import GrpcChannelOptions, GrpcWorkerResiliencyOptions
from durabletask.worker import ConcurrencyOptions, TaskHubGrpcWorker

from emulators.functions_host.clock import Clock
from emulators.functions_host.task_hub.database import Database
from emulators.functions_host.task_hub.hub import TaskHub
from emulators.functions_host.task_hub.second_starts import SecondStart
from emulators.functions_host.task_hub.service import PING_SECONDS, new_server
from emulators.functions_host.task_hub.store import Store

HOUR_PER_SECOND = 3600.0
LARGE_MESSAGES = GrpcChannelOptions(
    max_receive_message_length=64 * 1024 * 1024, max_send_message_length=64 * 1024 * 1024
)

QUICK_RECONNECTS = GrpcWorkerResiliencyOptions(
    reconnect_backoff_base_seconds=0.05, reconnect_backoff_cap_seconds=0.2
)


class StartWorker(Protocol):
    def __call__(
        self,
        *,
        orchestrators: tuple[Callable[..., Any], ...] = (),
        activities: tuple[Callable[..., Any], ...] = (),
        entities: tuple[Any, ...] = (),
        concurrency: ConcurrencyOptions | None = None,
        filters: bool = False,
        longest_timer: timedelta | None = None,
        address: str | None = None,
    ) -> TaskHubGrpcWorker: ...


class ThreadHub:
    """Serves a hub until closed; `clock` and `address` are there once it is constructed."""

    def __init__(
        self,
        database: Path,
        scale: float = HOUR_PER_SECOND,
        lease_seconds: float = 60.0,
        ping_seconds: float = PING_SECONDS,
        second_start: SecondStart = SecondStart.REFUSE,
        default_version: str | None = None,
    ) -> None:
        self._second_start = second_start
        self._default_version = default_version
        self._database_path = database
        self._lease_seconds = lease_seconds
        self._ping_seconds = ping_seconds
        self._hub: TaskHub | None = None
        self.clock = Clock(scale)
        self._ready: Future[str] = Future()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.address = self._ready.result(timeout=5)

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(timeout=5)

    def unfinished_activities(self) -> int:
        async def count() -> int:
            assert self._hub is not None
            return len(self._hub.store.activities.positions())

        return asyncio.run_coroutine_threadsafe(count(), self._loop).result(timeout=5)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        database = Database(self._database_path)
        hub = TaskHub(
            Store(database),
            self.clock,
            self._lease_seconds,
            self._second_start,
            self._default_version,
        )
        self._hub = hub
        server = new_server(hub, self._ping_seconds)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        running = asyncio.create_task(hub.run())
        self._ready.set_result(f"127.0.0.1:{port}")
        await self._stop.wait()
        await server.stop(0.2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        database.close()


class HubProcess:
    """`python -m emulators.functions_host.task_hub`, which tests may kill."""

    def __init__(
        self,
        directory: Path,
        port: int = 0,
        scale: float = HOUR_PER_SECOND,
        options: Sequence[str] = (),
    ) -> None:
        self._ready_file = directory / "hub.json"
        self._ready_file.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "emulators.functions_host.task_hub"),
                *("--database", str(directory / "hub.db")),
                *("--port", str(port)),
                *("--time-scale", str(scale)),
                *("--clock-origin", datetime.now(UTC).isoformat()),
                *("--ready-file", str(self._ready_file)),
                *options,
            ],
            stderr=subprocess.PIPE,
        )
        self.address = self._wait_until_ready()

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def stop(self) -> tuple[int, str]:
        """Ask it to end; the answer is its exit code and what it logged."""
        self._process.send_signal(signal.SIGTERM)
        _, log = self._process.communicate(timeout=5)
        return self._process.returncode, log.decode()

    def close(self) -> None:
        if self._process.poll() is None:
            self.kill()

    def _wait_until_ready(self) -> str:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self._ready_file.exists():
                ready = json.loads(self._ready_file.read_text())
                assert ready["pid"] == self._process.pid
                return ready["address"]
            if self._process.poll() is not None:
                raise AssertionError(self._process.communicate()[1].decode())
            time.sleep(0.02)
        os.kill(self._process.pid, signal.SIGKILL)
        raise AssertionError("The task hub did not become ready.")


def completed(
    client: TaskHubGrpcClient, instance_id: str, timeout: float = 10.0
) -> OrchestrationState:
    state = client.wait_for_orchestration_completion(instance_id, timeout=timeout)
    assert state is not None
    return state


def eventually(read: Callable[[], object], expected: object, timeout: float = 5.0) -> None:
    """Wait until what `read` sees is what is expected."""
    deadline = time.monotonic() + timeout
    while (seen := read()) != expected:
        assert time.monotonic() < deadline, f"{seen!r} instead of {expected!r}"
        time.sleep(0.01)


def refused_with(call: Callable[[], object]) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as refused:
        call()
    assert "Traceback" not in (refused.value.details() or "")
    return refused.value.code()
