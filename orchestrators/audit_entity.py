"""The durable entity `audit`: the records of a day that fall to one of its shards."""

from collections.abc import Callable, Mapping
from typing import Any

from durabletask.entities import EntityContext

from domain.audit.shard import add
from domain.durable.names import AuditOperation

type LogRecord = Callable[[Mapping[str, Any]], None]


def audit(context: EntityContext, value: Any, log_record: LogRecord = lambda record: None) -> None:
    """A record that is there stays as it is. `log_record`: exports a new one."""
    match context.operation:
        case AuditOperation.ADD:
            added = add(context.get_state(), value)
            if added is not None:
                context.set_state(added)
                log_record(value)
        case AuditOperation.FORGET:
            context.set_state(None)
        case _:
            raise ValueError(f"audit has no operation {context.operation}")
