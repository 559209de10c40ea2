"""A simulated cluster behind its Kubernetes API over TLS, and real clients that ask it."""

import asyncio
import json
import shutil
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest
import trustme
from aiohttp import web
from lightkube import AsyncClient, KubeConfig
from lightkube.config.models import Cluster as ClusterEntry
from lightkube.config.models import User

from emulators.azure.clock import Clock
from emulators.azure.kubernetes import routes
from emulators.azure.kubernetes.addresses import PublicAddresses
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.latency import Latencies
from emulators.tests.contract.kubernetes.clients import TOKEN, Api, Kubectl
from emulators.tests.contract.kubernetes.real_api_server import (
    assets,
    clean_up,
    real_api_server,
)
from emulators.tests.contract.kubernetes.workloads import GPU_POOL, SYSTEM_POOL
from emulators.tests.support.idle_time import IdleTimeLoop, idle_clock

SCALE = 3000.0


def pytest_asyncio_loop_factories() -> dict[str, type[IdleTimeLoop]]:
    return {"idle time": IdleTimeLoop}


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def addresses() -> PublicAddresses:
    return PublicAddresses()


@pytest.fixture
async def clock() -> Clock:
    return idle_clock(SCALE)


@pytest.fixture
def new_cluster(clock: Clock, addresses: PublicAddresses) -> Callable[[str], Cluster]:
    """More clusters of the same region, which share its DNS labels."""

    def make(name: str) -> Cluster:
        latencies = Latencies(clock, spread=0.0)
        return Cluster(name, "westeurope", clock, latencies, addresses)

    return make


@pytest.fixture
async def cluster(new_cluster: Callable[[str], Cluster]) -> AsyncIterator[Cluster]:
    """A system node, and a GPU pool of up to three nodes that has none yet."""
    cluster = new_cluster("gp-fraud-westeurope")
    cluster.set_node_pool(SYSTEM_POOL)
    cluster.set_node_pool(GPU_POOL)
    yield cluster
    cluster.stop()
    await asyncio.sleep(0)


@pytest.fixture
async def url(cluster: Cluster, authority: trustme.CA) -> AsyncIterator[str]:
    def audience_of(token: str) -> str | None:
        return routes.AUDIENCE if token == TOKEN else None

    async def handle(request: web.Request) -> web.StreamResponse:
        return await routes.handle(request, cluster, request.match_info["path"], audience_of)

    app = web.Application()
    app.router.add_route("*", "/kubernetes/id/{path:.*}", handle)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    port = runner.addresses[0][1]
    yield f"https://127.0.0.1:{port}/kubernetes/id"
    await runner.cleanup()


@pytest.fixture
async def api(url: str, authority: trustme.CA) -> AsyncIterator[Api]:
    context = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Api(session, url)


@pytest.fixture(scope="session")
def real_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A real API server and the certificate it shows."""
    folder = assets()
    assert folder is not None
    work_dir = tmp_path_factory.mktemp("api-server")
    with real_api_server(folder, work_dir) as url:
        yield url, work_dir / "apiserver.crt"


@pytest.fixture
async def real_api(real_url: tuple[str, Path]) -> AsyncIterator[Api]:
    url, certificate = real_url
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=certificate))
    async with aiohttp.ClientSession(connector=connector) as session:
        api = Api(session, url)
        yield api
        await clean_up(api)


@pytest.fixture(params=["simulated", "real"] if assets() else ["simulated"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def either_api(backend: str, request: pytest.FixtureRequest) -> Api:
    """The simulated API server, and a real one that has to answer alike."""
    return request.getfixturevalue("api" if backend == "simulated" else "real_api")


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
async def client(url: str, ca_file: Path) -> AsyncIterator[AsyncClient]:
    config = KubeConfig.from_one(
        cluster=ClusterEntry(server=url, certificate_auth=str(ca_file)), user=User(token=TOKEN)
    )
    client = AsyncClient(config=config, field_manager="tests", trust_env=False)
    yield client
    await client.close()


@pytest.fixture
def kubectl(url: str, ca_file: Path, tmp_path: Path) -> Kubectl:
    return _kubectl_for(url, ca_file, tmp_path)


@pytest.fixture
def real_kubectl(real_url: tuple[str, Path], tmp_path: Path) -> Kubectl:
    return _kubectl_for(*real_url, tmp_path)


@pytest.fixture
def either_kubectl(backend: str, request: pytest.FixtureRequest) -> Kubectl:
    """kubectl on the simulated API server, and on a real one that has to answer alike."""
    return request.getfixturevalue("kubectl" if backend == "simulated" else "real_kubectl")


def _kubectl_for(url: str, ca_file: Path, home: Path) -> Kubectl:
    binary = shutil.which("kubectl")
    if binary is None:
        pytest.skip("kubectl is not installed: install one to check the API against it")
    kubeconfig = home / "kubeconfig"
    cluster = {"server": url, "certificate-authority": str(ca_file)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "aks", "cluster": cluster}],
        "users": [{"name": "me", "user": {"token": TOKEN}}],
        "contexts": [{"name": "aks", "context": {"cluster": "aks", "user": "me"}}],
        "current-context": "aks",
    }
    kubeconfig.write_text(json.dumps(config))
    return Kubectl(binary, kubeconfig, home)
