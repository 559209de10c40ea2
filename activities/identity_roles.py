"""Grants the identity of a cell a role at a resource of others."""

from activities.identities import read_identity
from activities.role_assignments import ASSIGNMENT_KIND, ensure_role_assignment
from clients.factory import ClientFactory
from domain.arm.resource_kinds import ResourceTarget
from domain.arm.role_assignments import RoleGrant
from domain.durable.inputs import IdentityAccessInput
from domain.outcomes import Outcome


async def grant_to_identity(
    cell: IdentityAccessInput, scope: str, role: str, clients: ClientFactory
) -> Outcome:
    identity = await read_identity(cell.environment, cell.region, clients)
    if isinstance(identity, Outcome):
        return identity
    target = ResourceTarget(
        ASSIGNMENT_KIND,
        cell.environment,
        cell.region,
        clients.settings.subscription_id,
        grant=RoleGrant(scope, role, identity["principalId"]),
    )
    return await ensure_role_assignment(target, clients)
