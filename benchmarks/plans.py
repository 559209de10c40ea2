"""Times `POST /plans` on a local stack in Azure's own time, in which reading a list takes as long
as it does there.

The first plan is cold: nothing has been read. The others are warm: lists are read again beside
them. Fails if the 99th percentile of the warm ones is above its goal, or if one is not granted.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.results import write_values
from emulators.stack.api import Api
from emulators.stack.stack import PROJECT, running_stack

EXAMPLE = PROJECT / "examples" / "environment.json"
NEVER = "0 0 0 1 1 *"
SETTINGS = {
    "SWEEP_SCHEDULE": NEVER,
    "WAKE_SCHEDULE": NEVER,
    "PURGE_SCHEDULE": NEVER,
    "MARKET_SCHEDULE": NEVER,
}
GOAL = 0.300
"""Seconds, for the 99th percentile of warm plans."""
UNCOUNTED = 10
"""The first ones load modules."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=500)
    parser.add_argument("--json", type=Path, help="where to write the values")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        first, *others = measure(Path(folder), arguments.plans)
    warm = others[UNCOUNTED:]
    print(describe(first, warm))
    write_values(arguments.json, list_values(first, warm))
    if percentile(warm, 99) > GOAL:
        sys.exit(f"the 99th percentile is above {GOAL * 1000:.0f} ms")


def measure(folder: Path, plans: int) -> Iterator[float]:
    """Seconds of each plan, of a new environment each."""
    with (
        running_stack(folder / "stack", time_scale=1.0, settings=SETTINGS) as stack,
        Api(stack.app_url) as api,
    ):
        for number in range(plans + UNCOUNTED + 1):
            spec = json.loads(EXAMPLE.read_text()) | {"name": f"planned-{number}"}
            began = time.perf_counter()
            answer = api.post("/plans", json=spec)
            yield time.perf_counter() - began
            plan = answer.raise_for_status().json()
            if number and plan["verdict"] != "ok":
                sys.exit(f"plan {number} is not granted: {plan['checks']}")


def percentile(seconds: Sequence[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


def list_values(first: float, warm: Sequence[float]) -> dict[str, int]:
    return {
        "plans": len(warm),
        "p50Milliseconds": round(statistics.median(warm) * 1000),
        "p99Milliseconds": round(percentile(warm, 99) * 1000),
        "firstMilliseconds": round(first * 1000),
    }


def describe(first: float, warm: Sequence[float]) -> str:
    return (
        f"{len(warm)} warm plans: median {statistics.median(warm) * 1000:.0f} ms, 99th percentile "
        f"{percentile(warm, 99) * 1000:.0f} ms, longest {max(warm) * 1000:.0f} ms; the first, "
        f"cold: {first * 1000:.0f} ms\n"
        f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )


if __name__ == "__main__":
    main()
