"""Measures what many environments that are built at once ask of Azure, and what they wait.

`make bench-waits N=50` builds N environments twice in simulated Azure: without its request limits,
and with them. Containers of gateways are made up: each real Envoy takes one of the 128 inotify
instances that Linux grants a user. Prints operation reads of AKS per second, the use of each of
Azure's documented request buckets, refusals, and the slowest time to Ready, in simulated time.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.machine import stop_if_busy
from benchmarks.results import write_values
from emulators.stack.api import ENDED, Api, SimulatedAzure
from emulators.stack.stack import Stack, running_stack
from emulators.stack.views import read_time

REGION = "westeurope"
NEVER = "0 0 0 1 1 *"
TIMEOUT_SECONDS = 1800.0
POLL_SECONDS = 3.0
OPERATION_READS = "GET operation status"
ROW = "{:40} {:>7} {:>8} {:>9} {:>8} {:>8} {:>6} {:>6}"


@dataclass(frozen=True, slots=True)
class Run:
    """Of all environments at once, in simulated seconds."""

    to_ready: Sequence[float]
    """Of those that became Ready."""
    failures: Sequence[str]
    usage: Sequence[Mapping[str, Any]]
    steps: Mapping[str, Sequence[float]]
    """How long each step took, by its name without the region."""
    events: int
    """In the durable histories of one environment."""
    posted: Sequence[float] = ()
    """Real seconds of each POST."""


def main() -> int:
    options = parse()
    stop_if_busy()
    names = [f"wait-{number:03}" for number in range(options.environments)]
    free = measure(names, options.scale, [])
    throttled = measure(names, options.scale, ["--throttling"])
    for title, run in (("without limits", free), ("with limits", throttled)):
        report(title, run)
    write_values(options.json, {"free": list_values(free), "throttled": list_values(throttled)})
    share = max(throttled.to_ready) / max(free.to_ready) - 1
    print(f"\nslowest with limits against without: {share:+.1%}")
    return 1 if free.failures or throttled.failures else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=int, default=50)
    parser.add_argument("--scale", type=float, default=10.0, help="simulated seconds per second")
    parser.add_argument("--json", type=Path, help="where to write the values")
    return parser.parse_args()


def measure(names: Sequence[str], scale: float, simulator_options: Sequence[str]) -> Run:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_stack(
            Path(folder) / "stack",
            time_scale=scale,
            settings={"SWEEP_SCHEDULE": NEVER, "WAKE_SCHEDULE": NEVER},
            simulator_options=["--without-programs", *simulator_options],
        ) as stack,
        Api(stack.app_url) as api,
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
    ):
        make_room(azure)
        posted: list[float] = []
        operations: list[str] = []
        for name in names:
            began = time.perf_counter()
            operations.append(api.create_environment(build_body(name)))
            posted.append(time.perf_counter() - began)
        return replace(read_run(stack, api, azure, operations), posted=posted)


def make_room(azure: SimulatedAzure) -> None:
    for quota in azure.get("/_simulator/quota", params={"region": REGION}).json():
        limit = {"region": REGION, "name": quota["name"], "limit": 1_000_000}
        azure.put("/_simulator/quota", json=limit).raise_for_status()
    room = {"clustersPerRegion": 10_000, "frontDoorProfiles": 10_000}
    azure.put("/_simulator/limits", json=room).raise_for_status()


def build_body(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "costCenter": "BENCH",
        "owner": "bench@example.com",
        "regions": [REGION],
        "gpu": {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 5},
        "workload": {
            "image": "registry.example.com/llm:1",
            "model": {"name": name, "version": "1"},
        },
    }


def read_run(stack: Stack, api: Api, azure: SimulatedAzure, operation_ids: Sequence[str]) -> Run:
    ended = [await_end(stack, api, each) for each in operation_ids]
    good = [each for each in ended if each["status"] == "Succeeded"]
    steps: dict[str, list[float]] = {}
    for operation in good:
        for step in operation["steps"]:
            name = step["name"].replace(f"/{REGION}", "")
            if seconds := seconds_between(step, "startDateTime", "endDateTime"):
                steps.setdefault(name, []).append(seconds)
    return Run(
        to_ready=[seconds_between(each, "createdDateTime", "lastActionDateTime") for each in good],
        failures=[f"{each['id']}: {each.get('error')}" for each in ended if each not in good],
        usage=azure.get("/_simulator/throttling").json()["usage"],
        steps=steps,
        events=api.count_history_events(operation_ids[0]),
    )


def await_end(stack: Stack, api: Api, operation_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while (operation := api.get_operation(operation_id))["status"] not in ENDED:
        if stack.find_ended() or time.monotonic() > deadline:
            raise SystemExit(f"{operation_id} has not ended: {operation['status']}")
        time.sleep(POLL_SECONDS)
    return operation


def seconds_between(found: Mapping[str, Any], first: str, last: str) -> float:
    if not found.get(first) or not found.get(last):
        return 0.0
    return (read_time(found[last]) - read_time(found[first])).total_seconds()


def report(title: str, run: Run) -> None:
    print(f"\n{title}: {len(run.to_ready)} Ready, {len(run.failures)} failed")
    for failure in run.failures:
        print(f"  {failure}")
    if run.to_ready:
        median, slowest = statistics.median(run.to_ready) / 60, max(run.to_ready) / 60
        print(f"  to Ready: median {median:.1f} min, slowest {slowest:.1f} min")
        report_operation_reads(run)
        report_buckets(run.usage, max(run.to_ready))
    print(f"  history events of one environment: {run.events}")
    slow = sorted(run.steps.items(), key=lambda item: -statistics.median(item[1]))
    for name, seconds in slow[:8]:
        median = statistics.median(seconds)
        print(f"  step {name:28} median {median:5.0f} s, slowest {max(seconds):5.0f} s")


def list_values(run: Run) -> dict[str, Any]:
    """For the table of docs/performance.md."""
    slowest = max(run.to_ready, default=0.0)
    return {
        "ready": len(run.to_ready),
        "failed": len(run.failures),
        "medianMinutes": round(statistics.median(run.to_ready or [0.0]) / 60, 2),
        "slowestMinutes": round(slowest / 60, 2),
        "postP50Milliseconds": round(statistics.median(run.posted or [0.0]) * 1000),
        "historyEvents": run.events,
        "buckets": [list_bucket(each, slowest) for each in run.usage],
    }


def list_bucket(usage: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    return {
        "bucket": usage["limit"],
        "burst": usage["burst"],
        "perSecond": usage["perSecond"],
        "requests": usage["requests"],
        "meanPerSecond": round(usage["requests"] / seconds, 3) if seconds else 0.0,
        "worstPerSecond": round(usage["worstMinute"] / 60, 3),
        "usedPercent": round(100 * (1 - usage["lowestTokens"] / usage["burst"])),
        "refused": usage["refused"],
    }


def report_operation_reads(run: Run) -> None:
    found = next((each for each in run.usage if each["limit"] == OPERATION_READS), None)
    if found is None:
        return
    each = found["requests"] / len(run.to_ready)
    mean = found["requests"] / max(run.to_ready)
    worst = found["worstMinute"] / 60
    print(
        f"  AKS operation reads: {each:.1f} per environment, {mean:.2f} a second, "
        f"{worst:.2f} in the worst minute"
    )


def report_buckets(usage: Sequence[Mapping[str, Any]], seconds: float) -> None:
    """`used`: of the burst, when a bucket of the limit had the fewest tokens left."""
    head = ("bucket", "burst", "grant/s", "requests", "mean/s", "worst/s", "used", "429")
    print("  " + ROW.format(*head))
    for each in sorted(usage, key=lambda row: row["limit"]):
        print(
            "  "
            + ROW.format(
                each["limit"][:40],
                each["burst"],
                f"{each['perSecond']:g}",
                each["requests"],
                f"{each['requests'] / seconds:.2f}",
                f"{each['worstMinute'] / 60:.2f}",
                f"{1 - each['lowestTokens'] / each['burst']:.0%}",
                each["refused"],
            )
        )


if __name__ == "__main__":
    sys.exit(main())
