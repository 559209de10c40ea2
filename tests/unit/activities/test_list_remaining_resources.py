from activities.list_remaining_resources import list_remaining_resources
from domain.durable.inputs import RemainingResourcesInput
from domain.outcomes import Outcome
from tests.support.fake_clients import SUBSCRIPTION, FakeClients, answer_of, error_of

ROOT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
EDGE = f"{ROOT}/gp-fraud-llm-edge"
NODES = f"{ROOT}/gp-fraud-llm-swedencentral-nodes"
NEXT = "https://management.azure.com/next"


def page(*ids: str, **more: str):
    return answer_of(200, {"value": [{"id": each} for each in ids], **more})


def with_groups(*ids: str) -> FakeClients:
    clients = FakeClients()
    for group_id in ids:
        body = {"tags": {"managed-by": "gridplane", "environment": "fraud-llm"}}
        clients.arm.answers["GET", group_id] = answer_of(200, body)
    return clients


async def look(clients: FakeClients) -> Outcome:
    wanted = RemainingResourcesInput(
        operation_id="fraud-llm.1",
        environment="fraud-llm",
        regions=("westeurope", "swedencentral"),
    )
    return await list_remaining_resources(wanted.to_wire(), clients.as_factory())


async def test_nothing_is_left_when_no_group_is():
    clients = FakeClients()
    assert await look(clients) == Outcome.succeeded(resourceIds=[])
    assert len(clients.arm.requests) == 5, "edge, two cells, and two groups with their nodes"


async def test_a_group_is_listed_with_all_that_is_in_it():
    clients = with_groups(EDGE)
    clients.arm.answers |= {
        ("GET", NODES): answer_of(200, {"managedBy": "/cluster"}),
        ("GET", f"{EDGE}/resources"): page(f"{EDGE}/a", f"{EDGE}/b"),
        ("GET", f"{NODES}/resources"): page(),
    }
    outcome = await look(clients)
    assert outcome.result["resourceIds"] == [EDGE, f"{EDGE}/a", f"{EDGE}/b", NODES]


async def test_every_page_is_read_also_after_an_empty_one():
    clients = with_groups(EDGE)
    clients.arm.answers |= {
        ("GET", f"{EDGE}/resources"): page(nextLink=f"{NEXT}/1"),
        ("GET", f"{NEXT}/1"): page(f"{EDGE}/a", nextLink=f"{NEXT}/2"),
        ("GET", f"{NEXT}/2"): page(),
    }
    assert (await look(clients)).result["resourceIds"] == [EDGE, f"{EDGE}/a"]


async def test_a_look_that_is_refused_does_not_claim_that_nothing_is_left():
    clients = with_groups(EDGE)
    clients.arm.answers["GET", f"{EDGE}/resources"] = error_of(403, "AuthorizationFailed")
    outcome = await look(clients)
    assert outcome.failure
    assert outcome.failure.reason == "Forbidden"


async def test_a_page_that_is_refused_does_not_claim_that_nothing_more_is_left():
    clients = with_groups(EDGE)
    clients.arm.answers |= {
        ("GET", f"{EDGE}/resources"): page(f"{EDGE}/a", nextLink=f"{NEXT}/1"),
        ("GET", f"{NEXT}/1"): error_of(503, "ServiceUnavailable"),
    }
    outcome = await look(clients)
    assert outcome.failure
    assert (outcome.failure.reason, outcome.failure.retryable) == ("AzureUnavailable", True)


async def test_a_group_of_somebody_else_is_none_of_our_leftovers():
    clients = FakeClients()
    clients.arm.answers["GET", EDGE] = answer_of(200, {"tags": {"owner": "another-team"}})
    assert (await look(clients)).result["resourceIds"] == []


async def test_a_group_whose_common_tags_a_policy_rewrote_is_still_a_leftover():
    clients = FakeClients()
    tags = {"Gridplane-Environment": "fraud-llm", "environment": "production"}
    clients.arm.answers |= {
        ("GET", EDGE): answer_of(200, {"tags": tags}),
        ("GET", f"{EDGE}/resources"): page(),
    }
    assert (await look(clients)).result["resourceIds"] == [EDGE]
