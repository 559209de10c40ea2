"""Where records are kept: the shards of a day, which only ever take records in.

The task hub of Azure keeps up to 60 KB of a state beside its key and reads anything larger from a
blob; a record has some 600 bytes.
"""

import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.audit.record import AuditRecord

SHARDS_OF_A_DAY = 16
"""Some 60 records each on a day with a thousand."""


def audit_key(environment: str | None, at: datetime) -> str:
    """Records of one environment and day are in one shard."""
    number = zlib.crc32((environment or "").encode()) % SHARDS_OF_A_DAY
    return f"{at.astimezone(UTC).date().isoformat()}.{number:02}"


def day_of(key: str) -> date:
    return date.fromisoformat(key.partition(".")[0])


def add(shard: Mapping[str, Any] | None, record: Mapping[str, Any]) -> dict[str, Any] | None:
    """The shard with the record; None if it has it. Both on the wire, by id: an old record is not
    read to add a new one."""
    kept: Mapping[str, Any] = shard or {}
    return None if record["id"] in kept else {**kept, record["id"]: record}


def read_records(shard: Mapping[str, Any]) -> list[AuditRecord]:
    return [AuditRecord.from_wire(each) for each in shard.values()]


def days_of_window(start: datetime, end: datetime) -> Iterator[date]:
    """The days with a moment from `start` up to, but without, `end`; the latest first."""
    first, last = start.astimezone(UTC), (end - timedelta.resolution).astimezone(UTC)
    return map(date.fromordinal, range(last.toordinal(), first.toordinal() - 1, -1))
