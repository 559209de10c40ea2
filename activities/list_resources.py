"""Lists resource groups, and the parts of all edges that carry tags, by type and page."""

from typing import Any

from activities.arm_outcomes import failed
from clients.factory import ClientFactory
from domain.outcomes import Outcome
from domain.sweep.found import RESOURCE_TYPES, find_ours
from domain.sweep.groups import OrphanPolicy, build_found_group


async def list_resources(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    """Fails if any page fails: what a partial list omits would look deleted.

    With what the app is set to do about orphans: orchestrations read no settings.
    """
    subscription_id = clients.settings.subscription_id
    found: list[dict[str, Any]] = []
    for kind, resource_type in RESOURCE_TYPES.items():
        async for page in clients.resource_groups.list_by_type(resource_type):
            if not page.is_success:
                return failed(page, "GET resources")
            refs = (find_ours(each, kind, subscription_id) for each in page.body["value"])
            found += [ref.to_wire() for ref in refs if ref]
    groups: list[dict[str, Any]] = []
    async for page in clients.resource_groups.list_groups():
        if not page.is_success:
            return failed(page, "GET resourceGroups")
        ours = (build_found_group(each) for each in page.body["value"])
        groups += [group.to_wire() for group in ours if group]
    policy = OrphanPolicy(
        removal=clients.settings.orphan_removal, grace_hours=clients.settings.orphan_grace_hours
    )
    return Outcome.succeeded(resources=found, groups=groups, orphanPolicy=policy.to_wire())
