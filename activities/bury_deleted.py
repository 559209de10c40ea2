"""Reduces the records of environments that were deleted long ago."""

import asyncio
from typing import Any, Protocol

from durabletask.client import EntityQuery
from durabletask.entities import EntityInstanceId, EntityMetadata

from domain.durable.inputs import PurgeInput
from domain.durable.names import ENVIRONMENT_ENTITY, EntityOperation
from domain.environment.record import EnvironmentRecord
from domain.environment.tombstones import bury
from domain.outcomes import Outcome


class EntityClient(Protocol):
    """The part of the durable client that reads and signals entities."""

    async def get_all_entities(
        self, entity_query: EntityQuery | None = None
    ) -> list[EntityMetadata]: ...

    async def signal_entity(
        self, entity_instance_id: EntityInstanceId, operation_name: str, input: Any | None = None
    ) -> None: ...


async def bury_deleted(value: dict[str, Any], hub: EntityClient) -> Outcome:
    before, count = PurgeInput.from_wire(value).before, 0
    query = EntityQuery(instance_id_starts_with=f"@{ENVIRONMENT_ENTITY}@", include_state=True)
    for metadata in await hub.get_all_entities(query):
        state = metadata.get_typed_state()
        if state and bury(EnvironmentRecord.from_wire(state), before):
            await hub.signal_entity(metadata.id, EntityOperation.BURY, before.isoformat())
            count += 1
        await asyncio.sleep(0)  # other work goes on: decoding thousands takes seconds
    return Outcome.succeeded(records=count)
