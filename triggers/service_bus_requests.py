"""Messages of the queue `provisioning-requests`: the same commands as by REST, in order.

A session is an environment, so its messages come one by one. A message is completed once its
operation is durably started, and dead-lettered if it can never work. While another operation has
to end first it stays at the head of its session, which is let go of without counting a delivery.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import grpc

from domain.api_errors import summarise_problems
from domain.environment.operation import OperationKind
from domain.problem import Problem
from domain.requests.decisions import Command, NotFound, Refused, environment_not_found
from domain.requests.queue_messages import MessageProperties, parse_message
from triggers.bodies import decode_json
from triggers.starting import Accepted, decide_and_start
from triggers.task_hub import DurableClient

logger = logging.getLogger("gridplane.requests")

QUEUE = "provisioning-requests"
LOOK_SECONDS = 2.0
LOOKS = 5
"""Then other sessions get their turn: a waiting one holds one of the few places."""

LONGEST_DESCRIPTION = 4096
"""Service Bus refuses to dead-letter with a longer one."""

PASSING = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})

type Pause = Callable[[float], Awaitable[Any]]


class Message(Protocol):
    """The part of a received message that is used here."""

    @property
    def body(self) -> Any: ...
    @property
    def message_id(self) -> str | None: ...
    @property
    def session_id(self) -> str | None: ...


class Settlement(Protocol):
    """The host's settlement client. Its calls block."""

    def complete(self, message: Any) -> None: ...
    def deadletter(
        self, message: Any, deadletter_reason: str, deadletter_error_description: str
    ) -> None: ...
    def release_session(self, session_id: str) -> None: ...


async def take_message(
    message: Message,
    settlement: Settlement,
    client: DurableClient,
    allowed_regions: Sequence[str],
    pause: Pause = asyncio.sleep,
) -> None:
    command = _read_command(message, allowed_regions)
    if not isinstance(command, Command):
        await _reject(message, settlement, command)
        return
    match await _start_in_turn(client, command, pause):
        case Accepted(operation_id):
            await _complete(message, settlement, command, operation_id)
        case NotFound() if command.kind is OperationKind.DELETE:
            await _complete(message, settlement, command, "")
        case NotFound():
            await _reject(message, settlement, [environment_not_found(command.name)])
        case Refused(code, explanation, is_passing=False):
            await _reject(message, settlement, [Problem(code, explanation, "")])
        case Refused(code, _):
            logger.info("message %s waits: %s", message.message_id, code)
            await asyncio.to_thread(settlement.release_session, command.name)


def _read_command(message: Message, allowed_regions: Sequence[str]) -> Command | list[Problem]:
    body = message.body
    document = decode_json(body if isinstance(body, bytes) else b"".join(body))
    if isinstance(document, Problem):
        return [document]
    properties = MessageProperties(message.session_id, message.message_id)
    return parse_message(document, properties, allowed_regions, datetime.now(UTC))


async def _start_in_turn(
    client: DurableClient, command: Command, pause: Pause
) -> Accepted | Refused | NotFound:
    """Waits a while for what passes by itself, the task hub's absence included."""
    verdict = await _try_to_start(client, command)
    for _ in range(LOOKS - 1):
        if not isinstance(verdict, Refused) or not verdict.is_passing:
            break
        await pause(LOOK_SECONDS)
        verdict = await _try_to_start(client, command)
    return verdict


async def _try_to_start(client: DurableClient, command: Command) -> Accepted | Refused | NotFound:
    try:
        return await decide_and_start(client, command)
    except grpc.aio.AioRpcError as error:
        if error.code() not in PASSING:
            raise
        return Refused("TaskHubUnreachable", "The task hub does not answer.", is_passing=True)


async def _complete(
    message: Message, settlement: Settlement, command: Command, operation_id: str
) -> None:
    await asyncio.to_thread(settlement.complete, message)
    logger.info(
        "message %s: %s",
        message.message_id,
        command.kind,
        extra={"environment": command.name, "operation": operation_id},
    )


async def _reject(message: Message, settlement: Settlement, problems: Iterable[Problem]) -> None:
    code, description = summarise_problems(list(problems))
    await asyncio.to_thread(
        settlement.deadletter, message, code, description[:LONGEST_DESCRIPTION]
    )
    logger.warning(
        "message %s dead-lettered: %s",
        message.message_id,
        code,
        extra={"environment": message.session_id or ""},
    )
