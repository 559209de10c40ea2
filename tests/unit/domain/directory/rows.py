"""Rows and shards that tests of the directory share."""

from domain.directory.row import DirectoryRow
from domain.directory.shard import Shard, ShardFilling, ShardRows
from domain.environment.health import HealthStatus
from domain.environment.phases import Phase
from tests.support.specs import NOON, minutes


def a_row(
    revision: int = 1,
    phase: str = Phase.READY,
    name: str = "fraud-llm",
    health: str = HealthStatus.HEALTHY,
    cost_center: str = "ML-1234",
) -> DirectoryRow:
    return DirectoryRow(name, revision, phase, health, cost_center)


def news(*rows: DirectoryRow) -> ShardRows:
    return ShardRows(rows={row.name: row.text for row in rows})


def a_shard(*rows: DirectoryRow) -> Shard:
    return Shard(rows=news(*rows).rows)


def a_filling(
    *rows: DirectoryRow, after_minutes: float = 0, build: str | None = "83efbc6"
) -> ShardFilling:
    return ShardFilling(rows=news(*rows).rows, at=NOON + minutes(after_minutes), build=build)
