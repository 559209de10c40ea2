"""Measures the requests that a sweep over many environments sends to Azure, and its duration.

Clusters and profiles are built in simulated Azure, pods and gateways by the product's own client,
records in the task hub; no environment has traffic. The first sweep warns all environments, the
second finds them warned and changes nothing. Fails if a sweep lists clusters more than once per
page, decides anything else, or takes longer than its goal. Gateways are made up, and their
counters stand still: each real Envoy takes one of the 128 inotify instances of a user.
"""

import argparse
import asyncio
import logging
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from durabletask.client import TaskHubGrpcClient
from durabletask.entities import EntityInstanceId

from benchmarks.machine import stop_if_busy
from benchmarks.results import write_values
from benchmarks.swept_azure import REGION, build_azure
from benchmarks.waiting import make_room
from domain.environment.counters import CounterLook, CounterNote, RecordCounters
from domain.environment.operation import OperationKind, build_operation_id
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.outcomes import Outcome
from domain.spec.model import EnvironmentSpec
from domain.sweep.counters import FIRST_LOOK
from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack

NEVER = "0 0 0 1 1 *"
BUILDING_SCALE = 300.0
SWEEPING_SCALE = 2.0
"""Low enough that the sweep's own seconds do not become minutes of simulated time."""

READY_TIMEOUT_SECONDS = 300.0
LONGEST_LIST_SECONDS = 120.0
SWEEP_TIMEOUT_SECONDS = 300.0
GOAL_SECONDS, GOAL_SECONDS_EACH = 2.0, 0.03
"""Of a sweep that changes nothing: the lists, and four requests to each cluster."""

LISTING_PAGES = 1
"""Simulated Azure lists all clusters on one page."""

