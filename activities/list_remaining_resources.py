"""Lists the resources of an environment that still exist, so that all of them are reported."""

from typing import Any

from activities.arm_outcomes import failed
from clients.factory import ClientFactory
from domain.arm.existing_resource import is_foreign
from domain.arm.resource_kinds import ResourceTarget, list_group_ids
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
    return Outcome.succeeded(resourceIds=found)


def _is_foreign(group: dict[str, Any], wanted: RemainingResourcesInput) -> bool:
    """A group that AKS manages for one of our clusters counts as ours: its tags are unreliable."""
    target = ResourceTarget("resourceGroup", wanted.environment, "", "")
    return not group.get("managedBy") and is_foreign(group, target)
