"""Records and operations that exist for a caller."""

from typing import Any

from domain.environment.operation import Operation, parse_operation_id
from domain.environment.record import EnvironmentRecord
from triggers import task_hub
from triggers.declarations import Call


async def read_visible(call: Call[Any, Any], name: str) -> EnvironmentRecord | None:
    """None also for an environment of a cost center that the caller does not see."""
    record = await task_hub.read_record(call.client, name)
    return record if record and call.scope.admits(record.spec.cost_center) else None


async def read_visible_operation(call: Call[Any, Any], operation_id: str) -> Operation | None:
    """One of an earlier environment of the name may be of a cost center that the caller does not
    see."""
    parsed = parse_operation_id(operation_id)
    record = await read_visible(call, parsed.environment) if parsed else None
    is_earlier = parsed and record and parsed.sequence < record.first_sequence
    if record and is_earlier and not all(map(call.scope.admits, record.all_cost_centers)):
        return None
    return await task_hub.find_operation(call.client, record, operation_id) if record else None
