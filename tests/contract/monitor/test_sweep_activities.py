"""The sweep's two looks at a cell that stands in the simulator."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from activities.apply_workload import apply_workload
from activities.get_usage import get_usage
from activities.list_gpu_pools import list_gpu_pools
from activities.list_resources import list_resources
from clients.factory import ClientFactory
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.durable.inputs import WorkloadInput
from domain.durable.sweep_inputs import UsageInput
from domain.environment.operation import build_operation_id
from domain.placement.offers import list_offers
from domain.serving.gateway.settings import GatewayState
from domain.spec.model import EnvironmentSpec
from domain.sweep.found import EDGE_KINDS, ResourceRef
from domain.sweep.model import GpuPool
from domain.sweep.usage import Usage
from domain.sweep.usage_queries import CellRef, UsageQuery
from emulators.azure.process import RunningSimulator
from tests.contract.monitor.conftest import put
from tests.support.fake_hub import a_hub
from tests.support.specs import a_spec

REGION = "westeurope"


@pytest.fixture
async def cell(clients: ClientFactory) -> ResourceTarget:
    return await build_cell(clients, a_spec())


async def build_cell(clients: ClientFactory, spec: EnvironmentSpec) -> ResourceTarget:
    """A cluster with a GPU pool and the workload applied."""
    target = ResourceTarget("managedCluster", spec.name, REGION, clients.settings.subscription_id)
    await build(clients, spec, "resourceGroup", REGION)
    await build(clients, spec, "managedCluster", REGION)
    workload = WorkloadInput(
        operation_id=build_operation_id(spec.name, 1),
        environment=spec.name,
        offer=list_offers(a_spec(), REGION)[0],
        replicas=1,
        state=GatewayState.SERVING,
    )
    assert (await apply_workload(workload.to_wire(), clients, a_hub(spec))).is_success
    return target


async def build(clients: ClientFactory, spec: EnvironmentSpec, name: str, region: str) -> None:
    kind, target = (
        KINDS[name],
        ResourceTarget(name, spec.name, region, clients.settings.subscription_id),
    )
    body = kind.build_body(spec, target, None)
    await put(clients, kind.build_id(target), body)


async def build_with_profile(clients: ClientFactory, name: str) -> None:
    spec = a_spec(name=name)
    await build(clients, spec, "resourceGroup", "")
    await build(clients, spec, "profile", "")
    await build_cell(clients, spec)


@asynccontextmanager
async def new_process(clients: ClientFactory) -> AsyncIterator[ClientFactory]:
    """Clients of the same app that have seen no cluster yet."""
    fresh = ClientFactory(clients.settings)
    try:
        yield fresh
    finally:
        await fresh.close()


async def look(
    clients: ClientFactory, simulator: RunningSimulator, *names: str
) -> tuple[Counter[str], list[Usage]]:
    """All that a sweep asks for: which requests it took, and what they told."""
    journal, now = simulator.simulator.journal, simulator.simulator.clock.now()
    journal.clear()
    assert (await list_gpu_pools({"operationId": "sweep"}, clients)).is_success
    assert (await list_resources({"operationId": "sweep"}, clients)).is_success
    asked = UsageInput(
        operation_id="sweep",
        query=UsageQuery(
            start=now - timedelta(hours=1),
            observed_at=now,
            cells=tuple(CellRef(environment=name, region=REGION) for name in names),
        ),
    )
    outcome = await get_usage(asked.to_wire(), clients)
    paths = [each["path"] for each in journal.wire()["requests"]]
    asked_for = [path for path in paths if path.startswith("/subscriptions/")]
    counts = Counter(path.rpartition("/")[2] for path in asked_for)
    return counts, [Usage.from_wire(each) for each in outcome.result["usage"]]


async def test_the_arm_calls_of_a_sweep_do_not_grow_with_the_environments(
    clients: ClientFactory, simulator: RunningSimulator
):
    """Only a cluster's first look costs one, for a credential that the process then keeps."""
    names = ["one", "two", "three"]
    await build_with_profile(clients, names[0])
    async with new_process(clients) as sweeping:
        of_one, _ = await look(sweeping, simulator, *names[:1])
    for name in names[1:]:
        await build_with_profile(clients, name)
    async with new_process(clients) as sweeping:
        of_three, usage = await look(sweeping, simulator, *names)
        again, _ = await look(sweeping, simulator, *names)
    assert of_one.pop("listClusterUserCredential") == 1
    assert of_three.pop("listClusterUserCredential") == 3
    assert (
        of_one
        == of_three
        == {
            "managedClusters": 1,
            "resources": 3,
            "resourcegroups": 1,
            "metrics:getBatch": 1,
        }
    )
    assert again == of_three, "credentials are kept"
    assert all(cell.requests and cell.gpu_pods for cell in usage), "and everything is seen"


async def test_the_pool_of_a_cell_is_listed_as_ours(cell: ResourceTarget, clients: ClientFactory):
    outcome = await list_gpu_pools({"operationId": "sweep"}, clients)
    (pool,) = (GpuPool.from_wire(each) for each in outcome.result["pools"])
    assert (pool.environment, pool.region, pool.is_ours) == ("fraud-llm", REGION, True)
    assert (pool.node_count, pool.hourly_price) == (1, 4.775)
    assert pool.cluster_id.lower() == KINDS["managedCluster"].build_id(cell).lower()


async def test_the_parts_of_an_edge_are_listed_as_ours(clients: ClientFactory):
    """Azure spells ids and types otherwise than they were sent."""
    spec = a_spec()
    for kind in ("resourceGroup", "profile", "endpoint", "wafPolicy"):
        await build(clients, spec, kind, "")
    outcome = await list_resources({"operationId": "sweep"}, clients)
    found = [ResourceRef.from_wire(each) for each in outcome.result["resources"]]
    assert found == [ResourceRef(kind=kind, environment=spec.name) for kind in EDGE_KINDS]


async def test_the_pods_of_a_cell_are_seen_and_a_cell_that_is_gone_is_unknown(
    cell: ResourceTarget, clients: ClientFactory, simulator: RunningSimulator
):
    now = simulator.simulator.clock.now()
    asked = UsageInput(
        operation_id="sweep",
        query=UsageQuery(
            start=now - timedelta(hours=1),
            observed_at=now,
            cells=(
                CellRef(environment="fraud-llm", region=REGION),
                CellRef(environment="gone", region=REGION),
            ),
        ),
    )
    outcome = await get_usage(asked.to_wire(), clients)
    here, gone = (Usage.from_wire(each) for each in outcome.result["usage"])
    assert here.gpu_pods
    assert {pod.is_serving for pod in here.gpu_pods} == {True}
    assert (here.requests, gone.requests, gone.gpu_pods) == (None, None, None)
