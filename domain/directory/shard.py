"""A shard: the rows of the environments whose names fall to it.

Shards only ever take rows in; news arrive in any order, late and more than once. The row of a
deleted environment stays with its revision, so that late news do not revive it, until the record
itself is reduced.
"""

import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import AwareDatetime, Field

from domain.directory.row import DirectoryRow, revision_of
from domain.spec.cost_centers import is_same_center
from domain.wire import WireModel

SHARDS = 128
"""Some 80 rows of at most 160 bytes each at 10,000 environments: 13,000 of 30,000 characters."""

PREFIX = "b-"
"""Of the keys of all shards. Another number of shards or form of rows needs another prefix: its
shards begin without rows, and lists do without them until they have been filled."""

SHARD_KEYS = tuple(f"{PREFIX}{number:03}" for number in range(SHARDS))


class Shard(WireModel):
    """The state of the durable entity `directory`."""

    rows: dict[str, str] = Field(default_factory=dict[str, str])
    """By name."""
    filled_at: AwareDatetime | None = None
    """When the records were read that it was last filled from; None: rows may be missing."""
    filled_by: str | None = None
    """The build that did it."""


class ShardRows(WireModel):
    """News of rows, by name."""

    rows: dict[str, str]

    @classmethod
    def of(cls, row: DirectoryRow) -> "ShardRows":
        return cls(rows={row.name: row.text})


class ShardFilling(ShardRows):
    """The rows of all records that fall to a shard."""

    at: AwareDatetime
    build: str | None = None


def shard_key(name: str) -> str:
    """Derived from the name by a checksum that is the same in every process."""
    return SHARD_KEYS[zlib.crc32(name.encode()) % SHARDS]


def put(shard: Shard, news: ShardRows) -> Shard:
    """The shard with the rows that are newer than its own."""
    newer = {
        name: text
        for name, text in news.rows.items()
        if name not in shard.rows or revision_of(text) > revision_of(shard.rows[name])
    }
    return shard.model_copy(update={"rows": {**shard.rows, **newer}}) if newer else shard


def fill(shard: Shard, filling: ShardFilling) -> Shard:
    """Rows that came in since the records were read stay."""
    filled = put(shard, filling)
    if shard.filled_at and shard.filled_at >= filling.at:
        return filled
    return filled.model_copy(update={"filled_at": filling.at, "filled_by": filling.build})


def forget(shard: Shard, news: ShardRows) -> Shard:
    """The shard without these rows, unless its own are newer: a name may be used again."""
    forgotten = {
        name
        for name, text in news.rows.items()
        if name in shard.rows and revision_of(shard.rows[name]) <= revision_of(text)
    }
    rows = {name: text for name, text in shard.rows.items() if name not in forgotten}
    return shard.model_copy(update={"rows": rows}) if forgotten else shard


def read_rows(shards: Iterable[Shard]) -> list[DirectoryRow]:
    """Those of environments that are not deleted."""
    rows = [
        DirectoryRow.parse(name, text) for shard in shards for name, text in shard.rows.items()
    ]
    return [row for row in rows if not row.is_deleted]


def list_names(shards: Iterable[Shard], cost_center: str) -> list[str]:
    """Of its environments, with those that were deleted, in order."""
    rows = (DirectoryRow.parse(n, text) for shard in shards for n, text in shard.rows.items())
    return sorted(row.name for row in rows if is_same_center(row.cost_center, cost_center))


def is_filled(shards: Mapping[str, Shard]) -> bool:
    """Whether every environment has its row. Until then lists read all records."""
    return all(key in shards and shards[key].filled_at for key in SHARD_KEYS)


def plan_fillings(
    rows: Iterable[DirectoryRow], at: datetime, build: str | None
) -> dict[str, ShardFilling]:
    """By the shard's key, also for shards without a row. `at`: before the records were read."""
    by_shard: dict[str, dict[str, str]] = {key: {} for key in SHARD_KEYS}
    for row in rows:
        by_shard[shard_key(row.name)][row.name] = row.text
    return {key: ShardFilling(rows=found, at=at, build=build) for key, found in by_shard.items()}
