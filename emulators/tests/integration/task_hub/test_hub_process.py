"""The task hub as a process: what survives when it, or a worker's process, is killed."""

import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from durabletask import entities, task
from durabletask.client import EntityQuery, TaskHubGrpcClient
from durabletask.entities import EntityInstanceId

from emulators.tests.integration.task_hub.served_hubs import (
    HubProcess,
    StartWorker,
    ThreadHub,
    completed,
    eventually,
)

FAR_AWAY = datetime(9999, 1, 1, tzinfo=UTC)
COUNTER = EntityInstanceId("counter", "main")
IMPORT_SECONDS = 60.0
"""More than a Python process needs for its imports on a busy machine."""
INDEX = EntityInstanceId("index", "all")
PATIENT_PING_SECONDS = 2.0
"""What has not answered a ping after twice this time is cut off: the frozen worker, but also
the client and the next worker if a busy machine does not let them run for so long."""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[HubProcess]:
    served = HubProcess(tmp_path)
    yield served
    served.close()


def connected(hub: HubProcess) -> TaskHubGrpcClient:
    return TaskHubGrpcClient(host_address=hub.address, emit_trace_spans=False)


def test_a_killed_hub_goes_on_where_it_stopped(
    tmp_path: Path, process: HubProcess, start_worker: StartWorker
) -> None:
    """Chains, timers, children and entities in flight; the hub dies; each still ends well."""
    ran: list[list[int]] = []

    def record(_: task.ActivityContext, step: list[int]) -> int:
        ran.append(step)
        return step[1]

    def counter(context: entities.EntityContext, given: Any) -> None:
        context.set_state(context.get_state(int, 0) + given)

    def child(context: task.OrchestrationContext, number: int) -> Any:
        yield context.create_timer(timedelta(minutes=2))
        yield context.call_entity(COUNTER, "add", 1)
        return number

    def story(context: task.OrchestrationContext, number: int) -> Any:
        total = 0
        for step in range(4):
            total += yield context.call_activity(record, input=[number, step])
        return total + (yield context.call_sub_orchestrator(child, input=number))

    start_worker(
        orchestrators=(story, child),
        activities=(record,),
        entities=(counter,),
        address=process.address,
    )
    with connected(process) as client:
        ids = [client.schedule_new_orchestration(story, input=number) for number in range(20)]
        eventually(lambda: len(ran) > 20, True)
    process.kill()
    finished_before = len(ran)
    with (
        closing(HubProcess(tmp_path, port=process.port)) as restarted,
        connected(restarted) as client,
    ):
        outputs = [completed(client, one).get_output() for one in ids]
        state = client.get_entity(COUNTER)

    assert outputs == [6 + number for number in range(20)]
    assert finished_before < 80
    assert {tuple(step) for step in ran} == {(n, step) for n in range(20) for step in range(4)}
    assert state is not None
    assert state.get_state(int) == 20


def test_a_killed_hub_has_sent_an_entitys_signals_if_it_has_its_state(
    tmp_path: Path, process: HubProcess, start_worker: StartWorker
) -> None:
    """Records tell an index of each change; no kill between leaves the two apart."""
    written: list[int] = []

    def record(context: entities.EntityContext, _: Any) -> None:
        number = context.get_state(int, 0) + 1
        context.set_state(number)
        context.signal_entity(INDEX, "put", {context.entity_id.key: number})
        written.append(number)

    def index(context: entities.EntityContext, given: dict[str, int]) -> None:
        context.set_state({**(context.get_state(dict) or {}), **given})

    start_worker(entities=(record, index), address=process.address)
    names = [f"r{number}" for number in range(10)]
    served = process
    for round_ in range(1, 4):
        with connected(served) as client:
            for name in names * 3:
                client.signal_entity(EntityInstanceId("record", name), "add")
            # Entities that have begun in this round have not all ended when the hub dies.
            enough = len(names) * round_
            eventually(lambda enough=enough: len(written) > enough, True)
        served.kill()
        served = HubProcess(tmp_path, port=process.port)
    with closing(served), connected(served) as client:
        eventually(lambda: _states(client, "record"), dict.fromkeys(names, 9))
        eventually(lambda: _states(client, "index").get("all"), dict.fromkeys(names, 9))


