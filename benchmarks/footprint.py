"""Measures what an environment costs until it is Ready: processor time, history and storage.

`make bench-footprint N=20` builds N environments at once in simulated Azure, without programs in
its containers, and prints for each of them the processor seconds of the app, the task hub and
simulated Azure, the events in its durable histories, and what the hub stores. A first environment
is built and not counted: its operation waits for imports. Processor time and the number of polls
change with the load of the machine: compare figures of a quiet one.
"""

import argparse
import os
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from durabletask.internal import orchestrator_service_pb2 as pb

from benchmarks.machine import stop_if_busy
from benchmarks.results import write_values
from benchmarks.waiting import NEVER, await_end, build_body, make_room
from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import DEFAULT_TIME_SCALE, Stack, running_stack

WARM_UP = "warm-up"
TABLES = {"history": "chunk", "instances": "started", "entities": "state"}
"""Tables that keep what an environment leaves, and their largest column."""
TURNS = frozenset({"orchestratorStarted", "orchestratorCompleted"})
"""Events that the management API of Durable Functions does not list either."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Of all environments, in the hub's database once it was closed."""

    events: Counter[str]
    """By orchestrator."""
    kinds: Mapping[str, int]
    """The same events by their kind."""
    sizes: Mapping[str, int]
    """Bytes, by table."""
    entity_bytes: Mapping[str, int]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=int, default=20)
    parser.add_argument("--time-scale", type=float, default=DEFAULT_TIME_SCALE)
    parser.add_argument("--json", type=Path, help="where to write the values")
    options = parser.parse_args()
    stop_if_busy()
    names = [f"cost-{number:03}" for number in range(options.environments)]
    with tempfile.TemporaryDirectory() as folder:
        work_dir = Path(folder) / "stack"
        seconds = measure(work_dir, names, options.time_scale)
        stored = read_database(work_dir / "task-hub.db", names)
    report(seconds, stored, len(names))
    write_values(options.json, list_values(seconds, stored, len(names)))
    return 0


def measure(work_dir: Path, names: Sequence[str], scale: float) -> dict[str, float]:
    """Processor seconds of all environments, by process."""
    with (
        running_stack(
            work_dir,
            time_scale=scale,
            settings={"SWEEP_SCHEDULE": NEVER, "WAKE_SCHEDULE": NEVER},
            simulator_options=["--without-programs"],
        ) as stack,
        Api(stack.app_url) as api,
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
    ):
        make_room(azure)
        build(stack, api, [WARM_UP])
        before = read_seconds(stack)
        build(stack, api, names)
        return {name: after - before[name] for name, after in read_seconds(stack).items()}


def build(stack: Stack, api: Api, names: Sequence[str]) -> None:
    for operation_id in [api.create_environment(build_body(name)) for name in names]:
        operation = await_end(stack, api, operation_id)
        if operation["status"] != "Succeeded":
            raise SystemExit(f"{operation_id} {operation['status']}: {operation.get('error')}")


def read_seconds(stack: Stack) -> dict[str, float]:
    return {name: processor_seconds(p.popen.pid) for name, p in stack.processes.items()}


def processor_seconds(process_id: int) -> float:
    """In user and kernel mode, of all threads of the process since its start."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_database(path: Path, names: Sequence[str]) -> Stored:
    connection = sqlite3.connect(path)
    events, kinds, sizes, entities = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for row in connection.execute("SELECT instance_id, started FROM instances").fetchall():
        instance_id, started = row
        if not any(name in instance_id for name in names):
            continue
        orchestrator = pb.ExecutionStartedEvent.FromString(started).name
        sizes["instances"] += len(started)
        chunks = connection.execute(
            "SELECT chunk FROM history WHERE instance_id = ?", (instance_id,)
        )
        for (chunk,) in chunks:
            sizes["history"] += len(chunk)
            for event in pb.HistoryChunk.FromString(chunk).events:
                events[orchestrator] += 1
                kinds[event.WhichOneof("eventType") or ""] += 1
    for entity_id, state in connection.execute("SELECT entity_id, state FROM entities"):
        entities[entity_id.split("@")[1]] += len(state or "")
    connection.close()
    sizes["entities"] = entities.total()
    sizes["whole file"] = path.stat().st_size
    return Stored(events, kinds, sizes, entities)


def list_values(seconds: Mapping[str, float], stored: Stored, count: int) -> dict[str, float]:
    """Per environment."""
    totals = {
        "appSeconds": seconds["app"],
        "hubSeconds": seconds["task-hub"],
        "historyEvents": sum(n for kind, n in stored.kinds.items() if kind not in TURNS),
        "hubKiB": sum(stored.sizes[name] for name in TABLES) / 1024,
    }
    return {name: round(total / count, 2) for name, total in totals.items()}


def report(seconds: Mapping[str, float], stored: Stored, count: int) -> None:
    print(f"Per environment, of {count} at once; load average {os.getloadavg()[0]:.1f}:")
    for name, spent in seconds.items():
        print(f"  {name:32} {spent / count:8.2f} s of processor time")
    total = sum(stored.events.values())
    print(f"  {'history events':32} {total / count:8.1f}")
    for counted in (stored.events, stored.kinds):
        print()
        for name, number in sorted(counted.items(), key=lambda item: -item[1]):
            print(f"    {name:34} {number / count:8.1f}")
    print()
    for name, size in {**stored.sizes, **stored.entity_bytes}.items():
        print(f"  {name:32} {size / count / 1024:8.1f} KiB")


if __name__ == "__main__":
    sys.exit(main())