LISTED = {"managedClusters", "resources", "resourcegroups"}
METRICS = re.compile(r".*/metrics:getBatch")
LISTINGS = re.compile(r"/subscriptions/[^/]+/providers/[^/]+/[^/]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Measured:
    reasons: Mapping[str, int]
    seconds: float
    requests: Counter[str]
    """By kind and method."""
    listings: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--environments", type=int, default=50)
    parser.add_argument("--json", type=Path, help="where to write the values")
    options = parser.parse_args()
    stop_if_busy()
    specs = [build_spec(number) for number in range(options.environments)]
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(
            Path(folder) / "stack",
            settings={"SWEEP_SCHEDULE": NEVER, "WAKE_SCHEDULE": NEVER},
            simulator_options=["--without-programs"],
        )
        try:
            warning, reading = measure(stack, specs)
        finally:
            stack.stop()
    write_values(options.json, list_values(len(specs), warning, reading))
    return judge(len(specs), warning, reading)


def list_values(count: int, warning: Measured, reading: Measured) -> dict[str, Any]:
    return {
        "environments": count,
        "warningSeconds": round(warning.seconds, 1),
        "readingSeconds": round(reading.seconds, 1),
        "requests": sum(reading.requests.values()),
        "armRequests": sum(n for kind, n in reading.requests.items() if kind.startswith("ARM ")),
    }


def build_spec(number: int) -> EnvironmentSpec:
    name = f"bench-{number:03}"
    return EnvironmentSpec.from_wire(
        {
            "name": name,
            "costCenter": "BENCH",
            "owner": "bench@example.com",
            "regions": [REGION],
            "gpu": {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 5},
            "workload": {
                "image": "registry.example.com/llm:1",
                "model": {"name": name, "version": "1"},
            },
            "idle": {"afterMinutes": 10, "action": "scaleToZero"},
            "access": {"mode": "none"},
        }
    )


def measure(stack: Stack, specs: Sequence[EnvironmentSpec]) -> tuple[Measured, Measured]:
    """A sweep that warns every environment, and one that finds them warned."""
    stack.work_dir.mkdir()
    stack.time_scale = BUILDING_SCALE
    stack.start_simulator()
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        make_room(azure)
        looks = asyncio.run(build_azure(stack, specs))
        pass_hours(azure, 1, SWEEPING_SCALE)
        start_product(stack, azure, SWEEPING_SCALE)
        write_records(stack, specs, looks, now_of(azure) - timedelta(hours=1))
        with Api(stack.app_url) as api:
            warning = sweep(api, azure)
            reading = sweep(api, azure)
    for title, measured in (("every environment is warned", warning), ("nothing to do", reading)):
        report(title, measured)
    return warning, reading


def now_of(azure: SimulatedAzure) -> datetime:
    return datetime.fromisoformat(azure.get("/_simulator/clock").json()["now"])


def pass_hours(azure: SimulatedAzure, hours: float, scale: float) -> None:
    """Moves the clock ahead, without traffic in between, and slows it down."""
    later = now_of(azure) + timedelta(hours=hours)
    clock = {"now": later.isoformat(), "scale": scale}
    azure.put("/_simulator/clock", json=clock).raise_for_status()


def start_product(stack: Stack, azure: SimulatedAzure, scale: float) -> None:
    """Starts task hub and app with clocks that agree with Azure's."""
    shown, real = now_of(azure).timestamp(), time.time()
    origin = (real * scale - shown) / (scale - 1)
    stack.time_scale = scale
    stack.clock_origin = datetime.fromtimestamp(origin, UTC)
    stack.start_task_hub()
    stack.start_app()


def write_records(
    stack: Stack,
    specs: Sequence[EnvironmentSpec],
    looks: Mapping[str, CounterLook],
    ready_at: datetime,
) -> None:
    """Writes the records of environments whose provisioning ended at `ready_at`, and whose
    gateways have counted nothing since."""
    with (
        TaskHubGrpcClient(
            host_address=stack.task_hub_address, logger=logging.getLogger("benchmarks")
        ) as hub,
        Api(stack.app_url) as api,
    ):
        for spec in specs:
            record = EntityInstanceId("environment", spec.name)
            operation_id = build_operation_id(spec.name, 1)
            request = OperationRequest(
                operation_id=operation_id, kind=OperationKind.PROVISION, sequence=1, spec=spec
            )
            begun = {"request": request.to_wire(), "at": ready_at.isoformat()}
            ended = OperationEnd(
                operation_id=operation_id,
                phase=Phase.READY,
                outcome=Outcome.succeeded(),
                at=ready_at,
            )
            hub.signal_entity(record, "start_operation", begun)
            hub.signal_entity(record, "end_operation", ended.to_wire())
            note = CounterNote(
                at=ready_at,
                since=ready_at,
                look=looks[spec.name],
                reason=FIRST_LOOK.reason,
                is_use=FIRST_LOOK.is_use,
            )
            seen = RecordCounters(notes={REGION: note})
            hub.signal_entity(record, "record_counters", seen.to_wire())
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while (ready := count_ready(api)) < len(specs):
            if time.monotonic() > deadline:
                raise SystemExit(f"only {ready} of {len(specs)} records are Ready")
            time.sleep(0.5)


def count_ready(api: Api) -> int:
    """Until the first sweep has filled the directory each list reads all records."""
    ready, url = 0, f"/environments?phase={Phase.READY}"
    while url:
        page = api.get(url, timeout=LONGEST_LIST_SECONDS).json()
        ready += len(page["value"])
        url = page.get("nextLink")
    return ready


def sweep(api: Api, azure: SimulatedAzure) -> Measured:
    azure.delete("/_simulator/requests").raise_for_status()
    began = time.monotonic()
    api.post("/sweeps").raise_for_status()
    while (latest := api.get("/sweeps/latest").json())["status"] == "Running":
        if time.monotonic() - began > SWEEP_TIMEOUT_SECONDS:
            raise SystemExit(f"The sweep did not end within {SWEEP_TIMEOUT_SECONDS:.0f} s.")
        time.sleep(0.2)
    seconds = time.monotonic() - began
    if latest["status"] != "Succeeded":
        raise SystemExit(f"The sweep failed: {latest}")
    sent = [r for r in azure.get_requests()["requests"] if "/_simulator" not in r["path"]]
    return Measured(
        reasons=latest["summary"]["reasons"],
        seconds=seconds,
        requests=Counter(classify(each) for each in sent),
        listings=sum(is_listing(each) for each in sent),
    )


def classify(request: Mapping[str, Any]) -> str:
    method, path = request["method"], request["path"]
    if path.startswith("/kubernetes/"):
        return f"Kubernetes {method} {path.rpartition('/')[2]}"
    if METRICS.fullmatch(path):
        return f"Azure Monitor {method} metrics:getBatch"
    if not path.startswith("/subscriptions/"):
        return f"identity {method} token"
    return f"ARM {method} {path.rpartition('/')[2]}"


def is_listing(request: Mapping[str, Any]) -> bool:
    return request["method"] == "GET" and LISTINGS.fullmatch(request["path"]) is not None


def report(title: str, measured: Measured) -> None:
    print(f"\n{title}: {measured.seconds:.1f} s, {dict(measured.reasons)}")
    for kind, times in sorted(measured.requests.items()):
        print(f"  {times:6} {kind}")


def judge(count: int, warning: Measured, reading: Measured) -> int:
    """The exit code."""
    problems = [
        f"{measured.listings} listings of {LISTING_PAGES} page"
        for measured in (warning, reading)
        if measured.listings > LISTING_PAGES
    ]
    for measured, reason in ((warning, "Idle"), (reading, "WarningRunning")):
        if measured.reasons != {reason: count}:
            problems.append(f"not all {count} are {reason}: {dict(measured.reasons)}")
    unexpected = {
        kind
        for measured in (warning, reading)
        for kind in measured.requests
        if kind.startswith("ARM ")
    } - {"ARM POST listClusterUserCredential", *(f"ARM GET {name}" for name in LISTED)}
    problems += [f"an ARM request for an environment: {kind}" for kind in sorted(unexpected)]
    goal = GOAL_SECONDS + count * GOAL_SECONDS_EACH
    if reading.seconds > goal:
        problems.append(f"{reading.seconds:.1f} s, above {goal:.1f}")
    for problem in problems:
        print(f"FAILED: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
