import pytest

from activities.get_gpu_pool import get_gpu_pool
from domain.arm import naming
from domain.environment.kept_pool import KeptPool
from domain.outcomes import Outcome
from tests.support.fake_clients import SUBSCRIPTION, FakeClients, error_of
from tests.support.payloads import KEPT, a_pool
from tests.support.specs import a_spec

OURS = naming.environment_tags(a_spec())
CLUSTER = naming.cluster_id(SUBSCRIPTION, "fraud-llm", "westeurope")
POOL = naming.agent_pool_id(SUBSCRIPTION, "fraud-llm", "westeurope")


def a_cell(count: int = 2, scaling: bool = True, tags: dict[str, str] = OURS) -> FakeClients:
    clients = FakeClients()
    clients.arm.add(CLUSTER, tags=tags)
    limits = {"minCount": 1, "maxCount": 5} if scaling else {}
    properties = {"count": count, "enableAutoScaling": scaling, **limits}
    clients.arm.add(POOL, properties=properties)
    return clients


async def read(clients: FakeClients, kept: KeptPool | None = None) -> Outcome:
    return await get_gpu_pool(a_pool(kept), clients.as_factory())


async def test_the_pools_settings_and_the_workloads_replicas_are_to_be_kept():
    outcome = await read(a_cell())
    assert (outcome.is_success, outcome.resource_id) == (True, POOL)
    assert KeptPool.from_wire(outcome.result) == KeptPool(
        enable_auto_scaling=True, min_count=1, max_count=5, count=2, replicas=1
    )


async def test_a_second_beginning_keeps_what_is_known():
    """The first one had taken count and autoscaler away already."""
    outcome = await read(a_cell(count=0, scaling=False), KEPT)
    assert KeptPool.from_wire(outcome.result) == KEPT


async def test_a_pool_that_is_awake_again_has_new_settings_to_keep():
    outcome = await read(a_cell(count=4), KEPT)
    assert KeptPool.from_wire(outcome.result).count == 4


async def test_looking_changes_nothing():
    clients = a_cell()
    await read(clients)
    assert {method for method, _ in clients.arm.requests} == {"GET"}


async def test_the_pool_of_somebody_elses_cluster_is_not_even_looked_at():
    clients = a_cell(tags={"managed-by": "terraform"})
    outcome = await read(clients)
    assert outcome.failure
    assert outcome.failure.reason == "ResourceNotOwned"
    assert ("GET", POOL) not in clients.arm.requests


@pytest.mark.parametrize(
    ("gone", "reason"),
    [
        pytest.param([POOL], "GpuPoolMissing", id="no pool"),
        pytest.param([POOL, CLUSTER], "ClusterMissing", id="no cluster"),
    ],
)
async def test_what_is_not_there_has_nothing_to_keep(gone: list[str], reason: str):
    clients = a_cell()
    for resource_id in gone:
        del clients.arm.resources[resource_id]
    outcome = await read(clients)
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == (
        reason,
        False,
    )
    assert outcome.failure.suggested_action.startswith("Repair the environment")


@pytest.mark.parametrize("path", [CLUSTER, POOL], ids=["cluster", "pool"])
@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        pytest.param(403, "AuthorizationFailed", False, id="refused"),
        pytest.param(429, "TooManyRequests", True, id="throttled"),
        pytest.param(503, "ServiceUnavailable", True, id="unavailable"),
    ],
)
async def test_a_look_that_is_not_answered_is_a_classified_failure(
    path: str, status: int, code: str, retryable: bool
):
    clients = a_cell()
    clients.arm.answers["GET", path] = error_of(status, code)
    outcome = await read(clients)
    assert outcome.failure
    assert outcome.failure.retryable is retryable
