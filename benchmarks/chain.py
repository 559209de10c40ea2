"""Measures how much longer Gridplane takes from POST to Ready than Azure's own delays that have
to follow each other.

One local stack builds environments, each with other draws from the recorded durations, and deletes
them: one after the other, or several at once where time passes slowly enough for the machine. A
first one is built and not counted: its operation waits for imports.
"""

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Iterator, Mapping
from itertools import batched
from pathlib import Path
from typing import Any

from benchmarks.machine import stop_if_busy
from benchmarks.results import write_values
from emulators.stack.api import Api, SimulatedAzure, UnexpectedAnswer
from emulators.stack.report import build_timing
from emulators.stack.stack import DEFAULT_TIME_SCALE, PROJECT, running_stack

EXAMPLE = PROJECT / "examples" / "environment.json"
NEVER = "0 0 0 1 1 *"
SETTINGS = {"SWEEP_SCHEDULE": NEVER, "WAKE_SCHEDULE": NEVER}
LONGEST_OPERATION = 3600.0
"""Simulated seconds."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--time-scale", type=float, default=DEFAULT_TIME_SCALE)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--gpu-boot-after",
        type=float,
        default=0.0,
        help="share of a cluster's creation after which its GPU pool begins to boot",
    )
    parser.add_argument("--json", type=Path, help="where to write the values")
    arguments = vars(parser.parse_args())
    written: Path | None = arguments.pop("json")
    stop_if_busy()
    timings: list[Mapping[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for timing in measure(Path(folder), **arguments):
            timings.append(timing)
            print(describe(timing), flush=True)
    print(summarize(timings))
    write_values(written, list_values(timings))


def list_values(timings: list[Mapping[str, Any]]) -> dict[str, Any]:
    ratios = [timing["ratio"] for timing in timings]
    elapsed = [timing["elapsedSeconds"] / 60 for timing in timings]
    return {
        "environments": len(timings),
        "medianRatio": round(statistics.median(ratios), 3),
        "lowestRatio": round(min(ratios), 3),
        "highestRatio": round(max(ratios), 3),
        "medianMinutes": round(statistics.median(elapsed), 2),
    }


def measure(
    folder: Path, environments: int, at_once: int, time_scale: float, **options: Any
) -> Iterator[Mapping[str, Any]]:
    with (
        running_stack(
            folder / "stack", time_scale=time_scale, settings=SETTINGS, **options
        ) as stack,
        Api(stack.app_url) as api,
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
    ):
        timeout = LONGEST_OPERATION / time_scale
        names = [f"measured-{number}" for number in range(environments + 1)]
        for batch in [names[:1], *batched(names[1:], at_once, strict=False)]:
            operations = {name: api.create_environment(build_spec(name)) for name in batch}
            for name, operation_id in operations.items():
                operation = finish(api, operation_id, timeout)
                timing = build_timing(api.get_environment(name), operation, azure)
                if name != names[0]:
                    yield timing
            for operation_id in [api.delete_environment(name) for name in batch]:
                finish(api, operation_id, timeout)


def build_spec(name: str) -> dict[str, Any]:
    return json.loads(EXAMPLE.read_text()) | {"name": name}


def finish(api: Api, operation_id: str, timeout: float) -> Mapping[str, Any]:
    *_, operation = api.follow(operation_id, timeout)
    if operation["status"] != "Succeeded":
        raise UnexpectedAnswer(f"{operation_id} {operation['status']}: {operation.get('error')}")
    return operation


def describe(timing: Mapping[str, Any]) -> str:
    elapsed, chain = timing["elapsedSeconds"], timing["longestChainSeconds"]
    return (
        f"{elapsed:6.0f} s, chain {chain:6.0f} s to {timing['endOfChain']}: {timing['ratio']:.3f}"
    )


def summarize(timings: list[Mapping[str, Any]]) -> str:
    ratios = [timing["ratio"] for timing in timings]
    elapsed = statistics.median(timing["elapsedSeconds"] for timing in timings)
    return (
        f"median of {len(timings)}: {statistics.median(ratios):.3f} "
        f"({min(ratios):.3f} to {max(ratios):.3f}), Ready after {elapsed / 60:.1f} minutes\n"
        f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )


if __name__ == "__main__":
    main()
