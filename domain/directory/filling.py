"""When the shards are filled from the records again, which also mends what they missed."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.directory.shard import SHARD_KEYS, Shard

INTERVAL = timedelta(days=1)


def is_filling_due(shards: Mapping[str, Shard], build: str | None, now: datetime) -> bool:
    """Also after a deployment: a version without a directory, or with an older one, may have
    changed records in between."""
    return any(_is_due(shards.get(key), build, now) for key in SHARD_KEYS)


def _is_due(shard: Shard | None, build: str | None, now: datetime) -> bool:
    if shard is None or shard.filled_at is None:
        return True
    return shard.filled_by != build or now - shard.filled_at >= INTERVAL
