"""Grants the identity of a cell the role to read the secrets of the specification's vault."""

from typing import Any

from activities.identity_roles import grant_to_identity
from activities.recorded_spec import RecordReader, read_spec
from clients.factory import ClientFactory
from domain.catalog.roles import KEY_VAULT_SECRETS_USER
from domain.durable.inputs import IdentityAccessInput
from domain.outcomes import Outcome


async def ensure_vault_access(
    value: dict[str, Any], clients: ClientFactory, hub: RecordReader
) -> Outcome:
    cell = IdentityAccessInput.from_wire(value)
    spec = await read_spec(hub, cell.environment, cell.operation_id)
    vault_id = spec.workload.key_vault_id
    if vault_id is None:
        return Outcome.succeeded()
    return await grant_to_identity(cell, vault_id, KEY_VAULT_SECRETS_USER, clients)
