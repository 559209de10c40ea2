"""Measures the requests that a sweep over many environments sends to Azure, and its duration.

Clusters and profiles are built in simulated Azure, pods and gateways by the product's own client,
records in the task hub; no environment has traffic. The first sweep warns all environments, the
second finds them warned and changes nothing. Fails if a sweep lists clusters more than once per
page, or decides anything else. Two Envoys per environment run as processes, of some 40 MB each.
"""

import argparse
import asyncio
import logging
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from durabletask.client import TaskHubGrpcClient
from durabletask.entities import EntityInstanceId

from activities.pod_counters import read_counters
from clients.factory import ClientFactory
from clients.settings import Settings
from domain.arm import naming
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.environment.counters import CounterLook, CounterNote, RecordCounters
from domain.environment.operation import OperationKind, build_operation_id
from domain.environment.operation_request import OperationRequest
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd
from domain.kubernetes.manifests import build_workload
from domain.outcomes import Outcome
from domain.serving.counter_pods import find_counter_pods
from domain.serving.gateway.settings import GatewayState
from domain.serving.manifests import REPLICAS, build_gateway
from domain.spec.model import EnvironmentSpec
from domain.sweep.counters import FIRST_LOOK
from domain.wire import JsonObject
from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack

REGION = "westeurope"
NEVER = "0 0 0 1 1 *"
BUILDING_SCALE = 2000.0
SWEEPING_SCALE = 2.0
"""Low enough that the sweep's own seconds do not become minutes of simulated time."""

CONCURRENCY = 16
FRONT_DOOR_ID = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
GATEWAY_SECONDS = 120.0
READY_TIMEOUT_SECONDS = 60.0
SWEEP_TIMEOUT_SECONDS = 300.0
LISTING_PAGES = 1
"""Simulated Azure lists all clusters on one page."""

RESOURCES = (
    ("resourceGroup", ""),
    ("profile", ""),
    ("endpoint", ""),
    ("wafPolicy", ""),
    ("resourceGroup", REGION),
)
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
    count = parser.parse_args().environments
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(
            Path(folder) / "stack", settings={"SWEEP_SCHEDULE": NEVER, "WAKE_SCHEDULE": NEVER}
        )
        try:
            return measure(stack, [build_spec(number) for number in range(count)])
        finally:
            stack.stop()


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


def measure(stack: Stack, specs: Sequence[EnvironmentSpec]) -> int:
    stack.work_dir.mkdir()
    stack.time_scale = BUILDING_SCALE
    stack.start_simulator()
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        raise_quota(azure)
        looks = asyncio.run(build_azure(stack, specs))
        pass_hours(azure, 1)
        start_product(stack, azure)
        write_records(stack, specs, looks, now_of(azure) - timedelta(hours=1))
        with Api(stack.app_url) as api:
            warning = sweep(api, azure)
            reading = sweep(api, azure)
    for title, measured in (("every environment is warned", warning), ("nothing to do", reading)):
        report(title, measured)
    return judge(len(specs), warning, reading)


def raise_quota(azure: SimulatedAzure) -> None:
    for quota in azure.get("/_simulator/quota", params={"region": REGION}).json():
        limit = {"region": REGION, "name": quota["name"], "limit": 1_000_000}
        azure.put("/_simulator/quota", json=limit).raise_for_status()


async def build_azure(stack: Stack, specs: Sequence[EnvironmentSpec]) -> dict[str, CounterLook]:
    """What the gateways of each environment count."""
    looks: dict[str, CounterLook] = {}
    async with open_clients(stack) as clients:
        await for_each("built", specs, lambda spec: build_resources(clients, spec))

        async def serve(spec: EnvironmentSpec) -> None:
            looks[spec.name] = await deploy_workload(clients, spec)

        await for_each("serving", specs, serve)
    return looks


