"""The durable entity `directory`: a shard of the rows that lists find environments by."""

from collections.abc import Callable, Mapping
from typing import Any

from durabletask.entities import EntityContext

from domain.directory.shard import Shard, ShardFilling, ShardRows, fill, forget, put
from domain.durable.names import DirectoryOperation

type ShardChange = Callable[[Shard, Any], Shard]

SHARD_CHANGES: Mapping[str, ShardChange] = {
    DirectoryOperation.PUT: lambda shard, value: put(shard, ShardRows.from_wire(value)),
    DirectoryOperation.PUT_MANY: lambda shard, value: fill(shard, ShardFilling.from_wire(value)),
    DirectoryOperation.FORGET: lambda shard, value: forget(shard, ShardRows.from_wire(value)),
}


def directory(context: EntityContext, value: Any) -> None:
    if context.operation not in SHARD_CHANGES:
        raise ValueError(f"the entity 'directory' has no operation '{context.operation}'")
    state = context.get_state()
    before = Shard.from_wire(state) if state else Shard()
    after = SHARD_CHANGES[context.operation](before, value)
    if after != before:
        context.set_state(after.to_wire())
