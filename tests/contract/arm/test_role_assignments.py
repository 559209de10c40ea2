"""The product's own client of role assignments against simulated Azure."""

from activities.role_assignments import ensure_role_assignment
from clients.factory import ClientFactory
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.arm.role_assignments import ACR_PULL, RoleGrant, build_role_assignment, is_granted
from domain.outcomes import Outcome
from emulators.tests.support.simulator import Control
from tests.contract.arm.test_resources import GROUP, build, target_of

PRINCIPAL = "99999999-2222-4333-8444-555555555555"
OTHER = "99999999-2222-4333-8444-666666666666"


def a_target(clients: ClientFactory, scope: str, principal: str = PRINCIPAL) -> ResourceTarget:
    subscription_id = clients.settings.subscription_id
    grant = RoleGrant(scope, ACR_PULL, principal)
    return ResourceTarget(
        "roleAssignment", "fraud-llm", "westeurope", subscription_id, grant=grant
    )


async def a_scope(clients: ClientFactory) -> str:
    await build(clients, [GROUP])
    return KINDS["resourceGroup"].build_id(target_of(clients, *GROUP))


async def test_an_assignment_is_made_found_listed_and_deleted(clients: ClientFactory) -> None:
    scope = await a_scope(clients)
    target = a_target(clients, scope)
    resource_id = KINDS["roleAssignment"].build_id(target)
    for _ in range(2):
        assert await ensure_role_assignment(target, clients) == Outcome.succeeded().about(
            resource_id
        )
    listed = await clients.role_assignments.list_of_principal(scope, PRINCIPAL)
    assert target.grant
    assert is_granted(listed.body["value"], target.grant)
    assert (await clients.resources.begin_delete(resource_id)).status == 200
    assert (await clients.resources.begin_delete(resource_id)).status == 204
    assert (await clients.resources.get(resource_id)).status == 404


async def test_that_of_an_identity_that_is_gone_is_replaced(clients: ClientFactory) -> None:
    scope = await a_scope(clients)
    await ensure_role_assignment(a_target(clients, scope), clients)
    assert (await ensure_role_assignment(a_target(clients, scope, OTHER), clients)).is_success
    listed = await clients.role_assignments.list_of_principal(scope, PRINCIPAL)
    assert listed.body["value"] == []


async def test_what_others_have_assigned_serves_an_app_that_may_not(
    clients: ClientFactory, control: Control
) -> None:
    scope = await a_scope(clients)
    target = a_target(clients, scope)
    assert target.grant
    theirs = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{OTHER}"
    refusal = {
        "match": {"method": "PUT", "path": "/roleAssignments/"},
        "status": 403,
        "code": "AuthorizationFailed",
        "message": "The client does not have authorization.",
        "count": 1,
    }
    await control.add_fault(**refusal)
    denied = await ensure_role_assignment(target, clients)
    assert denied.failure
    assert denied.failure.reason == "RoleNotAssigned"
    await clients.resources.begin_put(theirs, build_role_assignment(target.grant, "others"))
    await control.add_fault(**refusal)
    found = await ensure_role_assignment(target, clients)
    assert found == Outcome.succeeded(), found
