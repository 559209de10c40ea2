"""Messages of the queue `provisioning-requests`: the same commands as in the REST API, in order.

A session is an environment, so its messages arrive one at a time. A message is completed once its
operation is durably started, and dead-lettered if it can never succeed. While another operation
has to end first, the message stays at the head of its session, which is released without
increasing the delivery count.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Protocol, TypeGuard, cast

import grpc

from domain.api_errors import summarise_problems
from domain.environment.operation import OperationKind
from domain.guard.market import MarketReader
from domain.problem import Problem
from domain.requests.command import Command
from domain.requests.decision import Foreign, NotFound, Refused, environment_not_found
from domain.requests.queue_messages import MessageProperties, parse_message
from domain.requests.scopes import COST_CENTER_NOT_ALLOWED, OPEN, AccessRules
from domain.spec.policy import SpecPolicy
from triggers.bodies import decode_json, find_oversize
from triggers.starting import Accepted, decide_and_start
from triggers.task_hub import UNREACHABLE, DurableClient

logger = logging.getLogger("gridplane.requests")

QUEUE = "provisioning-requests"
ATTEMPT_INTERVAL_SECONDS = 2.0
ATTEMPTS = 5
"""Then the session is released: a waiting one occupies one of the few concurrent sessions."""

MAX_DESCRIPTION_LENGTH = 4096
"""In characters; Service Bus refuses to dead-letter a message with a longer description."""

type Sleep = Callable[[float], Awaitable[Any]]


class Message(Protocol):
    """The part of a received message that the trigger uses."""

    @property
    def body(self) -> Any: ...
    @property
    def message_id(self) -> str | None: ...
    @property
    def session_id(self) -> str | None: ...


class Settlement(Protocol):
    """The host's settlement client, whose calls block."""

    def complete(self, message: Any) -> None: ...
    def deadletter(
        self, message: Any, deadletter_reason: str, deadletter_error_description: str
    ) -> None: ...
    def release_session(self, session_id: str) -> None: ...


async def take_message(
    message: Message,
    settlement: Settlement,
    client: DurableClient,
    policy: SpecPolicy,
    read_market: MarketReader,
    sleep: Sleep = asyncio.sleep,
    rules: AccessRules = OPEN,
) -> None:
    """Starts the message's operation and settles the message; `sleep` takes seconds."""
    command = _read_command(message, policy, rules)
    if not isinstance(command, Command):
        await _reject(message, settlement, command)
        return
    match await _start_with_retries(client, command, read_market, sleep):
        case Accepted(operation_id):
            await _complete(message, settlement, command, operation_id)
        case Foreign():
            await _reject(message, settlement, [_foreign_environment(command.name)])
        case NotFound() if command.kind is OperationKind.DELETE:
            await _complete(message, settlement, command, "")
        case NotFound():
            await _reject(message, settlement, [environment_not_found(command.name)])
        case Refused(code, explanation, is_passing=False, details=others):
            await _reject(message, settlement, [Problem(code, explanation, ""), *others])
        case Refused(code, _):
            logger.info("message %s waits: %s", message.message_id, code)
            await asyncio.to_thread(settlement.release_session, command.name)


def _foreign_environment(name: str) -> Problem:
    message = f"Environment '{name}' is of a cost center that takes no messages of this sender."
    return Problem(COST_CENTER_NOT_ALLOWED, message, "source")


def _read_command(
    message: Message, policy: SpecPolicy, rules: AccessRules
) -> Command | list[Problem]:
    """An exception while parsing is a problem of the message: another delivery raises it again."""
    try:
        return _parse(message, policy, rules)
    except Exception:
        logger.exception("message %s cannot be parsed", message.message_id)
        fix = "The message cannot be parsed. Send a CloudEvent 1.0 as JSON, in structured mode."
        return [Problem("UnreadableMessage", fix, "")]


def _parse(message: Message, policy: SpecPolicy, rules: AccessRules) -> Command | list[Problem]:
    content = _read_bytes(message.body)
    if content is None:
        return [Problem("InvalidBody", "Send a CloudEvent as the bytes of the message.", "")]
    if oversize := find_oversize(content):
        return [oversize]
    document = decode_json(content)
    if isinstance(document, Problem):
        return [document]
    properties = MessageProperties(message.session_id, message.message_id)
    return parse_message(document, properties, policy, datetime.now(UTC), rules)


def _read_bytes(body: Any) -> bytes | None:
    """None for an AMQP value or sequence, which only senders without a Service Bus SDK send."""
    if isinstance(body, bytes):
        return body
    if not isinstance(body, Iterable) or isinstance(body, str):
        return None
    parts = list(cast("Iterable[object]", body))
    return b"".join(parts) if _are_bytes(parts) else None


def _are_bytes(parts: list[object]) -> TypeGuard[list[bytes]]:
    return all(isinstance(part, bytes) for part in parts)


async def _start_with_retries(
    client: DurableClient, command: Command, read_market: MarketReader, sleep: Sleep
) -> Accepted | Refused | NotFound:
    """Retries transient refusals, an unreachable task hub included."""
    result = await _try_to_start(client, command, read_market)
    for _ in range(ATTEMPTS - 1):
        if not isinstance(result, Refused) or not result.is_passing:
            break
        await sleep(ATTEMPT_INTERVAL_SECONDS)
        result = await _try_to_start(client, command, read_market)
    return result


async def _try_to_start(
    client: DurableClient, command: Command, read_market: MarketReader
) -> Accepted | Refused | NotFound:
    try:
        return await decide_and_start(client, command, read_market)
    except grpc.aio.AioRpcError as error:
        if error.code() not in UNREACHABLE:
            raise
        return Refused("TaskHubUnreachable", "The task hub does not respond.", is_passing=True)


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
        settlement.deadletter, message, code, description[:MAX_DESCRIPTION_LENGTH]
    )
    logger.warning(
        "message %s dead-lettered: %s",
        message.message_id,
        code,
        extra={"environment": message.session_id or ""},
    )
