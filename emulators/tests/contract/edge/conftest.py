"""Two clusters with a served model each, behind an edge whose configuration tests write."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from emulators.azure.edge import routes
from emulators.azure.kubernetes.addresses import PublicAddresses
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import NAMESPACE
from emulators.azure.kubernetes.node_pools import NodePool
from emulators.azure.latency import Latencies
from emulators.tests.contract.edge.public_side import (
    REGIONS,
    Client,
    Edge,
    apply,
    manifests,
    until,
)
from emulators.tests.support.idle_time import IdleTimeLoop, idle_clock


def pytest_asyncio_loop_factories() -> dict[str, type[IdleTimeLoop]]:
    return {"idle time": IdleTimeLoop}


@pytest.fixture
def addresses() -> PublicAddresses:
    return PublicAddresses()


@pytest.fixture
async def clusters(addresses: PublicAddresses) -> AsyncIterator[dict[str, Cluster]]:
    """A cluster with a serving pod behind a public address in each region."""
    clock = idle_clock(5000.0)
    started: dict[str, Cluster] = {}
    for region in REGIONS:
        cluster = Cluster(f"gp-fraud-{region}", region, clock, Latencies(clock), addresses)
        cluster.set_node_pool(NodePool("system", "System", "Standard_D4s_v5", 1))
        cluster.registry.create(NAMESPACE, "", {"metadata": {"name": "inference"}})
        for kind, manifest in manifests(region):
            apply(cluster, kind, manifest)
        started[region] = cluster
    await until(lambda: all(_serves(each) for each in started.values()))
    await until(lambda: len(addresses.frontends()) == len(REGIONS))
    yield started
    for cluster in started.values():
        cluster.stop()
    await asyncio.sleep(0)


def _serves(cluster: Cluster) -> bool:
    return bool(cluster.ready_pods("inference", "fraud"))


@pytest.fixture
def edge() -> Edge:
    return Edge()


@pytest.fixture
async def client(
    edge: Edge, addresses: PublicAddresses, clusters: dict[str, Cluster]
) -> AsyncIterator[Client]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await routes.handle(request, edge, addresses)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with aiohttp.ClientSession() as session:
        yield Client(session, f"http://127.0.0.1:{runner.addresses[0][1]}")
    await runner.cleanup()
