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
from functools import partial
from typing import Any, Protocol

import grpc

from domain.api_errors import summarise_problems
from domain.arm.merge_existing import as_mapping
from domain.audit.record import AuditDecision
from domain.environment.call_stamp import CallStamp
from domain.environment.operation import OperationKind
from domain.guard.market import MarketReader
from domain.guard.policy.access import read_access_rules
from domain.guard.policy.in_force import PolicyReader, narrow, read_no_policy
from domain.problem import Problem
from domain.requests.command import Command
from domain.requests.decision import Foreign, NotFound, Refused, environment_not_found
from domain.requests.queue_messages import MessageProperties, parse_message
from domain.requests.scopes import COST_CENTER_NOT_ALLOWED, AccessRules
from domain.spec.model import is_environment_name
from domain.spec.model_versions import RegisteredModel
from domain.spec.policy import SpecPolicy
from triggers.auditing import write_record
from triggers.bodies import decode_json, find_oversize, read_message_bytes
from triggers.call_stamps import stamp_message
from triggers.errors import POLICY_UNAVAILABLE
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
        await self._deadletter(*summarise_problems(list(problems)))

    async def refuse(self, refusal: Refused) -> None:
        """In the words of a response."""
        words = (refusal.message, *(each.message for each in refusal.details))
        await self._deadletter(refusal.code, "\n".join(words))

    async def _deadletter(self, code: str, description: str) -> None:
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
        await _wait(message, settlement, POLICY_UNAVAILABLE)
        return
    content, document = _decode(message)
    stamp = stamp_message(message, content or b"", document, datetime.now(UTC))
    delivery = Delivery(message, settlement, client, stamp)
    rules, narrowed = read_access_rules(policy_file), narrow(policy, policy_file)
    named = as_mapping(document).get("data")
    model = await _retry(partial(find_named_model, client, named), sleep)
    if isinstance(model, Refused):
        await _wait(message, settlement, model.code)
        return
    command = _read_command(message, document, narrowed, rules, model)
    if not isinstance(command, Command):
        await delivery.reject(command)
        return
    command = replace(command, caller=command.caller.model_copy(update={"stamp": stamp}))
    attempt = partial(decide_and_start, client, command, read_market, narrowed, policy_file)
    await _settle(delivery, command, await _retry(attempt, sleep))


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
        case Refused(is_passing=False) as refusal:
            await delivery.refuse(refusal)
        case Refused(code, _):
            await _wait(delivery.message, delivery.settlement, code)


def _foreign_environment(name: str) -> Problem:
    message = f"Environment '{name}' is of a cost center that takes no messages of this sender."
    return Problem(COST_CENTER_NOT_ALLOWED, message, "source")


def _read_command(
    message: Message,
    document: object,
    policy: SpecPolicy,
    rules: AccessRules,
    model: RegisteredModel | None,
) -> Command | list[Problem]:
    """An exception while parsing is a problem of the message: another delivery raises it again."""
    if isinstance(document, Problem):
        return [document]
    properties = MessageProperties(message.session_id, message.message_id)
    try:
        return parse_message(document, properties, policy, datetime.now(UTC), rules, model)
    except Exception:
        logger.exception("message %s cannot be parsed", message.message_id)
        return [_unreadable()]


def _decode(message: Message) -> tuple[bytes | None, object | Problem]:
    """The bytes of the message and what they say."""
    try:
        content = read_message_bytes(message.body)
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
