"""Measures a task hub process with a bare durabletask worker: chains, fans, children, timers."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from durabletask import task
from durabletask.client import OrchestrationStatus, TaskHubGrpcClient
from durabletask.worker import TaskHubGrpcWorker


def echo(_: task.ActivityContext, value: int) -> int:
    return value


def chain(context: task.OrchestrationContext, length: int) -> Any:
    total = 0
    for step in range(length):
        total += yield context.call_activity(echo, input=step)
    return total


def fan(context: task.OrchestrationContext, width: int) -> Any:
    results = yield task.when_all(
        [context.call_activity(echo, input=step) for step in range(width)]
    )
    return sum(results)


def pair(context: task.OrchestrationContext, value: int) -> Any:
    first = yield context.call_activity(echo, input=value)
    return first + (yield context.call_activity(echo, input=value))


def mix(context: task.OrchestrationContext, children: int) -> Any:
    yield context.call_activity(echo, input=1)
    yield context.create_timer(timedelta(seconds=1))
    yield task.when_all(
        [context.call_sub_orchestrator(pair, input=child) for child in range(children)]
    )


def start_hub(directory: Path) -> tuple[subprocess.Popen[bytes], str]:
    ready = directory / "ready.json"
    hub = subprocess.Popen(
        [
            *(sys.executable, "-m", "emulators.functions_host.task_hub"),
            *("--database", str(directory / "hub.db"), "--ready-file", str(ready)),
        ]
    )
    while not ready.exists():
        time.sleep(0.02)
    return hub, json.loads(ready.read_text())["address"]


def measure(client: TaskHubGrpcClient, orchestrator: Any, count: int, given: int) -> float:
    begun = time.perf_counter()
    ids = [client.schedule_new_orchestration(orchestrator, input=given) for _ in range(count)]
    for instance_id in ids:
        state = client.wait_for_orchestration_completion(instance_id, timeout=120)
        if state is None or state.runtime_status is not OrchestrationStatus.COMPLETED:
            raise SystemExit(f"{instance_id} did not complete: {state}")
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as directory:
        hub, address = start_hub(Path(directory))
        try:
            with (
                TaskHubGrpcWorker(host_address=address, emit_trace_spans=False) as worker,
                TaskHubGrpcClient(host_address=address) as client,
            ):
                for orchestrator in (chain, fan, pair, mix):
                    worker.add_orchestrator(orchestrator)
                worker.add_activity(echo)
                worker.start()
                for name, orchestrator, times, given in (
                    ("one chain(3)", chain, 1, 3),
                    ("one chain(10)", chain, 1, 10),
                    (f"{count} x chain(3)", chain, count, 3),
                    (f"{count} x fan(10)", fan, count, 10),
                    (f"{count} x mix(3)", mix, count, 3),
                    ("one fan(1000)", fan, 1, 1000),
                ):
                    print(f"{name:20} {measure(client, orchestrator, times, given):7.3f} s")
        finally:
            hub.terminate()
            hub.wait()


if __name__ == "__main__":
    main()
