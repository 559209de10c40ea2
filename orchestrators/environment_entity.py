"""The durable entity `environment`: applies the domain's decisions to the stored record."""

from datetime import datetime
from typing import Any

from durabletask.entities import EntityContext

from domain.environment import (
    EnvironmentRecord,
    OperationEnd,
    OperationRequest,
    end_operation,
    keep_pool,
    record_step,
    start_operation,
)
from domain.operations import StepChange
from domain.pool_scaling import KeptPool


def environment(context: EntityContext, value: Any) -> Any:
    state = context.get_state()
    record = EnvironmentRecord.from_wire(state) if state else None
    if context.operation == "start_operation":
        at = datetime.fromisoformat(value["at"])
        started = start_operation(record, OperationRequest.from_wire(value["request"]), at)
        return _store(context, started)
    if context.operation == "has_ended":
        operation = record.find_operation(value) if record else None
        return operation is None or operation.has_ended
    if context.operation == "get_kept_pools":
        kept_pools = record.kept_pools if record else {}
        return {region: kept.to_wire() for region, kept in kept_pools.items()}
    if record is None:
        return False
    if context.operation == "keep_pool":
        kept = KeptPool.from_wire(value["kept"])
        return _store(context, keep_pool(record, value["region"], kept))
    if context.operation == "record_step":
        return _store(context, record_step(record, StepChange.from_wire(value)))
    if context.operation == "end_operation":
        return _store(context, end_operation(record, OperationEnd.from_wire(value)))
    raise ValueError(f"the entity 'environment' has no operation '{context.operation}'")


def _store(context: EntityContext, record: EnvironmentRecord | None) -> bool:
    if record is None:
        return False
    context.set_state(record.to_wire())
    return True
