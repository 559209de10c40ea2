"""Measures how quickly a simulator full of clusters answers, on one core.

Its clusters run ten pods each. A tenth of them roll out another image while one client asks, one
request after the other. Fails when the 99th percentile of all GETs is above the promised time.
"""

import argparse
import asyncio
import itertools
import os
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.waiting import REGION, make_room
from emulators.stack.api import SimulatedAzure
from emulators.stack.kubeconfig import (
    AKS_SERVER_APPLICATION,
    API_VERSION,
    ARM_RESOURCE,
    fetch_token,
)
from emulators.stack.stack import DEFAULT_TIME_SCALE, Stack

BUILDING_SCALE = 2000.0
PODS_PER_CLUSTER = 10
REQUESTS = 3000
GROUP_API_VERSION = "2021-04-01"
PROMISED_SECONDS = 0.050
ROLLING_SHARE = 10
READY_TIMEOUT_SECONDS = 300.0
AT_ONCE = 16
NODES = {"name": "system", "mode": "System", "count": 1, "vmSize": "Standard_D8s_v5"}


@dataclass(frozen=True, slots=True)
class Full:
    """A simulator full of clusters, and how to ask it."""

    client: httpx.AsyncClient
    group: str
    arm_token: str
    kubernetes_token: str
    paths: tuple[str, ...]
    """Of each cluster's Kubernetes API."""

    async def arm(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.client.request(
            method,
            f"{self.group}{path}",
            params={"api-version": API_VERSION if path else GROUP_API_VERSION},
            json=body,
            headers={"Authorization": f"Bearer {self.arm_token}"},
        )
        return answer.raise_for_status().json()

    async def kubernetes(self, path: str, body: Any = None) -> Any:
        """A GET, or with a body a server-side apply."""
        answer = await self.client.request(
            "PATCH" if body else "GET",
            path,
            params={"fieldManager": "benchmark"} if body else {},
            json=body,
            headers={
                "Authorization": f"Bearer {self.kubernetes_token}",
                **({"Content-Type": "application/apply-patch+yaml"} if body else {}),
            },
        )
        return answer.raise_for_status().json()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clusters", type=int, default=200)
    count = parser.parse_args().clusters
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), time_scale=BUILDING_SCALE)
        try:
            stack.start_simulator()
            os.sched_setaffinity(stack.processes["simulator"].popen.pid, {0})
            return asyncio.run(measure(stack, count))
        finally:
            stack.stop()


async def measure(stack: Stack, count: int) -> int:
    began = time.monotonic()
    full = await fill(stack, count)
    memory = resident_mebibytes(stack.processes["simulator"].popen.pid)
    print(f"{count} clusters with {count * PODS_PER_CLUSTER} pods after ", end="")
    print(f"{time.monotonic() - began:.0f} s, {memory:.0f} MiB resident\n")
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        azure.put("/_simulator/clock", json={"scale": DEFAULT_TIME_SCALE}).raise_for_status()
    rolling = full.paths[::ROLLING_SHARE]
    await each(rolling, lambda path: apply(full, path, "nginx:2"))
    seconds = await ask(full)
    await full.client.aclose()
    return report(seconds)


async def fill(stack: Stack, count: int) -> Full:
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        make_room(azure)
        arm_token = fetch_token(azure, stack.simulator, ARM_RESOURCE)
        kubernetes_token = fetch_token(azure, stack.simulator, AKS_SERVER_APPLICATION)
        context = ssl.create_default_context(cafile=stack.ca_bundle)
        client = httpx.AsyncClient(
            base_url=stack.simulator_url, verify=context, timeout=120, trust_env=False
        )
        group = f"/subscriptions/{stack.simulator['subscriptionId']}/resourceGroups/bench"
        full = Full(client, group, arm_token, kubernetes_token, ())
        await full.arm("PUT", "", {"location": REGION})
        await each(range(count), lambda number: build(full, number))
        clusters = azure.get_state()["clusters"]
    full = Full(
        client, group, arm_token, kubernetes_token, tuple(c["kubernetesPath"] for c in clusters)
    )
    await each(full.paths, lambda path: apply(full, path, "nginx:1"))
    await each(full.paths, lambda path: await_pods(full, path))
    return full


async def build(full: Full, number: int) -> None:
    path = f"/providers/Microsoft.ContainerService/managedClusters/bench-{number:03}"
    properties = {"dnsPrefix": f"bench-{number:03}", "agentPoolProfiles": [NODES]}
    body = {
        "location": REGION,
        "identity": {"type": "SystemAssigned"},
        "properties": {**properties, "nodeResourceGroup": f"bench-{number:03}-nodes"},
    }
    answer = await full.arm("PUT", path, body)
    while answer["properties"]["provisioningState"] != "Succeeded":
        await asyncio.sleep(0.2)
        answer = await full.arm("GET", path)


async def apply(full: Full, path: str, image: str) -> None:
    labels = {"app": "bench"}
    container = {
        "name": "web",
        "image": image,
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
    }
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "bench", "namespace": "default"},
        "spec": {
            "replicas": PODS_PER_CLUSTER,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
    await full.kubernetes(f"{path}/apis/apps/v1/namespaces/default/deployments/bench", body)


async def await_pods(full: Full, path: str) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_SECONDS
    deployment = f"{path}/apis/apps/v1/namespaces/default/deployments/bench"
    while True:
        status = (await full.kubernetes(deployment)).get("status", {})
        if status.get("readyReplicas") == PODS_PER_CLUSTER:
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"Pods of {path} are not ready: {status}")
        await asyncio.sleep(0.5)


async def ask(full: Full) -> dict[str, list[float]]:
    """Seconds of each GET, by kind."""
    clusters = itertools.cycle(range(len(full.paths)))
    seconds: dict[str, list[float]] = {}
    for _ in range(REQUESTS // 4):
        number = next(clusters)
        path = full.paths[number]
        arm = f"/providers/Microsoft.ContainerService/managedClusters/bench-{number:03}"
        pods = f"{path}/api/v1/namespaces/default/pods"
        deployment = f"{path}/apis/apps/v1/namespaces/default/deployments/bench"
        for kind, request in (
            ("a cluster by ARM", full.arm("GET", arm)),
            ("its pods", full.kubernetes(pods)),
            ("its deployment", full.kubernetes(deployment)),
            ("its nodes", full.kubernetes(f"{path}/api/v1/nodes")),
        ):
            began = time.perf_counter()
            await request
            seconds.setdefault(kind, []).append(time.perf_counter() - began)
    return seconds


async def each[T](items: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> None:
        async with gate:
            await work(item)

    await asyncio.gather(*(one(item) for item in items))


def report(seconds: dict[str, list[float]]) -> int:
    """The exit code."""
    every = [each for kind in seconds.values() for each in kind]
    for kind, measured in (*seconds.items(), ("all", every)):
        p50, p99 = statistics.median(measured), statistics.quantiles(measured, n=100)[98]
        print(
            f"{kind:18} {len(measured):5} GETs, p50 {p50 * 1000:5.1f} ms, "
            f"p99 {p99 * 1000:5.1f} ms, longest {max(measured) * 1000:5.1f} ms"
        )
    if statistics.quantiles(every, n=100)[98] > PROMISED_SECONDS:
        print(f"FAILED: p99 is above {PROMISED_SECONDS * 1000:.0f} ms", file=sys.stderr)
        return 1
    return 0


def resident_mebibytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    sys.exit(main())
