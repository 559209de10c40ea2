import pytest

from activities.begin_empty_gpu_pool import begin_empty_gpu_pool
from domain.arm import naming
from domain.outcomes import Outcome
from tests.support.fake_clients import OPERATIONS, SUBSCRIPTION, FakeClients, busy, error_of
from tests.support.payloads import a_pool
from tests.support.specs import a_spec

OURS = naming.environment_tags(a_spec())
CLUSTER = naming.cluster_id(SUBSCRIPTION, "fraud-llm", "westeurope")
POOL = naming.agent_pool_id(SUBSCRIPTION, "fraud-llm", "westeurope")


def a_cell(count: int = 2, tags: dict[str, str] = OURS, scaling: bool = True) -> FakeClients:
    clients = FakeClients()
    clients.arm.add(CLUSTER, tags=tags)
    properties = {"count": count, "enableAutoScaling": scaling, "minCount": 0, "maxCount": 5}
    clients.arm.add(POOL, properties=properties)
    return clients


async def begin(clients: FakeClients) -> Outcome:
    value = a_pool()
    return await begin_empty_gpu_pool(value, clients.as_factory())


async def test_the_pool_goes_to_zero_with_its_autoscaler_off():
    clients = a_cell()
    outcome = await begin(clients)
    assert outcome.handle is not None
    assert outcome.handle
    assert (outcome.handle.resource_id, outcome.handle.operation_url) == (
        POOL,
        f"{OPERATIONS}/put",
    )
    sent = clients.arm.bodies[POOL]["properties"]
    assert (sent["count"], sent["enableAutoScaling"]) == (0, False)
    assert sent.keys().isdisjoint({"minCount", "maxCount"})


async def test_a_pool_that_is_empty_already_is_left_alone():
    clients = a_cell(count=0, scaling=False)
    assert (await begin(clients)).is_success
    assert clients.arm.sent("PUT") == []


async def test_where_there_is_no_cluster_or_no_pool_nothing_costs_anything():
    assert (await begin(FakeClients())).is_success
    clients = a_cell()
    del clients.arm.resources[POOL]
    assert (await begin(clients)).is_success


async def test_the_pool_of_somebody_elses_cluster_is_left_alone():
    clients = a_cell(tags={"managed-by": "terraform"})
    outcome = await begin(clients)
    assert outcome.failure
    assert outcome.failure.reason == "ResourceNotOwned"
    assert clients.arm.sent("PUT") == []


async def test_a_busy_cluster_is_tried_again():
    clients = a_cell()
    clients.arm.answers["PUT", POOL] = busy()
    outcome = await begin(clients)
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == ("OperationInProgress", True)


@pytest.mark.parametrize("path", [CLUSTER, POOL], ids=["cluster", "pool"])
async def test_a_look_that_is_refused_is_a_failure(path: str):
    clients = a_cell()
    clients.arm.answers["GET", path] = error_of(403, "AuthorizationFailed")
    outcome = await begin(clients)
    assert outcome.failure
    assert outcome.failure.reason == "Forbidden"
    assert clients.arm.sent("PUT") == []
