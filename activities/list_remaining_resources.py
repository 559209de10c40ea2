"""Lists the resources of an environment that still exist, so that all of them are reported."""

from typing import Any

from activities.arm_outcomes import failed
from activities.ownership import check_ownership
from clients.factory import ClientFactory
from domain.arm.existing_resource import is_foreign
from domain.arm.failures import RESOURCE_NOT_OWNED
from domain.arm.resource_kinds import KINDS, ResourceTarget, list_group_ids
from domain.arm.role_assignments import RoleGrant
from domain.durable.inputs import RemainingResourcesInput
from domain.outcomes import Outcome


async def list_remaining_resources(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    wanted = RemainingResourcesInput.from_wire(value)
    subscription_id = clients.settings.subscription_id
    found: list[str] = []
    for group_id in list_group_ids(wanted.environment, wanted.regions, subscription_id):
        group = await clients.resources.get(group_id)
        if group.status == 404 or (group.is_success and _is_foreign(group.body, wanted)):
            continue
        if not group.is_success:
            return failed(group, "GET resourceGroup")
        found.append(group_id)
        async for page in clients.resource_groups.list_resources(group_id):
            if not page.is_success:
                return failed(page, "GET resources")
            found += [resource["id"] for resource in page.body["value"]]
    return await _add_role_assignments(found, wanted, clients)


async def _add_role_assignments(
    found: list[str], wanted: RemainingResourcesInput, clients: ClientFactory
) -> Outcome:
    """Those at resources of others, which no resource group of the environment includes."""
    for target in _role_assignments(wanted, clients.settings.subscription_id):
        outcome = await check_ownership(target, clients)
        if outcome is None:
            found.append(KINDS[target.kind].build_id(target))
        elif outcome.failure and outcome.failure.reason != RESOURCE_NOT_OWNED:
            return outcome
    return Outcome.succeeded(resourceIds=found)


def _role_assignments(
    wanted: RemainingResourcesInput, subscription_id: str
) -> list[ResourceTarget]:
    return [
        ResourceTarget(
            "roleAssignment",
            wanted.environment,
            region,
            subscription_id,
            grant=RoleGrant(each.scope, each.role),
        )
        for region in wanted.regions
        for each in wanted.granted_roles or ()
    ]


def _is_foreign(group: dict[str, Any], wanted: RemainingResourcesInput) -> bool:
    """A group that AKS manages for one of our clusters counts as ours: its tags are unreliable."""
    target = ResourceTarget("resourceGroup", wanted.environment, "", "")
    return not group.get("managedBy") and is_foreign(group, target)
