"""Starts an operation's orchestration on behalf of the sweep."""

from typing import Any, Protocol

import grpc
from durabletask.client import OrchestrationState

from domain.durable.names import OPERATION_ORCHESTRATORS
from domain.durable.sweep_inputs import OperationStart
from domain.environment.failures import operation_in_progress
from domain.outcomes import Outcome


class OrchestrationStarter(Protocol):
    async def schedule_new_orchestration(
        self, orchestrator: str, *, input: Any = None, instance_id: str | None = None
    ) -> str: ...

    async def get_orchestration_state(
        self, instance_id: str, *, fetch_payloads: bool = True
    ) -> OrchestrationState | None: ...


async def start_operation(value: dict[str, Any], client: OrchestrationStarter) -> Outcome:
    """An instance with the same input was started by this activity before a crash: a success."""
    request = OperationStart.from_wire(value).request
    try:
        await client.schedule_new_orchestration(
            OPERATION_ORCHESTRATORS[request.kind],
            input=request.to_wire(),
            instance_id=request.operation_id,
        )
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.ALREADY_EXISTS:
            raise
        running = await client.get_orchestration_state(request.operation_id)
        if running is None or running.get_input() != request.to_wire():
            return Outcome.failed(operation_in_progress(request.operation_id))
    return Outcome.succeeded()
