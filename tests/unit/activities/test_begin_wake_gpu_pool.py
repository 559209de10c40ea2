import pytest

from activities.begin_wake_gpu_pool import begin_wake_gpu_pool
from domain.arm import naming
from domain.environment.kept_pool import KeptPool
from domain.outcomes import Outcome, Status
from domain.placement.offers import list_offers
from tests.support.fake_clients import OPERATIONS, SUBSCRIPTION, FakeClients, busy, error_of
from tests.support.fake_hub import a_hub
from tests.support.payloads import KEPT, a_pool
from tests.support.specs import a_spec

OURS = naming.environment_tags(a_spec())
CLUSTER = naming.cluster_id(SUBSCRIPTION, "fraud-llm", "westeurope")
POOL = naming.agent_pool_id(SUBSCRIPTION, "fraud-llm", "westeurope")
(OFFER,) = list_offers(a_spec(), "westeurope")
SETTINGS = {"vmSize": OFFER.vm_size, "nodeLabels": {"gridplane.io/gpu-pool": "true"}}


def a_sleeping_cell(tags: dict[str, str] = OURS) -> FakeClients:
    clients = FakeClients()
    clients.arm.add(CLUSTER, tags=tags)
    properties = {"count": 0, "enableAutoScaling": False, **SETTINGS}
    clients.arm.add(POOL, properties=properties)
    return clients


async def begin(clients: FakeClients, kept: KeptPool = KEPT) -> Outcome:
    return await begin_wake_gpu_pool(a_pool(kept, OFFER), clients.as_factory(), a_hub())


def finish(clients: FakeClients) -> None:
    clients.arm.resources[POOL]["properties"]["provisioningState"] = "Succeeded"


async def test_the_first_request_brings_the_nodes_back_without_the_autoscaler():
    clients = a_sleeping_cell()
    outcome = await begin(clients)
    assert outcome.status is Status.RUNNING
    assert outcome.handle
    assert (outcome.handle.kind, outcome.handle.resource_id, outcome.handle.operation_url) == (
        "managedCluster",
        POOL,
        f"{OPERATIONS}/put",
    )
    sent = clients.arm.bodies[POOL]["properties"]
    assert sent == {"count": 2, "enableAutoScaling": False, **SETTINGS}


async def test_two_requests_lead_back_and_then_nothing_is_left_to_do():
    clients = a_sleeping_cell()
    for expected in (
        {"count": 2, "enableAutoScaling": False},
        {"count": 2, "enableAutoScaling": True, "minCount": 0, "maxCount": 5},
    ):
        assert (await begin(clients)).handle is not None
        assert clients.arm.bodies[POOL]["properties"] == {**expected, **SETTINGS}
        finish(clients)
    done = await begin(clients)
    assert (done.status, done.resource_id) == (Status.SUCCEEDED, POOL)
    assert clients.arm.sent("PUT") == ["PUT gpu", "PUT gpu"]


async def test_a_pool_that_had_no_autoscaler_takes_one_request():
    clients = a_sleeping_cell()
    kept = KeptPool(enable_auto_scaling=False, count=3, replicas=3)
    assert (await begin(clients, kept)).handle is not None
    finish(clients)
    assert (await begin(clients, kept)).is_success
    assert clients.arm.resources[POOL]["properties"]["count"] == 3
    assert clients.arm.sent("PUT") == ["PUT gpu"]


async def test_a_cluster_in_motion_is_tried_again():
    """As it is between the two requests, and when a crashed host began the first one."""
    clients = a_sleeping_cell()
    await begin(clients)
    outcome = await begin(clients)
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == ("OperationInProgress", True)


async def test_the_pool_of_somebody_elses_cluster_is_left_asleep():
    clients = a_sleeping_cell(tags={"managed-by": "terraform"})
    outcome = await begin(clients)
    assert outcome.failure
    assert outcome.failure.reason == "ResourceNotOwned"
    assert clients.arm.sent("PUT") == []


async def test_a_cell_without_its_cluster_cannot_wake():
    clients = a_sleeping_cell()
    del clients.arm.resources[POOL], clients.arm.resources[CLUSTER]
    outcome = await begin(clients)
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == ("ClusterMissing", False)
    assert clients.arm.sent("PUT") == []


async def test_a_pool_that_is_gone_is_built_with_the_kept_limits_in_the_end():
    clients = a_sleeping_cell()
    del clients.arm.resources[POOL]
    kept = KEPT.model_copy(update={"max_count": 3})
    assert (await begin(clients, kept)).handle
    assert clients.arm.bodies[POOL]["properties"]["vmSize"] == OFFER.vm_size
    finish(clients)
    assert (await begin(clients, kept)).handle
    assert clients.arm.bodies[POOL]["properties"]["maxCount"] == 3


async def test_a_pool_of_another_offer_is_deleted_before_it_is_built():
    """A wake that Azure refused may have left it."""
    clients = a_sleeping_cell()
    clients.arm.resources[POOL]["properties"]["vmSize"] = "Standard_NC48ads_A100_v4"
    outcome = await begin(clients)
    assert clients.arm.sent("PUT", "DELETE") == ["DELETE gpu"]
    assert outcome.handle
    assert (outcome.handle.deleting, outcome.handle.adopted) == (True, True), "then begun again"


@pytest.mark.parametrize("path", [CLUSTER, POOL], ids=["cluster", "pool"])
async def test_a_look_that_is_refused_is_a_failure(path: str):
    clients = a_sleeping_cell()
    clients.arm.answers["GET", path] = error_of(403, "AuthorizationFailed")
    outcome = await begin(clients)
    assert outcome.failure
    assert outcome.failure.reason == "Forbidden"
    assert clients.arm.sent("PUT") == []


@pytest.mark.parametrize(
    ("answer", "reason", "retryable"),
    [
        pytest.param(busy(), "OperationInProgress", True, id="cluster busy"),
        pytest.param(
            error_of(400, "ErrCode_InsufficientVCPUQuota", "Insufficient vcpu quota"),
            "QuotaExceeded",
            False,
            id="quota gone meanwhile",
        ),
    ],
)
async def test_a_request_that_azure_refuses_is_a_classified_failure(
    answer, reason: str, retryable: bool
):
    clients = a_sleeping_cell()
    clients.arm.answers["PUT", POOL] = answer
    outcome = await begin(clients)
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == (reason, retryable)
