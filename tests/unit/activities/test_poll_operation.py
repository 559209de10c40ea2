from typing import Any

import pytest

from activities.poll_operation import poll_operation
from clients.answers import ArmAnswer
from domain.durable.inputs import OperationPoll
from domain.outcomes import Handle, Outcome, Status
from tests.support.fake_clients import OPERATIONS, FakeClients, answer_of, error_of

URL = f"{OPERATIONS}/1?t=63&c=MII"


async def poll(answer: ArmAnswer, **handle: Any) -> Outcome:
    clients = FakeClients()
    clients.arm.answers["GET", URL] = answer
    return await ask(clients, operation_url=URL, **handle)


async def ask(clients: FakeClients, **changes: Any) -> Outcome:
    handle = Handle(kind="managedCluster", resource_id="/clusters/1", **changes)
    value = OperationPoll(operation_id="fraud-llm.1", handle=handle).to_wire()
    return await poll_operation(value, clients.as_factory())


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param(
            answer_of(200, {"status": "CreatingAgentPool: 0/1"}),
            Outcome.running("CreatingAgentPool: 0/1"),
            id="progress in free text",
        ),
        pytest.param(
            answer_of(200, {"status": "InProgress"}, **{"Retry-After": "30"}),
            Outcome.running("InProgress", 30),
            id="Retry-After",
        ),
        pytest.param(answer_of(200, {"status": "Succeeded"}), Outcome.succeeded(), id="done"),
        pytest.param(
            answer_of(200, {"status": "Succeeded", "error": {"code": "X"}}),
            Outcome.succeeded(),
            id="an error beside success means nothing",
        ),
        pytest.param(
            error_of(503, "ServiceUnavailable"),
            Outcome(
                status=Status.RUNNING,
                detail="The last poll was answered with HTTP 503.",
                answered=False,
            ),
            id="a poll that missed",
        ),
    ],
)
async def test_an_operation_that_runs_or_is_done(answer: ArmAnswer, outcome: Outcome):
    assert await poll(answer) == outcome.about("/clusters/1")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(
            answer_of(
                200, {"status": "Failed", "error": {"code": "AllocationFailed", "message": "No."}}
            ),
            "AllocationFailed",
            id="failed",
        ),
        pytest.param(error_of(404, "NotFound"), "NotFound", id="no longer found"),
    ],
)
async def test_an_operation_that_ended_badly(answer: ArmAnswer, reason: str):
    outcome = await poll(answer)
    assert outcome.status is Status.FAILED
    assert outcome.failure
    assert outcome.failure.reason == reason


async def test_an_operation_that_was_canceled_in_azure():
    outcome = await poll(answer_of(200, {"status": "Canceled"}))
    assert outcome.status is Status.CANCELED
    assert outcome.failure
    assert outcome.failure.reason == "OperationCanceled"


async def test_a_resource_that_is_gone_is_deleted():
    assert (await ask(FakeClients(), deleting=True)).is_success


@pytest.mark.parametrize("state", ["Succeeded", "Failed", "Canceled"])
async def test_a_resource_at_rest_has_not_been_deleted(state: str):
    clients = FakeClients()
    clients.arm.add("/clusters/1", state)
    outcome = await ask(clients, deleting=True)
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == ("ResourceStillExists", True)


async def test_a_resource_that_is_going_is_waited_for():
    clients = FakeClients()
    clients.arm.add("/clusters/1", "Deleting")
    assert (await ask(clients, deleting=True)).detail == "Deleting"


async def test_a_deletion_whose_url_is_gone_has_not_ended_by_that():
    outcome = await poll(error_of(404, "NotFound"), deleting=True)
    assert (outcome.is_success, outcome.answered) == (False, False)


GROUP = "/subscriptions/s/resourceGroups/g"
CLUSTER = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/c"
POOL = f"{CLUSTER}/agentPools/gpu"
NO_NODES = {"status": "Failed", "error": {"code": "AllocationFailed", "message": "No nodes."}}


class Cell:
    """A cluster and the operation on it, or on its pool."""

    def __init__(self, state: str | None, operation: object, **pools: str) -> None:
        self.clients = FakeClients()
        if state is not None:
            profiles = [{"name": name, "provisioningState": each} for name, each in pools.items()]
            self.clients.arm.add(CLUSTER, state, properties={"agentPoolProfiles": profiles})
        self.clients.arm.answers["GET", URL] = answer_of(200, operation)

    async def poll(
        self,
        resource_id: str = CLUSTER,
        *,
        asks_operation: bool | None = None,
        deleting: bool = False,
    ) -> Outcome:
        handle = Handle(
            kind="managedCluster", resource_id=resource_id, operation_url=URL, deleting=deleting
        )
        poll = OperationPoll(
            operation_id="fraud-llm.1",
            handle=handle.without_operation() if asks_operation is False else handle,
            asks_operation=asks_operation,
        )
        return await poll_operation(poll.to_wire(), self.clients.as_factory())

    @property
    def read(self) -> list[str]:
        return [path for _, path in self.clients.arm.requests]


