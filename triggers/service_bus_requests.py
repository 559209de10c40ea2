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
from functools import partial
from typing import Any, Protocol, TypeGuard, cast

import grpc

from domain.api_errors import summarise_problems
from domain.arm.merge_existing import as_mapping
from domain.environment.operation import OperationKind
from domain.guard.market import MarketReader
from domain.problem import Problem
from domain.requests.command import Command
from domain.requests.decision import NotFound, Refused, environment_not_found
from domain.requests.queue_messages import MessageProperties, parse_message
from domain.spec.model_versions import RegisteredModel
from domain.spec.policy import SpecPolicy
from triggers.bodies import decode_json, find_oversize
from triggers.models import find_named_model
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
) -> None:
    """Starts the message's operation and settles the message; `sleep` takes seconds."""
    document = _read_document(message)
    specification = as_mapping(document).get("data")
    model = await _retry(partial(find_named_model, client, specification), sleep)
    if isinstance(model, Refused):
        await _wait(message, settlement, model.code)
        return
    command = _read_command(document, message, policy, model)
    if not isinstance(command, Command):
        await _reject(message, settlement, command)
        return
    result = await _retry(partial(decide_and_start, client, command, read_market, policy), sleep)
    await _settle(message, settlement, command, result)


async def _settle(
    message: Message,
    settlement: Settlement,
    command: Command,
    result: Accepted | Refused | NotFound,
) -> None:
    match result:
        case Accepted(operation_id):
            await _complete(message, settlement, command, operation_id)
        case NotFound() if command.kind is OperationKind.DELETE:
            await _complete(message, settlement, command, "")
        case NotFound():
            await _reject(message, settlement, [environment_not_found(command.name)])
        case Refused(code, explanation, is_passing=False, details=others):
            await _reject(message, settlement, [Problem(code, explanation, ""), *others])
        case Refused(code, _):
            await _wait(message, settlement, code)


def _read_command(
    document: object, message: Message, policy: SpecPolicy, model: RegisteredModel | None
) -> Command | list[Problem]:
    """An exception while parsing is a problem of the message: another delivery raises it again."""
    if isinstance(document, Problem):
        return [document]
    properties = MessageProperties(message.session_id, message.message_id)
    try:
        return parse_message(document, properties, policy, datetime.now(UTC), model)
    except Exception:
        return [_unreadable(message)]


def _unreadable(message: Message) -> Problem:
    logger.exception("message %s cannot be parsed", message.message_id)
    fix = "The message cannot be parsed. Send a CloudEvent 1.0 as JSON, in structured mode."
    return Problem("UnreadableMessage", fix, "")


def _read_document(message: Message) -> object | Problem:
    try:
        return _decode(message)
    except Exception:
        return _unreadable(message)


def _decode(message: Message) -> object | Problem:
    content = _read_bytes(message.body)
    if content is None:
        return Problem("InvalidBody", "Send a CloudEvent as the bytes of the message.", "")
    return find_oversize(content) or decode_json(content)


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


async def _retry[Result](
    attempt: Callable[[], Awaitable[Result | Refused]], sleep: Sleep
) -> Result | Refused:
    """Retries transient refusals, an unreachable task hub included."""
    result = await _try(attempt)
    for _ in range(ATTEMPTS - 1):
        if not isinstance(result, Refused) or not result.is_passing:
            break
        await sleep(ATTEMPT_INTERVAL_SECONDS)
        result = await _try(attempt)
    return result


async def _try[Result](attempt: Callable[[], Awaitable[Result | Refused]]) -> Result | Refused:
    try:
        return await attempt()
    except grpc.aio.AioRpcError as error:
        if error.code() not in UNREACHABLE:
            raise
        return Refused("TaskHubUnreachable", "The task hub does not respond.", is_passing=True)


async def _wait(message: Message, settlement: Settlement, code: str) -> None:
    """At the head of its session."""
    logger.info("message %s waits: %s", message.message_id, code)
    await asyncio.to_thread(settlement.release_session, message.session_id or "")


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
