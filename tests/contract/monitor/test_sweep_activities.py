"""The sweep's two looks at a cell that stands in the simulator."""

from datetime import timedelta

import pytest

from activities.apply_workload import apply_workload
from activities.get_usage import get_usage
from activities.list_gpu_pools import list_gpu_pools
from clients.factory import ClientFactory
from domain.idleness import GpuPool
from domain.payloads import WorkloadInput
from domain.resources import KINDS, Target
from domain.sweep_payloads import CellRef, UsageInput
from domain.usage import Usage
from simulator.process import RunningSimulator
from tests.contract.monitor.conftest import put
from tests.support.specs import a_spec

REGION = "westeurope"


@pytest.fixture
async def cell(clients: ClientFactory) -> Target:
    """A cluster with a GPU pool and the workload applied."""
    spec = a_spec()
    target = Target("managedCluster", spec.name, REGION, clients.settings.subscription_id)
    for name in ("resourceGroup", "managedCluster"):
        kind = KINDS[name]
        body = kind.build_body(spec, target, None)
        await put(clients, kind.build_id(target), kind.api_version, body)
    workload = WorkloadInput(
        operation_id="fraud-llm.1", spec=spec, region=REGION, replicas=1, awake=True
    )
    assert (await apply_workload(workload.to_wire(), clients)).is_success
    return target


async def test_the_pool_of_a_cell_is_listed_as_ours(cell: Target, clients: ClientFactory):
    outcome = await list_gpu_pools({"operationId": "sweep"}, clients)
    (pool,) = (GpuPool.from_wire(each) for each in outcome.result["pools"])
    assert (pool.environment, pool.region, pool.is_ours) == ("fraud-llm", REGION, True)
    assert (pool.node_count, pool.hourly_price) == (1, 3.673)
    assert pool.cluster_id.lower() == KINDS["managedCluster"].build_id(cell).lower()


async def test_the_pods_of_a_cell_are_seen_and_a_cell_that_is_gone_is_unknown(
    cell: Target, clients: ClientFactory, simulator: RunningSimulator
):
    now = simulator.simulator.clock.now()
    asked = UsageInput(
        operation_id="sweep",
        start=now - timedelta(hours=1),
        observed_at=now,
        cells=(
            CellRef(environment="fraud-llm", region=REGION),
            CellRef(environment="gone", region=REGION),
        ),
    )
    outcome = await get_usage(asked.to_wire(), clients)
    here, gone = (Usage.from_wire(each) for each in outcome.result["usage"])
    assert here.gpu_pods
    assert {pod.is_serving for pod in here.gpu_pods} == {True}
    assert (here.requests, gone.requests, gone.gpu_pods) == (None, None, None)
