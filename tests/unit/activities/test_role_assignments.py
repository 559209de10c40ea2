from typing import Any

import pytest

from activities.role_assignments import ensure_role_assignment
from clients.answers import ArmAnswer
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.arm.role_assignments import ACR_PULL, RoleGrant, build_role_assignment
from domain.outcomes import Outcome, Status
from tests.support.fake_clients import SUBSCRIPTION, FakeClients, answer_of, error_of

REGISTRY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shared/providers/"
    "Microsoft.ContainerRegistry/registries/acme"
)
PRINCIPAL = "99999999-2222-4333-8444-555555555555"
OTHER = "99999999-2222-4333-8444-666666666666"
GRANT = RoleGrant(REGISTRY, ACR_PULL, PRINCIPAL)
TARGET = ResourceTarget("roleAssignment", "fraud-llm", "westeurope", SUBSCRIPTION, grant=GRANT)
ID = KINDS["roleAssignment"].build_id(TARGET)
LIST = f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments"
FORBIDDEN = error_of(403, "AuthorizationFailed", "The client does not have authorization")


async def ensure(clients: FakeClients) -> Outcome:
    return await ensure_role_assignment(TARGET, clients.as_factory())


def methods(clients: FakeClients) -> list[str]:
    return [method for method, path in clients.arm.requests if path == ID]


def others_granted(clients: FakeClients, answer: ArmAnswer) -> None:
    clients.arm.answers["PUT", ID] = FORBIDDEN
    clients.arm.answers["GET", f"{LIST} of {PRINCIPAL}"] = answer


def as_listed(**changes: Any) -> ArmAnswer:
    body = build_role_assignment(GRANT, "fraud-llm")["properties"]
    return answer_of(200, {"value": [{"properties": {**body, "scope": REGISTRY, **changes}}]})


async def test_it_is_made_once():
    clients = FakeClients()
    first, second = await ensure(clients), await ensure(clients)
    assert first == second == Outcome.succeeded().about(ID)
    assert methods(clients) == ["GET", "PUT", "GET"]
    assert clients.arm.bodies[ID] == build_role_assignment(GRANT, "fraud-llm")


async def test_that_of_a_cluster_that_was_built_again_is_made_anew():
    clients = FakeClients()
    clients.arm.add(ID, **build_role_assignment(RoleGrant(REGISTRY, ACR_PULL, OTHER), "fraud-llm"))
    assert (await ensure(clients)).is_success
    assert methods(clients) == ["GET", "DELETE", "PUT"]
    assert clients.arm.resources[ID]["properties"]["principalId"] == PRINCIPAL


async def test_another_environments_stays():
    clients = FakeClients()
    clients.arm.add(ID, **build_role_assignment(RoleGrant(REGISTRY, ACR_PULL, OTHER), "other"))
    outcome = await ensure(clients)
    assert outcome.failure
    assert outcome.failure.reason == "ResourceNotOwned"
    assert methods(clients) == ["GET"]


async def test_one_that_others_have_made_is_as_good():
    clients = FakeClients()
    clients.arm.answers["PUT", ID] = error_of(409, "RoleAssignmentExists", "It already exists.")
    assert await ensure(clients) == Outcome.succeeded(), "and is not ours to delete"


async def test_an_app_that_may_not_assign_finds_what_others_have_assigned():
    clients = FakeClients()
    others_granted(clients, as_listed())
    assert await ensure(clients) == Outcome.succeeded()


async def test_an_app_that_may_not_even_read_it_looks_at_the_list():
    clients = FakeClients()
    clients.arm.answers["GET", ID] = FORBIDDEN
    others_granted(clients, as_listed())
    assert await ensure(clients) == Outcome.succeeded()


@pytest.mark.parametrize(
    "listed",
    [
        pytest.param(answer_of(200, {"value": []}), id="nothing"),
        pytest.param(as_listed(principalId=OTHER), id="somebody else's"),
    ],
)
async def test_an_app_that_may_not_assign_says_what_to_run(listed: ArmAnswer):
    clients = FakeClients()
    others_granted(clients, listed)
    outcome = await ensure(clients)
    assert outcome.failure
    assert outcome.failure.reason == "RoleNotAssigned"
    assert GRANT.command in outcome.failure.suggested_action


async def test_what_cannot_be_known_is_a_warning():
    clients = FakeClients()
    others_granted(clients, FORBIDDEN)
    outcome = await ensure(clients)
    assert outcome.is_success
    assert outcome.warnings
    assert [warning.code for warning in outcome.warnings] == ["RoleNotVerified"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "LIST"])
async def test_an_outage_is_tried_again(method: str):
    clients = FakeClients()
    outage = error_of(503, "ServiceUnavailable", "Try again later.")
    if method == "DELETE":
        stale = build_role_assignment(RoleGrant(REGISTRY, ACR_PULL, OTHER), "fraud-llm")
        clients.arm.add(ID, **stale)
    if method == "LIST":
        others_granted(clients, outage)
    else:
        clients.arm.answers[method, ID] = outage
    outcome = await ensure(clients)
    assert outcome.status is Status.FAILED
    assert outcome.is_worth_retrying
