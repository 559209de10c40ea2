"""Reads the identity that reads a cell's secrets, weights and certificate."""

from collections.abc import Mapping

from activities.arm_outcomes import failed
from clients.factory import ClientFactory
from domain.arm import naming
from domain.arm.failures import resource_missing
from domain.kubernetes.identity_manifests import CellIdentity
from domain.outcomes import Outcome


async def read_identity(
    environment: str, region: str, clients: ClientFactory
) -> Mapping[str, str] | Outcome:
    """Its clientId, principalId and tenantId, or why they cannot be read."""
    identity_id = naming.identity_id(clients.settings.subscription_id, environment, region)
    answer = await clients.resources.get(identity_id)
    if answer.status == 404:
        return Outcome.failed(resource_missing(identity_id)).about(identity_id)
    if not answer.is_success:
        return failed(answer, "GET identity").about(identity_id)
    return answer.body["properties"]


async def find_reader(
    environment: str, region: str, clients: ClientFactory, *, is_needed: bool
) -> CellIdentity | Outcome | None:
    """What a cell's objects name it by; None where nothing needs it."""
    if not is_needed:
        return None
    identity = await read_identity(environment, region, clients)
    if isinstance(identity, Outcome):
        return identity
    return CellIdentity(identity["clientId"], identity["tenantId"])
