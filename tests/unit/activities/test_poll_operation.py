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


async def test_without_a_url_the_resource_itself_is_read():
    clients = FakeClients()
    existing = clients.arm.add("/clusters/1", "Creating")
    assert (await ask(clients)).detail == "Creating"
    existing["properties"]["provisioningState"] = "Succeeded"
    assert (await ask(clients)).is_success
    assert clients.arm.requests == [("GET", "/clusters/1")] * 2
