"""Lists the parts of all edges that carry tags, with one request per type and page."""

from typing import Any

from activities.arm_outcomes import failed
from clients.factory import ClientFactory
from domain.outcomes import Outcome
from domain.sweep.found import RESOURCE_TYPES, find_ours


async def list_resources(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    """Fails if any page fails: what a partial list omits would look deleted."""
    subscription_id = clients.settings.subscription_id
    found: list[dict[str, Any]] = []
    for kind, resource_type in RESOURCE_TYPES.items():
        async for page in clients.resource_groups.list_by_type(resource_type):
            if not page.is_success:
                return failed(page, "GET resources")
            ours = (find_ours(each, kind, subscription_id) for each in page.body["value"])
            found += [ref.to_wire() for ref in ours if ref]
    return Outcome.succeeded(resources=found)
