"""Makes of messages what the extension gives to functions: their bodies and trigger metadata."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from azure.functions.meta import Datum
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.amqp import AmqpMessageBodyType

type Metadata = dict[str, Datum]


def one_message(message: ServiceBusReceivedMessage) -> tuple[Datum, Metadata]:
    body = body_of(message)
    try:
        datum = Datum(body.decode(), "string")
    except UnicodeDecodeError:
        datum = Datum(body, "bytes")
    fields = _fields(message)
    return datum, {
        name: Datum(json.dumps(value), "json")
        for name, value in fields.items()
        if value is not None
    }


def many_messages(messages: Sequence[ServiceBusReceivedMessage]) -> tuple[Datum, Metadata]:
    bodies = SimpleNamespace(bytes=[body_of(message) for message in messages])
    all_fields = [_fields(message) for message in messages]
    return Datum(bodies, "collection_bytes"), {
        f"{name}Array": Datum(json.dumps([fields[name] for fields in all_fields]), "json")
        for name in all_fields[0]
    }


def body_of(message: ServiceBusReceivedMessage) -> bytes:
    body: Any = message.body
    if message.body_type == AmqpMessageBodyType.DATA:
        return b"".join(body)
    return body if isinstance(body, bytes) else str(body).encode()


def application_properties(message: ServiceBusReceivedMessage) -> dict[str, Any]:
    """The SDK gives texts as bytes; what is no text stays bytes."""
    given: dict[Any, Any] = dict(message.application_properties or {})
    return {str(_text(name)): _text(value) for name, value in given.items()}


def delivery_count(message: ServiceBusReceivedMessage) -> int:
    """Counts this delivery, too, as .NET does; on the wire are the failed ones before it."""
    return (message.delivery_count or 0) + 1


def _fields(message: ServiceBusReceivedMessage) -> dict[str, Any]:
    properties = {
        name: value if isinstance(value, str | int | float | bool) else str(value)
        for name, value in application_properties(message).items()
    }
    return {
        "ApplicationProperties": properties,
        "UserProperties": properties,
        "ContentType": message.content_type,
        "CorrelationId": message.correlation_id,
        "DeadLetterErrorDescription": message.dead_letter_error_description,
        "DeadLetterReason": message.dead_letter_reason,
        "DeadLetterSource": message.dead_letter_source,
        "DeliveryCount": delivery_count(message),
        "EnqueuedSequenceNumber": message.enqueued_sequence_number,
        "EnqueuedTimeUtc": _moment(message.enqueued_time_utc),
        "ExpiresAtUtc": _moment(message.expires_at_utc),
        "Label": message.subject,
        "LockedUntil": _moment(message.locked_until_utc),
        "LockToken": str(message.lock_token),
        "MessageId": message.message_id,
        "PartitionKey": message.partition_key,
        "ReplyTo": message.reply_to,
        "ReplyToSessionId": message.reply_to_session_id,
        "ScheduledEnqueueTimeUtc": _moment(message.scheduled_enqueue_time_utc),
        "SequenceNumber": message.sequence_number,
        "SessionId": message.session_id,
        "State": int(message.state),
        "Subject": message.subject,
        "TimeToLive": _duration(message.time_to_live),
        "To": message.to,
    }


def _text(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _duration(duration: timedelta | None) -> str | None:
    """`hh:mm:ss`; azure-functions reads no days, so what is longer than a day is left out."""
    if duration is None or duration >= timedelta(days=1):
        return None
    return str(timedelta(seconds=int(duration.total_seconds()))).zfill(8)
