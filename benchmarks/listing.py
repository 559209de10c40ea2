"""Times the first page of `GET /environments` by all records and by the directory, in one run.

Records are written into the task hub's own table before it starts, as large as a provisioning
leaves them; the shards are filled by the product's own code, over gRPC. Each way has an app of its
own, whose resident memory and whose answers to `GET /healthz` meanwhile are measured. Fails if a
page takes longer than its goal, or shows other environments than the records say.
"""

import argparse
import asyncio
import logging
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from azure.durable_functions.internal.serialization import DEFAULT_FUNCTIONS_DATA_CONVERTER
from durabletask.client import AsyncTaskHubGrpcClient

from benchmarks.machine import stop_if_busy
from benchmarks.results import write_values
from domain.directory.shard import is_filled
from domain.environment.operation import OperationKind, StepChange, build_operation_id
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation, record_step
from domain.outcomes import Outcome, Status
from domain.spec.model import EnvironmentSpec
from emulators.functions_host.task_hub.database import Database
from emulators.functions_host.task_hub.entity_table import Entities, Entity
from emulators.stack.api import Api
from emulators.stack.stack import Stack
from triggers.directory import fill_directory, read_shards

COST_CENTERS = 20
PAGE_GOAL, EMPTY_GOAL = 0.120, 0.060
"""Seconds, for the median of a page with its records and of one that matches nothing."""

NEVER = "0 0 0 1 1 *"
QUERIES = {
    "first page": "/environments",
    "of a cost center": "/environments?costCenter=BENCH-07",
    "nothing matches": "/environments?costCenter=NONE",
}
RESOURCE_ID = "/subscriptions/5b5c5b5c-0000-4000-8000-000000000001/resourceGroups/gp/providers/x/y"
SETTINGS = {"SWEEP_SCHEDULE": NEVER, "WAKE_SCHEDULE": NEVER, "PURGE_SCHEDULE": NEVER}
FILLED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Measured:
    pages: dict[str, list[float]]
    """Seconds of each answer, by what was asked."""
    health: list[float]
    """Of answers to health probes meanwhile."""
    memory: tuple[float, float]
    """Resident MB of the app before and after."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=40, help="by the directory, of each kind")
    parser.add_argument("--scans", type=int, default=3, help="by all records, of each kind")
    parser.add_argument("--json", type=Path, help="where to write the values")
    arguments = parser.parse_args()
    stop_if_busy()
    names = sorted(f"bench-{number:05}" for number in range(arguments.environments))
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "stack", time_scale=1.0, settings=SETTINGS)
        stack.work_dir.mkdir()
        records = [
            build_record(name, f"BENCH-{number % COST_CENTERS:02}")
            for number, name in enumerate(names)
        ]
        size = write_records(stack.work_dir / "task-hub.db", records)
        print(f"{len(names)} records of {size / 1000:.1f} KB; load {os.getloadavg()[0]:.1f}")
        try:
            return compare(stack, names, arguments)
        finally:
            stack.stop()


def write_records(database: Path, records: Iterable[EnvironmentRecord]) -> float:
    """Into the database of a task hub that does not run. The mean size of a record in bytes."""
    opened, sizes = Database(database), [0]
    entities = Entities(opened.connection)
    with opened.transaction():
        for record in records:
            state = DEFAULT_FUNCTIONS_DATA_CONVERTER.serialize(record.to_wire())
            entities.save(Entity(f"@environment@{record.name}", state))
            sizes.append(len(state or ""))
    opened.close()
    return sum(sizes) / max(len(sizes) - 1, 1)


def build_record(name: str, cost_center: str) -> EnvironmentRecord:
    """One whose provisioning has succeeded, step by step."""
    now = datetime.now(UTC)
    operation_id = build_operation_id(name, 1)
    spec, kind = build_spec(name, cost_center), OperationKind.PROVISION
    request = OperationRequest(operation_id=operation_id, kind=kind, sequence=1, spec=spec)
    record = start_operation(None, request, now)
    if record is None:
        raise SystemExit("A record could not be built.")
    for step in record.operations[-1].steps:
        for status in (Status.RUNNING, Status.SUCCEEDED):
            change = StepChange(operation_id=operation_id, step=step.name, status=status, at=now)
            details = {"detail": "Creating", "resource_id": RESOURCE_ID}
            record = record_step(record, change.model_copy(update=details))
    end = OperationEnd(
        operation_id=operation_id, phase=Phase.READY, outcome=Outcome.succeeded(), at=now
    )
    return end_operation(record, end)


def build_spec(name: str, cost_center: str) -> EnvironmentSpec:
    return EnvironmentSpec.from_wire(
        {
            "name": name,
            "costCenter": cost_center,
            "owner": "bench@example.com",
            "regions": ["westeurope"],
            "gpu": {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 5},
            "workload": {
                "image": "registry.example.com/llm:1",
                "model": {"name": name, "version": "1"},
            },
        }
    )


def compare(stack: Stack, names: Sequence[str], arguments: argparse.Namespace) -> int:
    stack.start_simulator()
    stack.start_task_hub()
    by_records = measure(stack, arguments.scans)
    report("by all records", by_records)
    began = time.monotonic()
    asyncio.run(fill(stack))
    print(f"\nthe directory was filled in {time.monotonic() - began:.1f} s")
    by_directory = measure(stack, arguments.pages)
    report("by the directory", by_directory, by_records)
    values = {"records": len(names), **list_values(by_directory)}
    write_values(arguments.json, values | {"byAllRecords": list_values(by_records)})
    return judge(stack, names, by_directory)


def list_values(measured: Measured) -> dict[str, Any]:
    """Milliseconds and MB."""
    return {
        "p50": {kind: round(p50(times)) for kind, times in measured.pages.items()},
        "slowestHealth": round(max(measured.health) * 1000),
        "memoryBefore": round(measured.memory[0]),
        "memoryAfter": round(measured.memory[1]),
    }


async def fill(stack: Stack) -> None:
    logger = logging.getLogger("benchmarks")  # the SDK's own one reports each call
    async with AsyncTaskHubGrpcClient(host_address=stack.task_hub_address, logger=logger) as hub:
        await fill_directory(hub, None, datetime.now(UTC))
        deadline = time.monotonic() + FILLED_SECONDS
        while not is_filled(await read_shards(hub)):
            if time.monotonic() > deadline:
                raise SystemExit("The shards were not filled.")
            await asyncio.sleep(0.5)


def measure(stack: Stack, count: int) -> Measured:
    """With an app that has served nothing before but a page that matches nothing."""
    if "app" in stack.processes:
        stack.processes["app"].kill()
    stack.start_app()
    with Api(stack.app_url) as api:
        api.timeout = 120
        api.get("/healthz").raise_for_status()
        api.get("/environments/nobody")
        before = resident_megabytes(stack)
        with probing(stack) as health:
            times = {kind: time_pages(api, url, count) for kind, url in QUERIES.items()}
        return Measured(times, health, (before, resident_megabytes(stack)))


def time_pages(api: Api, url: str, count: int) -> list[float]:
    return [timed(lambda: api.get(url).raise_for_status()) for _ in range(count)]


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


@contextmanager
def probing(stack: Stack) -> Iterator[list[float]]:
    """Asks for the app's health every 50 ms."""
    seconds: list[float] = []
    stop = threading.Event()

    def probe() -> None:
        with Api(stack.app_url) as api:
            while not stop.wait(0.05):
                seconds.append(timed(lambda: api.get("/healthz").raise_for_status()))

    prober = threading.Thread(target=probe)
    prober.start()
    try:
        yield seconds
    finally:
        stop.set()
        prober.join()


