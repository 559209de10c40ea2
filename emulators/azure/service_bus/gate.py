"""Refusals on demand: faults that are set for an entity and an operation, and used up."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from emulators.azure.control.input import BadInput, Fields, required
from emulators.azure.service_bus.errors import AmqpError, Condition
from emulators.azure.service_bus.settings import Status


class Operation(StrEnum):
    OPEN_SENDER = "open-sender"
    OPEN_RECEIVER = "open-receiver"
    SEND = "send"
    SETTLE = "settle"
    MANAGE = "manage"


_CLOSED: dict[Operation, tuple[Status, ...]] = {
    Operation.OPEN_SENDER: (Status.DISABLED, Status.SEND_DISABLED),
    Operation.OPEN_RECEIVER: (Status.DISABLED, Status.RECEIVE_DISABLED),
    Operation.SEND: (Status.DISABLED, Status.SEND_DISABLED),
    Operation.SETTLE: (),
    Operation.MANAGE: (Status.DISABLED,),
}


@dataclass(slots=True)
class Fault:
    """`entity` None means all. `left` None means for ever."""

    id: str
    entity: str | None
    operation: Operation
    condition: str
    left: int | None

    def wire(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "entity": self.entity,
            "operation": self.operation,
            "condition": self.condition,
            "count": self.left,
        }


@dataclass(slots=True)
class Gate:
    """Every operation asks here before it is carried out."""

    faults: list[Fault] = field(default_factory=list[Fault])
    _made: int = 0

    def add(self, body: object) -> Fault:
        """Set a fault from its JSON; raises BadInput."""
        fields = Fields(body)
        operation = required(fields.text("operation"), "operation")
        if operation not in list(Operation):
            raise BadInput(f"operation must be one of {', '.join(Operation)}.")
        entity = fields.text("entity")
        condition = fields.text("condition", Condition.SERVER_BUSY)
        count = fields.integer("count", low=1)
        fields.finish()
        self._made += 1
        fault = Fault(
            f"service-bus-fault-{self._made}",
            entity,
            Operation(operation),
            condition or Condition.SERVER_BUSY,
            count,
        )
        self.faults.append(fault)
        return fault

    def check(self, path: str, status: Status, operation: Operation) -> None:
        """Raises AmqpError when a fault is set for this, or the entity is closed for it."""
        if status in _CLOSED[operation]:
            text = f"Messaging entity '{path}' is currently disabled."
            raise AmqpError(Condition.ENTITY_DISABLED, text)
        for fault in self.faults:
            matches = fault.entity is None or fault.entity.lower() == path.lower()
            if matches and fault.operation is operation and fault.left != 0:
                fault.left = None if fault.left is None else fault.left - 1
                raise AmqpError(fault.condition, f"A fault on demand for {path}.")
