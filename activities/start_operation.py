"""Starts an operation's orchestration on behalf of another one."""

from typing import Any, Protocol

import grpc
from durabletask.client import OrchestrationState

from domain.durable.sweep_inputs import OPERATION_IN_PROGRESS, OperationStart
from domain.outcomes import Failure, Outcome


class OrchestrationStarter(Protocol):
    async def schedule_new_orchestration(
        self, orchestrator: str, *, input: Any = None, instance_id: str | None = None
    ) -> str: ...

    async def get_orchestration_state(
        self, instance_id: str, *, fetch_payloads: bool = True
    ) -> OrchestrationState | None: ...


async def start_operation(value: dict[str, Any], client: OrchestrationStarter) -> Outcome:
    """One that runs already with the same input is ours, from before a crash."""
    request = OperationStart.from_wire(value).request
    try:
        await client.schedule_new_orchestration(
            request.orchestrator, input=request.to_wire(), instance_id=request.operation_id
        )
    except grpc.aio.AioRpcError as error:
        if error.code() is not grpc.StatusCode.ALREADY_EXISTS:
            raise
        running = await client.get_orchestration_state(request.operation_id)
        if running is None or running.get_input() != request.to_wire():
            return _in_progress(request.operation_id)
    return Outcome.succeeded()


def _in_progress(operation_id: str) -> Outcome:
    return Outcome.failed(
        Failure(
            reason=OPERATION_IN_PROGRESS,
            message=f"Another request started '{operation_id}' first.",
            retryable=False,
            suggested_action="Nothing: the next sweep looks again.",
        )
    )
