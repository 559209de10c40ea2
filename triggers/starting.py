"""The one way from a request into an orchestration: read the record, decide, start."""

import logging

import grpc

from domain.requests.decisions import AlreadyStarted, Command, NotFound, Refused, Start, decide
from triggers import task_hub
from triggers.task_hub import DurableClient

logger = logging.getLogger("gridplane.operations")

START_ATTEMPTS = 3


async def decide_and_start(
    client: DurableClient, command: Command
) -> AlreadyStarted | Refused | NotFound:
    """`AlreadyStarted` when the operation runs, whoever started it."""
    for _ in range(START_ATTEMPTS):
        decision = decide(await task_hub.read_record(client, command.name), command)
        if not isinstance(decision, Start):
            return decision
        if await _is_started(client, decision):
            return AlreadyStarted(decision.request.operation_id)
    return Refused(
        "ConcurrentRequests",
        f"Other requests for environment '{command.name}' got in first. Send the request again.",
        is_passing=True,
    )


async def _is_started(client: DurableClient, decision: Start) -> bool:
    """False if somebody else started an operation meanwhile: read and decide again."""
    request = decision.request
    try:
        await task_hub.start(client, request)
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.ALREADY_EXISTS:
            return False
        raise
    logger.info(
        "%s started",
        request.kind,
        extra={"environment": request.spec.name, "operation": request.operation_id},
    )
    return True
