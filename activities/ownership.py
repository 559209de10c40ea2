"""Looks whether a resource is there and ours: what somebody else made is never touched."""

from activities.arm_outcomes import failed, not_ours
from clients.factory import ClientFactory
from domain.outcomes import Outcome
from domain.resources import KINDS, Target, is_foreign, owner_of


async def find_obstacle(target: Target, clients: ClientFactory) -> Outcome | None:
    """None: it is there and ours. Success: it is gone, so nothing is to be done."""
    for each in dict.fromkeys((target, owner_of(target))):
        kind = KINDS[each.kind]
        resource_id = kind.build_id(each)
        existing = await clients.arm.get(resource_id, kind.api_version)
        if existing.status == 404:
            return Outcome.succeeded()
        if not existing.is_success:
            return failed(existing, f"GET {each.kind}")
        if is_foreign(existing.body, each):
            return not_ours(resource_id)
    return None
