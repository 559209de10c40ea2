"""Measures how much longer Gridplane takes from POST to Ready than Azure's own delays that have
to follow each other.

A local stack builds environments one after the other, each with other draws from the recorded
durations, and deletes each. A first one is built and not counted: its operation waits for imports.
Where time passes slowly enough for the machine, several stacks, each with a seed of its own, share
the environments.
"""

import argparse
import json
import os
import statistics
import tempfile
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
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
    parser.add_argument("--stacks", type=int, default=1, help="side by side")
    parser.add_argument("--time-scale", type=float, default=DEFAULT_TIME_SCALE)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--gpu-boot-after",
        type=float,
        default=0.0,
        help="share of a cluster's creation after which its GPU pool begins to boot",
    )
    parser.add_argument("--json", type=Path, help="where to write the values")
    options = parser.parse_args()
    stop_if_busy()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.stacks) as pool:
        numbers = range(options.stacks)
        timings = list(
            chain.from_iterable(pool.map(partial(measure, Path(folder), options), numbers))
        )
    print(summarize(timings))
    write_values(options.json, list_values(timings))


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


def measure(folder: Path, options: argparse.Namespace, number: int) -> list[Mapping[str, Any]]:
    """By the stack of this number."""
    timings: list[Mapping[str, Any]] = []
    with (
        running_stack(
            folder / f"stack-{number}",
            time_scale=options.time_scale,
            settings=SETTINGS,
            seed=options.seed + number,
            gpu_boot_after=options.gpu_boot_after,
        ) as stack,
        Api(stack.app_url) as api,
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
    ):
        timeout = LONGEST_OPERATION / options.time_scale
        for index in range(options.environments // options.stacks + 1):
            name = f"measured-{index}"
            spec = json.loads(EXAMPLE.read_text()) | {"name": name}
            operation = finish(api, api.create_environment(spec), timeout)
            timing = build_timing(api.get_environment(name), operation, azure)
            if index:
                timings.append(timing)
                print(describe(timing), flush=True)
            finish(api, api.delete_environment(name), timeout)
    return timings


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
    last = (timing["endOfChain"].rpartition("/")[2] for timing in timings)
    ends = Counter(last).most_common()
    return (
        f"median of {len(timings)}: {statistics.median(ratios):.3f} "
        f"({min(ratios):.3f} to {max(ratios):.3f}), Ready after {elapsed / 60:.1f} minutes\n"
        f"longest chains lead to {', '.join(f'{end} ({count})' for end, count in ends)}\n"
        f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )


if __name__ == "__main__":
    main()