@asynccontextmanager
async def open_clients(stack: Stack) -> AsyncIterator[ClientFactory]:
    """The product's own clients against simulated Azure."""
    simulator = stack.simulator
    os.environ |= {
        "IDENTITY_ENDPOINT": simulator["identityEndpoint"],
        "IDENTITY_HEADER": simulator["identityHeader"],
        "SSL_CERT_FILE": stack.ca_bundle,
    }
    settings = {
        "AZURE_SUBSCRIPTION_ID": simulator["subscriptionId"],
        "ARM_ENDPOINT": stack.simulator_url,
        "METRICS_ENDPOINT": stack.simulator_url,
        "RETAIL_PRICES_URL": stack.simulator_url,
        "CA_BUNDLE": stack.ca_bundle,
    }
    clients = ClientFactory(Settings.from_environment(settings))
    try:
        yield clients
    finally:
        await clients.close()


async def for_each(
    word: str,
    specs: Sequence[EnvironmentSpec],
    build: Callable[[EnvironmentSpec], Awaitable[None]],
) -> None:
    """Concurrently, with progress on stderr."""
    gate, done = asyncio.Semaphore(CONCURRENCY), 0

    async def one(spec: EnvironmentSpec) -> None:
        nonlocal done
        async with gate:
            await build(spec)
        done += 1
        print(f"\r{done} of {len(specs)} {word}", end="", file=sys.stderr, flush=True)

    await asyncio.gather(*(one(spec) for spec in specs))
    print(file=sys.stderr)


async def build_resources(clients: ClientFactory, spec: EnvironmentSpec) -> None:
    for name, region in (*RESOURCES, ("managedCluster", REGION)):
        target = ResourceTarget(name, spec.name, region, clients.settings.subscription_id)
        kind = KINDS[name]
        body = kind.build_body(spec, target, None)
        answer = await clients.resources.begin_put(kind.build_id(target), body)
        while answer.body["properties"].get("provisioningState") not in {None, "Succeeded"}:
            await asyncio.sleep(0.2)
            answer = await clients.resources.get(kind.build_id(target))
            if not answer.is_success:
                raise SystemExit(f"{target}: {answer}")


async def deploy_workload(clients: ClientFactory, spec: EnvironmentSpec) -> CounterLook:
    """The first look that both gateways answer once the model serves.

    A GPU node without a pod would be scaled down in the hour that passes then.
    """
    settings, serving = clients.settings, GatewayState.SERVING
    cluster_id = naming.cluster_id(settings.subscription_id, spec.name, REGION)
    gateway = build_gateway(
        spec, REGION, settings.subscription_id, settings.installation, FRONT_DOOR_ID, serving
    )
    async with clients.kubernetes(cluster_id) as kubernetes, asyncio.timeout(GATEWAY_SECONDS):
        await kubernetes.apply([*build_workload(spec, 1), *gateway])
        while True:
            pods = await kubernetes.list_all_pods()
            look = await read_counters(kubernetes, find_counter_pods(pods, spec.name))
            if len(look.gateways) == REPLICAS and not look.unread and is_serving(pods):
                return look
            await asyncio.sleep(0.5)


def is_serving(pods: Sequence[JsonObject]) -> bool:
    """Whether the pods of model and gateway are there and ready."""
    inside = [pod for pod in pods if pod["metadata"]["namespace"] == naming.INFERENCE_NAMESPACE]
    return len(inside) > REPLICAS and all(is_ready(pod) for pod in inside)


def is_ready(pod: JsonObject) -> bool:
    conditions = pod["status"].get("conditions") or ()
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def now_of(azure: SimulatedAzure) -> datetime:
    return datetime.fromisoformat(azure.get("/_simulator/clock").json()["now"])


def pass_hours(azure: SimulatedAzure, hours: float) -> None:
    """Moves the clock ahead, without traffic in between, and slows it down."""
    later = now_of(azure) + timedelta(hours=hours)
    clock = {"now": later.isoformat(), "scale": SWEEPING_SCALE}
    azure.put("/_simulator/clock", json=clock).raise_for_status()


def start_product(stack: Stack, azure: SimulatedAzure) -> None:
    """Starts task hub and app with clocks that agree with Azure's."""
    shown, real = now_of(azure).timestamp(), time.time()
    origin = (real * SWEEPING_SCALE - shown) / (SWEEPING_SCALE - 1)
    stack.time_scale = SWEEPING_SCALE
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
    ready, url = 0, f"/environments?phase={Phase.READY}"
    while url:
        page = api.get(url).json()
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
    for problem in problems:
        print(f"FAILED: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