RUNS = {"status": "CreatingAgentPools: 0/2 nodes completed"}
SUCCEEDED = {"status": "Succeeded"}


@pytest.mark.parametrize("resource_id", [CLUSTER, POOL])
async def test_while_the_cluster_moves_its_operation_is_left_alone(resource_id: str):
    cell = Cell("Creating", RUNS, gpu="Creating")
    moving = Outcome.running("Creating (gpu: Creating)").seen_at_resource()
    assert await cell.poll(resource_id) == moving.about(resource_id)
    assert cell.read == [CLUSTER]


async def test_a_pool_that_moves_under_a_cluster_at_rest_is_motion():
    cell = Cell("Succeeded", RUNS, system="Succeeded", gpu="Scaling")
    assert (await cell.poll(POOL)).detail == "Succeeded (gpu: Scaling)"
    assert cell.read == [CLUSTER]


@pytest.mark.parametrize("state", ["Succeeded", "Failed", "Canceled", None])
async def test_once_the_cluster_is_at_rest_or_gone_the_operation_decides(state: str | None):
    cell = Cell(state, SUCCEEDED, gpu="Succeeded")
    assert (await cell.poll()).is_success
    assert cell.read == [CLUSTER, URL]


async def test_a_pool_that_the_cluster_does_not_show_yet_is_asked_for_at_the_operation():
    cell = Cell("Succeeded", {"status": "CreatingAgentPool"}, system="Succeeded")
    assert await cell.poll(POOL) == Outcome.running("CreatingAgentPool").about(POOL)


async def test_the_text_of_a_failure_is_the_operations():
    outcome = await Cell("Failed", NO_NODES, gpu="Failed").poll()
    assert outcome.failure
    assert outcome.failure.reason == "AllocationFailed"
    assert "No nodes." in outcome.failure.message


async def test_another_operation_that_moves_the_cluster_hides_the_end_until_it_is_asked_for():
    cell = Cell("Updating", NO_NODES, gpu="Failed")
    assert (await cell.poll()).status is Status.RUNNING
    assert (await cell.poll(asks_operation=True)).failure
    assert cell.read == [CLUSTER, URL]


@pytest.mark.parametrize("state", ["Succeeded", "Failed", "Canceled", None])
async def test_a_look_tells_that_the_cluster_is_at_rest_and_not_how_it_ended(state: str | None):
    cell = Cell(state, NO_NODES, gpu="Failed")
    look = await cell.poll(POOL, asks_operation=False)
    assert look.is_at_rest
    assert cell.read == [CLUSTER]


async def test_a_look_tells_what_moves():
    cell = Cell("Updating", RUNS, gpu="Scaling")
    look = await cell.poll(asks_operation=False)
    assert (look.detail, look.is_at_rest) == ("Updating (gpu: Scaling)", False)


async def test_a_cluster_that_azure_throttles_is_read_later():
    cell = Cell("Creating", RUNS)
    cell.clients.arm.answers["GET", CLUSTER] = error_of(429, "Throttled", **{"Retry-After": "9"})
    outcome = await cell.poll()
    assert (outcome.status, outcome.answered) == (Status.RUNNING, False)
    assert outcome.retry_after_seconds == 9
    assert cell.read == [CLUSTER]


async def test_a_cluster_that_may_not_be_read_is_no_obstacle():
    cell = Cell("Creating", SUCCEEDED)
    cell.clients.arm.answers["GET", CLUSTER] = error_of(403, "AuthorizationFailed")
    assert (await cell.poll()).is_success


async def test_a_deletion_ends_by_its_operation():
    going = Cell("Deleting", {"status": "Deleting"})
    assert (await going.poll(deleting=True)).detail == "Deleting"
    gone = Cell(None, {"status": "Deleting"})
    assert (await gone.poll(deleting=True)).status is Status.RUNNING, "not by its absence"
    assert (await Cell(None, SUCCEEDED).poll(deleting=True)).is_success


async def test_other_services_are_asked_as_before():
    cell = Cell("Creating", SUCCEEDED)
    assert (await cell.poll(f"{GROUP}/providers/Microsoft.Cdn/profiles/p")).is_success
    assert cell.read == [URL]


async def test_without_a_url_the_resource_itself_is_read():
    clients = FakeClients()
    existing = clients.arm.add("/clusters/1", "Creating")
    assert (await ask(clients)).detail == "Creating"
    existing["properties"]["provisioningState"] = "Succeeded"
    assert (await ask(clients)).is_success
    assert clients.arm.requests == [("GET", "/clusters/1")] * 2
