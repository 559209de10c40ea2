"""Makes of a message the bytes from which the binding extension builds its SDK type."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from azure.functions.meta import Datum
from azure.servicebus import ServiceBusReceivedMessage

from emulators.functions_host.service_bus.amqp_values import (
    Symbol,
    UnsignedInt,
    amqp_list,
    amqp_map,
    amqp_value,
    described,
)
from emulators.functions_host.service_bus.plain_messages import (
    application_properties,
    body_of,
    delivery_count,
)


@dataclass(frozen=True, slots=True)
class ModelBindingData:
    """Has the shape of the worker protocol's message of that name."""

    content: bytes
    version: str = "1.0"
    source: str = "AzureServiceBusReceivedMessage"
    content_type: str = "application/octet-stream"


def one_model(message: ServiceBusReceivedMessage) -> Datum:
    return Datum(_model(message), "model_binding_data")


def many_models(messages: Sequence[ServiceBusReceivedMessage]) -> Datum:
    models = [_model(message) for message in messages]
    return Datum(SimpleNamespace(model_binding_data=models), "collection_model_binding_data")


def _model(message: ServiceBusReceivedMessage) -> ModelBindingData:
    """The lock token, then the message; the extension cuts it where the token's key ends.

    So it never sees the header before that: its messages know no delivery count and no time to
    live, neither here nor in Azure (azurefunctions-extensions-bindings-servicebus 1.0.0b2).
    """
    token: Any = message.lock_token
    return ModelBindingData(token.bytes_le + _encoded(message))


def _encoded(message: ServiceBusReceivedMessage) -> bytes:
    return b"".join(
        (
            described(0x70, _header(message)),
            described(0x71, amqp_map({Symbol("x-opt-lock-token"): message.lock_token})),
            described(0x72, _annotations(message)),
            described(0x73, _properties(message)),
            described(0x74, amqp_map(application_properties(message))),
            described(0x75, amqp_value(body_of(message))),
        )
    )


def _header(message: ServiceBusReceivedMessage) -> bytes:
    ttl = message.time_to_live
    milliseconds = None if ttl is None else min(int(ttl.total_seconds() * 1000), 2**32 - 1)
    return amqp_list(
        (
            None,
            None,
            None if milliseconds is None else UnsignedInt(milliseconds),
            None,
            UnsignedInt(delivery_count(message)),
        )
    )


def _annotations(message: ServiceBusReceivedMessage) -> bytes:
    values = {
        "x-opt-enqueued-time": message.enqueued_time_utc,
        "x-opt-sequence-number": message.sequence_number,
        "x-opt-locked-until": message.locked_until_utc,
        "x-opt-partition-key": message.partition_key,
        "x-opt-enqueue-sequence-number": message.enqueued_sequence_number,
        "x-opt-deadletter-source": message.dead_letter_source,
        "x-opt-message-state": int(message.state),
    }
    return amqp_map({Symbol(name): value for name, value in values.items() if value is not None})


def _properties(message: ServiceBusReceivedMessage) -> bytes:
    content_type = message.content_type
    return amqp_list(
        (
            message.message_id,
            None,
            message.to,
            message.subject,
            message.reply_to,
            message.correlation_id,
            None if content_type is None else Symbol(content_type),
            None,
            message.expires_at_utc,
            message.enqueued_time_utc,
            message.session_id,
            None,
            message.reply_to_session_id,
        )
    )
