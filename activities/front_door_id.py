"""Reads the id of an environment's Front Door profile."""

from activities.arm_outcomes import failed
from clients.factory import ClientFactory
from domain.arm import naming
from domain.outcomes import Outcome
from domain.serving.failures import profile_missing


async def read_front_door_id(clients: ClientFactory, environment: str) -> str | Outcome:
    """The edge is built beside the cells: until its profile exists, the step is tried again."""
    profile_id = naming.profile_id(clients.settings.subscription_id, environment)
    answer = await clients.resources.get(profile_id)
    if answer.status == 404:
        return Outcome.failed(profile_missing(profile_id))
    if not answer.is_success:
        return failed(answer, "GET profile")
    found: str | None = answer.body["properties"].get("frontDoorId")
    return found or Outcome.failed(profile_missing(profile_id))
