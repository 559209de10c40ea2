"""Grants the identity of a cell the role to read the secrets of the specification's vault."""

from typing import Any

from activities.identities import read_identity
from activities.recorded_spec import RecordReader, read_spec
from activities.role_assignments import ASSIGNMENT_KIND, ensure_role_assignment
from clients.factory import ClientFactory
from domain.arm.resource_kinds import ResourceTarget
from domain.arm.role_assignments import RoleGrant
from domain.catalog.roles import KEY_VAULT_SECRETS_USER
from domain.durable.inputs import VaultAccessInput
from domain.outcomes import Outcome


async def ensure_vault_access(
    value: dict[str, Any], clients: ClientFactory, hub: RecordReader
) -> Outcome:
    cell = VaultAccessInput.from_wire(value)
    spec = await read_spec(hub, cell.environment, cell.operation_id)
    vault_id = spec.workload.key_vault_id
    if vault_id is None:
        return Outcome.succeeded()
    identity = await read_identity(cell.environment, cell.region, clients)
    if isinstance(identity, Outcome):
        return identity
    grant = RoleGrant(vault_id, KEY_VAULT_SECRETS_USER, identity["principalId"])
    target = ResourceTarget(
        ASSIGNMENT_KIND,
        cell.environment,
        cell.region,
        clients.settings.subscription_id,
        grant=grant,
    )
    return await ensure_role_assignment(target, clients)