def _states(client: TaskHubGrpcClient, entity: str) -> dict[str, Any]:
    found = client.get_all_entities(EntityQuery(instance_id_starts_with=f"@{entity}@"))
    return {one.id.key: one.get_typed_state() for one in found}


WORKER = """
    import os, sys, time
    from durabletask.worker import TaskHubGrpcWorker

    def slow(_, path):
        # There at once and whole, and the same if a late ping had it given to the worker again.
        with open(f"{path}.part", "w") as file:
            file.write("started")
        os.replace(f"{path}.part", path)
        time.sleep(30)

    def story(context, path):
        return (yield context.call_activity("slow", input=path))

    worker = TaskHubGrpcWorker(host_address=sys.argv[1])
    worker.add_orchestrator(story)
    worker.add_activity(slow)
    worker.start()
    time.sleep(60)
"""


@pytest.fixture
def doomed_worker() -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Starts a worker in a process of its own, which hangs in its activity."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(address: str) -> subprocess.Popen[bytes]:
        processes.append(
            subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(WORKER), address],
                stderr=subprocess.DEVNULL,
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def slow(_: task.ActivityContext, path: str) -> str:
    return Path(path).read_text()


def story(context: task.OrchestrationContext, path: str) -> Any:
    return (yield context.call_activity("slow", input=path))


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_an_activity_of_a_lost_worker_is_run_by_the_next_one(
    tmp_path: Path,
    start_worker: StartWorker,
    doomed_worker: Callable[[str], subprocess.Popen[bytes]],
    end: signal.Signals,
) -> None:
    trace = tmp_path / "trace"
    with (
        closing(ThreadHub(tmp_path / "hub.db", ping_seconds=PATIENT_PING_SECONDS)) as hub,
        TaskHubGrpcClient(host_address=hub.address, emit_trace_spans=False) as client,
    ):
        doomed = doomed_worker(hub.address)
        instance_id = client.schedule_new_orchestration("story", input=str(trace))
        eventually(trace.exists, True, timeout=IMPORT_SECONDS)
        doomed.send_signal(end)
        start_worker(orchestrators=(story,), activities=(slow,), address=hub.address)

        ended = completed(client, instance_id, timeout=IMPORT_SECONDS)
        assert ended.get_output() == "started"


def created_at(hub: HubProcess, instance_id: str) -> datetime:
    with connected(hub) as client:
        client.schedule_new_orchestration("story", instance_id=instance_id)
        state = client.get_orchestration_state(instance_id)
        assert state is not None
        return state.created_at


def test_a_restart_keeps_the_stored_time_line(tmp_path: Path, process: HubProcess) -> None:
    first = created_at(process, "before")
    process.stop()
    with closing(HubProcess(tmp_path, scale=1.0)) as restarted:
        second = created_at(restarted, "after")
        _, log = restarted.stop()

    assert second - first > timedelta(minutes=5)
    assert "keeps its time line" in log


def test_a_restart_moves_to_another_time_line_when_told_to(
    tmp_path: Path, process: HubProcess
) -> None:
    first = created_at(process, "before")
    process.stop()
    origin = ("--clock-origin", first.isoformat())
    with closing(HubProcess(tmp_path, scale=1.0, options=(*origin, "--move-time-line"))) as moved:
        second = created_at(moved, "after")
        moved.stop()
    with closing(HubProcess(tmp_path, scale=1.0, options=origin)) as restarted:
        third = created_at(restarted, "later")
        _, log = restarted.stop()

    assert abs(second.timestamp() - time.time()) < 60, "real time"
    assert second < third
    assert "keeps its time line" not in log


def test_it_ends_cleanly_and_in_time_although_streams_and_waits_are_open(
    process: HubProcess, start_worker: StartWorker
) -> None:
    start_worker(address=process.address)
    with connected(process) as client, ThreadPoolExecutor() as threads:
        instance_id = client.schedule_new_orchestration("unknown", start_at=FAR_AWAY)
        waiting = threads.submit(client.wait_for_orchestration_completion, instance_id)

        code, log = process.stop()

    assert code == 0
    assert "Traceback" not in log
    assert isinstance(waiting.exception(), grpc.RpcError)


def test_a_second_hub_on_the_same_database_refuses_to_start(
    tmp_path: Path, process: HubProcess
) -> None:
    with pytest.raises(AssertionError, match="cannot be served: database is locked"):
        HubProcess(tmp_path)
