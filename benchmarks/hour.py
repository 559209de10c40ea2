"""Runs an hour of simulated time with many environments: what memory and storage grow by.

Environments that serve are built as for `benchmarks.sweep`; the other records are of environments
that were deleted. Sweeps, health and all other timers run on their own schedules. Fails if the
memory of app or task hub grows after the first sweeps, if a sweep fails, or if an environment is
no longer Ready.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import listing
from benchmarks.listing import COST_CENTERS, build_record, resident_megabytes
from benchmarks.machine import stop_if_busy
from benchmarks.results import write_values
from benchmarks.sweep import (
    BUILDING_SCALE,
    build_spec,
    count_ready,
    now_of,
    pass_hours,
    start_product,
    write_records,
)
from benchmarks.swept_azure import build_azure
from benchmarks.waiting import make_room
from domain.environment.operation import OperationKind, build_operation_id
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.starts import start_operation
from domain.environment.transitions import end_operation
from domain.outcomes import Outcome
from domain.spec.model import EnvironmentSpec
from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack

MINUTES = 60
SAMPLED_MINUTES = 5
SETTLED_MINUTES = 20
"""Until then the first sweeps fill caches and the histories that later ones replace."""

MOST_GROWTH = 0.1
"""Of the memory of a process, from then to the end of the hour."""


@dataclass(frozen=True, slots=True)
class Sample:
    minute: float
    app: float
    """Resident MB."""
    hub: float
    stored: float
    """MB of the task hub's database, pages of deleted rows included."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=int, default=1000)
    parser.add_argument("--records", type=int, default=10_000, help="with those of environments")
    parser.add_argument("--scale", type=float, default=4.0, help="simulated seconds per second")
    parser.add_argument("--json", type=Path, help="where to write the values")
    options = parser.parse_args()
    stop_if_busy()
    specs = [keep_awake(build_spec(number)) for number in range(options.environments)]
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder) / "stack", simulator_options=["--without-programs"])
        try:
            return measure(stack, specs, options)
        finally:
            stack.stop()


def keep_awake(spec: EnvironmentSpec) -> EnvironmentSpec:
    return EnvironmentSpec.from_wire({**spec.to_wire(), "idle": {"action": "none"}})


def measure(stack: Stack, specs: Sequence[EnvironmentSpec], options: argparse.Namespace) -> int:
    stack.work_dir.mkdir()
    stack.time_scale = BUILDING_SCALE
    stack.start_simulator()
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        make_room(azure)
        looks = asyncio.run(build_azure(stack, specs))
        pass_hours(azure, 1, options.scale)
        deleted = build_deleted(options.records - len(specs))
        listing.write_records(stack.work_dir / "task-hub.db", deleted)
        start_product(stack, azure, options.scale)
        write_records(stack, specs, looks, now_of(azure) - timedelta(hours=1))
        samples = list(sample(stack, options.scale))
        with Api(stack.app_url) as api:
            ready, latest = count_ready(api), api.get("/sweeps/latest").json()
    values = list_values(samples, len(specs)) | {"ready": ready}
    write_values(options.json, values)
    return judge(values, len(specs), latest)


def build_deleted(count: int) -> list[EnvironmentRecord]:
    return [
        delete(build_record(f"gone-{number:05}", f"BENCH-{number % COST_CENTERS:02}"))
        for number in range(count)
    ]


def delete(record: EnvironmentRecord) -> EnvironmentRecord:
    now, operation_id = datetime.now(UTC), build_operation_id(record.name, 2)
    request = OperationRequest(
        operation_id=operation_id, kind=OperationKind.DELETE, sequence=2, spec=record.spec
    )
    deleting = start_operation(record, request, now)
    if deleting is None:
        raise SystemExit("A record could not be deleted.")
    end = OperationEnd(
        operation_id=operation_id, phase=Phase.DELETED, outcome=Outcome.succeeded(), at=now
    )
    return end_operation(deleting, end)


def sample(stack: Stack, scale: float) -> Iterator[Sample]:
    began = time.monotonic()
    for minute in range(0, MINUTES + 1, SAMPLED_MINUTES):
        time.sleep(max(0.0, began + minute * 60 / scale - time.monotonic()))
        found = Sample(
            minute,
            resident_megabytes(stack),
            resident_megabytes(stack, "task-hub"),
            (stack.work_dir / "task-hub.db").stat().st_size / 1e6,
        )
        print(
            f"{minute:3} min: app {found.app:5.0f} MB, task hub {found.hub:5.0f} MB, "
            f"stored {found.stored:6.1f} MB",
            flush=True,
        )
        yield found


def list_values(samples: Sequence[Sample], environments: int) -> dict[str, Any]:
    settled = next(each for each in samples if each.minute >= SETTLED_MINUTES)
    last = samples[-1]
    return {
        "environments": environments,
        "appMegabytes": [round(settled.app), round(last.app)],
        "hubMegabytes": [round(settled.hub), round(last.hub)],
        "storedMegabytes": [round(settled.stored, 1), round(last.stored, 1)],
        "storedKiBPerEnvironment": round(
            (last.stored - settled.stored) * 1e6 / 1024 / environments, 2
        ),
    }


def judge(values: dict[str, Any], environments: int, latest: dict[str, Any]) -> int:
    """The exit code."""
    problems = [
        f"{name}: {before} became {after}"
        for name in ("appMegabytes", "hubMegabytes")
        for before, after in [values[name]]
        if after > before * (1 + MOST_GROWTH)
    ]
    if values["ready"] != environments:
        problems.append(f"{values['ready']} of {environments} environments are Ready")
    if latest["status"] == "Failed":
        problems.append(f"the latest sweep failed: {latest}")
    print(values)
    for problem in problems:
        print(f"FAILED: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
