"""Role assignments, by the SDK's operations on any resource and as raw answers."""

from datetime import timedelta
from typing import Any

from emulators.azure.authorization.models import REPLICATION
from emulators.azure.process import RunningSimulator
from emulators.tests.contract.arm.conftest import Arm, Azure
from emulators.tests.contract.arm.test_clusters import CLUSTER, VERSION
from emulators.tests.support.arm_bodies import cluster_body

ROLES = "2022-04-01"
ASSIGNMENTS = f"{CLUSTER}/providers/Microsoft.Authorization/roleAssignments"
NAME = "11111111-2222-4333-8444-555555555555"
OTHER_NAME = "11111111-2222-4333-8444-666666666666"
PRINCIPAL = "99999999-2222-4333-8444-555555555555"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
EFFECT = timedelta(seconds=120)
LONG = timedelta(hours=3)


def body(arm: Arm, **changes: Any) -> dict[str, Any]:
    definitions = f"{arm.subscription}/providers/Microsoft.Authorization/roleDefinitions"
    properties = {
        "roleDefinitionId": f"{definitions}/{READER}",
        "principalId": PRINCIPAL,
        "principalType": "ServicePrincipal",
        **changes,
    }
    return {"properties": {name: value for name, value in properties.items() if value}}


async def assign(arm: Arm, name: str = NAME, **changes: Any) -> Any:
    sent = body(arm, **changes)
    return await arm.call("PUT", f"{ASSIGNMENTS}/{name}", sent, api_version=ROLES)


async def cluster(arm: Arm) -> None:
    await arm.call("PUT", CLUSTER, cluster_body(), api_version=VERSION)


async def test_it_is_created_without_an_operation_and_read_with_its_creator(
    arm: Arm, group: str, simulator: RunningSimulator
) -> None:
    await cluster(arm)
    created = await assign(arm, description="for a test")
    assert created.status == 201
    assert not {"Location", "Azure-AsyncOperation", "Retry-After"} & set(created.headers)
    properties = created.body["properties"]
    assert (properties["createdBy"], properties["description"]) == (None, "for a test")
    assert properties["scope"] == f"{arm.subscription}/{CLUSTER}"
    read = await arm.call("GET", f"{ASSIGNMENTS}/{NAME}", api_version=ROLES)
    assert read.body["properties"]["createdBy"] == simulator.simulator.tokens.principal_id


async def test_a_change_is_201_and_keeps_when_it_was_created(arm: Arm, group: str) -> None:
    await cluster(arm)
    first = await assign(arm)
    second = await assign(arm, description="changed")
    assert (first.status, second.status) == (201, 201)
    assert second.body["properties"]["createdOn"] == first.body["properties"]["createdOn"]


async def test_sdks_operations_on_any_resource_serve_it(
    azure: Azure, arm: Arm, group: str
) -> None:
    await cluster(arm)
    resource_id = f"{arm.subscription}/{ASSIGNMENTS}/{NAME}"
    resources = azure.groups.resources
    poller = await resources.begin_create_or_update_by_id(
        resource_id, body(arm), api_version=ROLES
    )
    made = await poller.result()
    assert (made.id, made.name) == (resource_id, NAME)
    await (await resources.begin_delete_by_id(resource_id, api_version=ROLES)).result()


async def test_deletion_shows_what_it_deleted_and_of_nothing_says_nothing(
    arm: Arm, group: str
) -> None:
    await cluster(arm)
    await assign(arm)
    first = await arm.call("DELETE", f"{ASSIGNMENTS}/{NAME}", api_version=ROLES)
    second = await arm.call("DELETE", f"{ASSIGNMENTS}/{NAME}", api_version=ROLES)
    assert (first.status, first.body["name"]) == (200, NAME)
    assert (second.status, second.body) == (204, None)
    missing = await arm.call("GET", f"{ASSIGNMENTS}/{NAME}", api_version=ROLES)
    assert missing.error == (404, "RoleAssignmentNotFound")
    assert missing.message == f"The role assignment '{NAME}' is not found."


async def test_a_second_name_for_the_same_is_refused_with_the_first(arm: Arm, group: str) -> None:
    await cluster(arm)
    await assign(arm)
    again = await assign(arm, OTHER_NAME)
    assert again.error == (409, "RoleAssignmentExists")
    assert NAME.replace("-", "") in again.message


async def test_a_name_keeps_its_principal(arm: Arm, group: str) -> None:
    await cluster(arm)
    await assign(arm)
    changed = await assign(arm, principalId=OTHER_NAME)
    assert changed.error == (400, "RoleAssignmentUpdateNotPermitted")


async def test_a_principal_is_a_guid(arm: Arm, group: str) -> None:
    await cluster(arm)
    refused = await assign(arm, principalId="wow")
    assert refused.error == (400, "InvalidPrincipalId")
    assert refused.message == "The Principal ID 'wow' is not valid. Principal ID must be a GUID."


async def test_without_its_type_a_new_principal_is_not_found_for_a_while(
    arm: Arm, group: str, simulator: RunningSimulator
) -> None:
    await cluster(arm)
    platform = simulator.simulator.azure.platform
    platform.principals.add(PRINCIPAL, platform.clock.now())
    early = await assign(arm, principalType=None)
    assert early.error == (400, "PrincipalNotFound")
    assert f"Principal {PRINCIPAL.replace('-', '')} does not exist" in early.message
    platform.clock.advance_to(platform.clock.now() + REPLICATION)
    assert (await assign(arm, principalType=None)).status == 201


async def test_lists_have_what_is_inherited_and_of_one_principal(arm: Arm, group: str) -> None:
    await cluster(arm)
    await assign(arm)
    above = f"resourceGroups/{group}/providers/Microsoft.Authorization/roleAssignments"
    sent = body(arm, principalId=OTHER_NAME)
    await arm.call("PUT", f"{above}/{OTHER_NAME}", sent, api_version=ROLES)

    async def names(path: str, text: str) -> set[str]:
        answer = await arm.call_with(path, ROLES, {"$filter": text})
        return {each["name"] for each in answer.body["value"]}

    assert await names(ASSIGNMENTS, "atScope()") == {NAME, OTHER_NAME}
    assert await names(above, "atScope()") == {OTHER_NAME}
    assert await names(above, f"principalId eq '{PRINCIPAL}'") == {NAME}
    assert await names(ASSIGNMENTS, f"principalId eq '{OTHER_NAME}'") == {OTHER_NAME}


async def test_it_takes_effect_later_and_ends_with_what_it_is_about(
    arm: Arm, group: str, simulator: RunningSimulator
) -> None:
    await cluster(arm)
    await assign(arm)
    azure = simulator.simulator.azure
    clock, scope = azure.platform.clock, f"{arm.subscription}/{CLUSTER}"
    assert not azure.role_assignments.has_role(PRINCIPAL, READER, scope)
    clock.advance_to(clock.now() + EFFECT)
    assert azure.role_assignments.has_role(PRINCIPAL, READER, f"{scope}/agentPools/gpu")
    assert not azure.role_assignments.has_role(OTHER_NAME, READER, scope)
    clock.advance_to(clock.now() + LONG)
    deletion = await arm.call("DELETE", CLUSTER, api_version=VERSION)
    assert deletion.status == 202
    clock.advance_to(clock.now() + LONG)
    gone = await arm.call("GET", f"{ASSIGNMENTS}/{NAME}", api_version=ROLES)
    assert gone.error == (404, "ResourceNotFound")
    assert azure.role_assignments.all() == []
