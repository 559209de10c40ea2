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


async def start_orchestration(value: dict[str, Any], client: OrchestrationStarter) -> Outcome:
    """A success if what runs under the id has this input, as after a crash of this activity.

    Azure Storage acknowledges two starts of one id in the same moment and drops one of them.
    """
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
