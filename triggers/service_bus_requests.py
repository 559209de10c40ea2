"""Messages of the queue `provisioning-requests`: the same commands as in the REST API, in order.

A session is an environment, so its messages arrive one at a time. A message is completed once its
operation is durably started, and dead-lettered if it can never succeed. While another operation
has to end first, the message stays at the head of its session, which is released without
increasing the delivery count.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeGuard, cast

import grpc

from domain.api_errors import summarise_problems
from domain.audit.record import AuditDecision
from domain.environment.call_stamp import CallStamp
from domain.environment.operation import OperationKind
from domain.guard.market import MarketReader
from domain.guard.policy.access import read_access_rules
from domain.guard.policy.in_force import PolicyReader, narrow, read_no_policy
from domain.guard.policy.model import Policy
from domain.problem import Problem
from domain.requests.command import Command
from domain.requests.decision import Foreign, NotFound, Refused, environment_not_found
from domain.requests.queue_messages import MessageProperties, parse_message
from domain.requests.scopes import COST_CENTER_NOT_ALLOWED, AccessRules
from domain.spec.model import is_environment_name
from domain.spec.policy import SpecPolicy
from triggers.auditing import write_record
from triggers.bodies import decode_json, find_oversize
from triggers.call_stamps import stamp_message
from triggers.errors import POLICY_UNAVAILABLE
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
    @property
    def enqueued_time_utc(self) -> datetime | None: ...


class Settlement(Protocol):
    """The host's settlement client, whose calls block."""

    def complete(self, message: Any) -> None: ...
    def deadletter(
        self, message: Any, deadletter_reason: str, deadletter_error_description: str
    ) -> None: ...
    def release_session(self, session_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a message. Its record is written before it is settled: another delivery
    writes the same one."""

    message: Message
    settlement: Settlement
    client: DurableClient
    stamp: CallStamp

    async def complete(self, command: Command, operation_id: str) -> None:
        await write_record(
            self.client,
            self.stamp,
            AuditDecision.ACCEPTED,
            environment=command.name,
            operation_id=operation_id or None,
        )
        await asyncio.to_thread(self.settlement.complete, self.message)
        logger.info(
            "message %s: %s",
            self.message.message_id,
            command.kind,
            extra={"environment": command.name, "operation": operation_id},
        )

    async def reject(self, problems: Iterable[Problem]) -> None:
        code, description = summarise_problems(list(problems))
        name = self.message.session_id or ""
        await write_record(
            self.client,
            self.stamp,
            AuditDecision.REFUSED,
            code=code,
            environment=name if is_environment_name(name) else None,
        )
        description = description[:MAX_DESCRIPTION_LENGTH]
        await asyncio.to_thread(self.settlement.deadletter, self.message, code, description)
        logger.warning(
            "message %s dead-lettered: %s",
            self.message.message_id,
            code,
            extra={"environment": name},
        )


async def take_message(
    message: Message,
    settlement: Settlement,
    client: DurableClient,
    policy: SpecPolicy,
    read_market: MarketReader,
    sleep: Sleep = asyncio.sleep,
    read_policy: PolicyReader = read_no_policy,
) -> None:
    """Starts the message's operation and settles the message; `sleep` takes seconds. Without a
    policy the message waits."""
    policy_file = (await read_policy()).policy
    if policy_file is None:
        logger.warning("message %s waits: %s", message.message_id, POLICY_UNAVAILABLE)
        await asyncio.to_thread(settlement.release_session, message.session_id or "")
        return
    content, document = _decode(message)
    stamp = stamp_message(message, content or b"", document, datetime.now(UTC))
    delivery = Delivery(message, settlement, client, stamp)
    rules = read_access_rules(policy_file)
    command = _read_command(message, document, narrow(policy, policy_file), rules)
    if not isinstance(command, Command):
        await delivery.reject(command)
        return
    command = replace(command, caller=command.caller.model_copy(update={"stamp": stamp}))
    result = await _start_with_retries(client, command, read_market, policy_file, sleep)
    await _settle(delivery, command, result)


async def _settle(
    delivery: Delivery, command: Command, result: Accepted | Refused | NotFound
) -> None:
    match result:
        case Accepted(operation_id):
            await delivery.complete(command, operation_id)
        case Foreign():
            await delivery.reject([_foreign_environment(command.name)])
        case NotFound() if command.kind is OperationKind.DELETE:
            await delivery.complete(command, "")
        case NotFound():
            await delivery.reject([environment_not_found(command.name)])
        case Refused(code, explanation, is_passing=False, details=others):
            await delivery.reject([Problem(code, explanation, ""), *others])
        case Refused(code, _):
            logger.info("message %s waits: %s", delivery.message.message_id, code)
            await asyncio.to_thread(delivery.settlement.release_session, command.name)


def _foreign_environment(name: str) -> Problem:
    message = f"Environment '{name}' is of a cost center that takes no messages of this sender."
    return Problem(COST_CENTER_NOT_ALLOWED, message, "source")


def _read_command(
    message: Message, document: object, policy: SpecPolicy, rules: AccessRules
) -> Command | list[Problem]:
    """An exception while parsing is a problem of the message: another delivery raises it again."""
    if isinstance(document, Problem):
        return [document]
    properties = MessageProperties(message.session_id, message.message_id)
    try:
        return parse_message(document, properties, policy, datetime.now(UTC), rules)
    except Exception:
        logger.exception("message %s cannot be parsed", message.message_id)
        return [_unreadable()]


def _decode(message: Message) -> tuple[bytes | None, object | Problem]:
    """The bytes of the message and what they say."""
    try:
        content = _read_bytes(message.body)
        if content is None:
            fix = "Send a CloudEvent as the bytes of the message."
            return None, Problem("InvalidBody", fix, "")
        return content, find_oversize(content) or decode_json(content)
    except Exception:
        logger.exception("message %s cannot be read", message.message_id)
        return None, _unreadable()


def _unreadable() -> Problem:
    fix = "The message cannot be parsed. Send a CloudEvent 1.0 as JSON, in structured mode."
    return Problem("UnreadableMessage", fix, "")


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
    client: DurableClient,
    command: Command,
    read_market: MarketReader,
    policy_file: Policy,
    sleep: Sleep,
) -> Accepted | Refused | NotFound:
    """Retries transient refusals, an unreachable task hub included."""
    result = await _try_to_start(client, command, read_market, policy_file)
    for _ in range(ATTEMPTS - 1):
        if not isinstance(result, Refused) or not result.is_passing:
            break
        await sleep(ATTEMPT_INTERVAL_SECONDS)
        result = await _try_to_start(client, command, read_market, policy_file)
    return result


async def _try_to_start(
    client: DurableClient, command: Command, read_market: MarketReader, policy_file: Policy
) -> Accepted | Refused | NotFound:
    try:
        return await decide_and_start(client, command, read_market, policy_file)
    except grpc.aio.AioRpcError as error:
        if error.code() not in UNREACHABLE:
            raise
        return Refused("TaskHubUnreachable", "The task hub does not respond.", is_passing=True)
