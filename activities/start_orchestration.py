"""Starts an operation's orchestration on behalf of the sweep."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import grpc
from durabletask.client import OrchestrationState, OrchestrationStatus

from domain.durable.names import OPERATION_ORCHESTRATORS
from domain.durable.sweep_inputs import OperationStart
from domain.environment.failures import operation_in_progress
from domain.environment.operation_request import OperationRequest
from domain.outcomes import Failure, Outcome


class OrchestrationStarter(Protocol):
    async def schedule_new_orchestration(
        self, orchestrator: str, *, input: Any = None, instance_id: str | None = None
    ) -> str: ...

    async def get_orchestration_state(
        self, instance_id: str, *, fetch_payloads: bool = True
    ) -> OrchestrationState | None: ...


BEGUN = frozenset({OrchestrationStatus.PENDING, OrchestrationStatus.RUNNING})

type ClaimNeeds[Client] = Callable[[Client, OperationRequest], Awaitable[Failure | None]]
"""Claims what the operation needs; the failure says why it cannot start."""


async def start_orchestration[Client: OrchestrationStarter](
    value: dict[str, Any], client: Client, claim: ClaimNeeds[Client]
) -> Outcome:
    """A success if what runs under the id has this input, as after a crash of this activity, which
    claims nothing again.

    Azure Storage acknowledges two starts of one id in the same moment and drops one of them.
    """
    request = OperationStart.from_wire(value).request
    if await _runs(client, request):
        return Outcome.succeeded()
    if refusal := await claim(client, request):
        return Outcome.failed(refusal)
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


async def _runs(client: OrchestrationStarter, request: OperationRequest) -> bool:
    known = await client.get_orchestration_state(request.operation_id)
    if known is None or known.runtime_status not in BEGUN:
        return False
    return known.get_input() == request.to_wire()