def resident_megabytes(stack: Stack, process: str = "app") -> float:
    status = Path(f"/proc/{stack.processes[process].popen.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1000


def report(title: str, measured: Measured, other: Measured | None = None) -> None:
    print(f"\n{title}:")
    for kind, times in measured.pages.items():
        line = f"  {kind:18} p50 {p50(times):7.0f} ms  p95 {p95(times):7.0f} ms"
        ratio = f"  1/{p50(other.pages[kind]) / p50(times):.0f} of the scan" if other else ""
        print(f"{line}  ({len(times)} answers){ratio}")
    slowest = max(measured.health) * 1000
    print(f"  {'healthz meanwhile':18} p95 {p95(measured.health):7.0f} ms  max {slowest:7.0f} ms")
    before, after = measured.memory
    print(f"  {'memory of the app':18} {before:.0f} MB before, {after:.0f} MB after")


def judge(stack: Stack, names: Sequence[str], measured: Measured) -> int:
    """The exit code."""
    problems = [
        f"{kind}: p50 {p50(times):.0f} ms is above {goal * 1000:.0f} ms"
        for kind, times in measured.pages.items()
        if p50(times) > 1000 * (goal := EMPTY_GOAL if kind == "nothing matches" else PAGE_GOAL)
    ]
    with Api(stack.app_url) as api:
        shown = {
            kind: [each["name"] for each in api.get(url).json()["value"]]
            for kind, url in QUERIES.items()
        }
    wanted = (names[:50], names[7::COST_CENTERS][:50], [])
    problems += [
        f"{kind}: shows {len(found)} environments, others than it should"
        for (kind, found), right in zip(shown.items(), wanted, strict=True)
        if found != list(right)
    ]
    for problem in problems:
        print(f"FAILED: {problem}", file=sys.stderr)
    return 1 if problems else 0


def p50(seconds: Sequence[float]) -> float:
    return statistics.median(seconds) * 1000


def p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(0.95 * (len(seconds) - 1) + 0.5)] * 1000


if __name__ == "__main__":
    sys.exit(main())
