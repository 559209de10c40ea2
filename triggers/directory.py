"""Finds environments: by the directory, or by all records until it has been filled."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from durabletask.client import EntityQuery
from durabletask.entities import EntityInstanceId

from domain.directory.filling import is_filling_due
from domain.directory.row import DirectoryRow
from domain.directory.selection import Selected, Selection, select
from domain.directory.shard import PREFIX, Shard, is_filled, plan_fillings, read_rows
from domain.durable.names import DIRECTORY_ENTITY, DirectoryOperation
from domain.environment.record import EnvironmentRecord
from domain.environment.tombstones import is_buried
from triggers import task_hub
from triggers.task_hub import DurableClient

logger = logging.getLogger("gridplane.directory")


@dataclass(frozen=True, slots=True)
class FoundEnvironments:
    """Environments that are not deleted, as of one moment."""

    client: DurableClient
    rows: Sequence[DirectoryRow]

    async def read(
        self, wanted: Selection, known: Sequence[EnvironmentRecord] = ()
    ) -> tuple[list[EnvironmentRecord], Selected]:
        """The records that are wanted. Some may have changed since their rows were written, so
        that fewer are wanted than were selected. `known`: records that need not be read again."""
        selected = select(self.rows, wanted)
        by_name = {record.name: record for record in known}
        unknown = [name for name in selected.names if name not in by_name]
        read = await task_hub.read_stored(self.client, unknown)
        by_name |= {record.name: record for record in read}
        found = (by_name[name] for name in selected.names if name in by_name)
        wanted_still = [
            record
            for record in found
            if not record.is_deleted and wanted.admits(DirectoryRow.of(record))
        ]
        return wanted_still, selected


async def find_environments(client: DurableClient) -> FoundEnvironments:
    shards = await read_shards(client)
    if is_filled(shards):
        return FoundEnvironments(client, read_rows(shards.values()))
    scanned = [DirectoryRow.of(record) async for record in task_hub.scan_records(client)]
    return FoundEnvironments(client, [row for row in scanned if not row.is_deleted])


async def fill_directory(client: DurableClient, build: str | None, now: datetime) -> None:
    """Tells all shards the rows of all records, once a day and after a deployment.

    Changes of records that happen meanwhile are told by the records themselves.
    """
    if not is_filling_due(await read_shards(client), build, now):
        return
    rows = [
        DirectoryRow.of(record)
        async for record in task_hub.scan_records(client)
        if not is_buried(record)
    ]
    for key, filling in plan_fillings(rows, now, build).items():
        shard = EntityInstanceId(DIRECTORY_ENTITY, key)
        await client.signal_entity(shard, DirectoryOperation.PUT_MANY, filling.to_wire())
    logger.info("directory filled: rows=%s", len(rows))


async def read_shards(client: DurableClient) -> dict[str, Shard]:
    """By key. One query reads them in a sixth of the time that 128 reads take."""
    prefix = f"@{DIRECTORY_ENTITY}@{PREFIX}"
    query = EntityQuery(instance_id_starts_with=prefix, include_state=True)
    return {
        metadata.id.key: Shard.from_wire(metadata.get_typed_state())
        for metadata in await client.get_all_entities(query)
    }
