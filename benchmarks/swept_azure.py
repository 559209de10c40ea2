"""Clusters, edges, pods and gateways in simulated Azure, as environments leave them.

Built by the product's own client and bodies, without its app.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from activities.pod_counters import read_counters
from clients.factory import ClientFactory
from clients.settings import Settings
from domain.arm import naming
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.environment.counters import CounterLook
from domain.kubernetes.manifests import build_workload
from domain.serving.counter_pods import find_counter_pods
from domain.serving.gateway.settings import GatewayState
from domain.serving.manifests import REPLICAS, build_gateway
from domain.spec.model import EnvironmentSpec
from domain.wire import JsonObject
from emulators.stack.stack import Stack

REGION = "westeurope"
CONCURRENCY = 16
FRONT_DOOR_ID = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
GATEWAY_SECONDS = 120.0
RESOURCES = (
    ("resourceGroup", ""),
    ("profile", ""),
    ("endpoint", ""),
    ("wafPolicy", ""),
    ("resourceGroup", REGION),
)


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
        if not answer.is_success:
            raise SystemExit(f"{target}: {answer}")
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
