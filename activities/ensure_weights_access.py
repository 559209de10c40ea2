"""Grants the identity of a cell the role to read the account that has the model's weights."""

from typing import Any

from activities.identity_roles import grant_to_identity
from activities.recorded_spec import RecordReader, read_spec
from clients.factory import ClientFactory
from domain.catalog.roles import STORAGE_BLOB_DATA_READER
from domain.durable.inputs import IdentityAccessInput
from domain.outcomes import Outcome


async def ensure_weights_access(
    value: dict[str, Any], clients: ClientFactory, hub: RecordReader
) -> Outcome:
    cell = IdentityAccessInput.from_wire(value)
    spec = await read_spec(hub, cell.environment, cell.operation_id)
    account_id = spec.workload.storage_account_id
    if account_id is None:
        return Outcome.succeeded()
    return await grant_to_identity(cell, account_id, STORAGE_BLOB_DATA_READER, clients)
