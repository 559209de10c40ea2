"""Grants the identity of a cell the role to read the certificate of its gateway."""

from typing import Any

from activities.identity_roles import grant_to_identity
from activities.recorded_spec import RecordReader, read_spec
from clients.factory import ClientFactory
from domain.catalog.roles import KEY_VAULT_SECRETS_USER
from domain.durable.inputs import IdentityAccessInput
from domain.outcomes import Outcome


async def ensure_certificate_access(
    value: dict[str, Any], clients: ClientFactory, hub: RecordReader
) -> Outcome:
    cell = IdentityAccessInput.from_wire(value)
    spec = await read_spec(hub, cell.environment, cell.operation_id)
    certificate = spec.edge.origin_certificate
    if certificate is None or certificate.key_vault_id is None:
        return Outcome.succeeded()
    return await grant_to_identity(cell, certificate.key_vault_id, KEY_VAULT_SECRETS_USER, clients)
