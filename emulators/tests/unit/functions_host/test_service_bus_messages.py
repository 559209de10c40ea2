"""What functions see of a message, through the converters that the worker in Azure uses."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import azure.functions as func
import azurefunctions.extensions.bindings.servicebus as servicebus
import pytest
import uamqp
from azure.servicebus import ServiceBusReceivedMessage
from uamqp.message import MessageHeader, MessageProperties
from uamqp.types import AMQPLong, AMQPSymbol

from emulators.functions_host import deferred_bindings
from emulators.functions_host.invocation import decode
from emulators.functions_host.service_bus.model_binding_data import many_models, one_model
from emulators.functions_host.service_bus.plain_messages import many_messages, one_message

TOKEN = UUID("fc53a15f-dd66-494f-825d-ee1b7c343cfb")
ENQUEUED = datetime(2026, 11, 22, 10, 0, 0, 250000, tzinfo=UTC)


def received(body: bytes = b'{"a": 1}', **properties: Any) -> ServiceBusReceivedMessage:
    header = MessageHeader()
    header.delivery_count = 2
    written = uamqp.Message(
        body=body,
        header=header,
        properties=MessageProperties(
            **{"message_id": "m1", "group_id": "s1", "content_type": "text/json", **properties}
        ),
        application_properties={"text": "t", "number": 5, "ratio": 0.5, "flag": True},
        annotations={
            AMQPSymbol(b"x-opt-sequence-number"): AMQPLong(12),
            AMQPSymbol(b"x-opt-enqueued-time"): ENQUEUED,
            AMQPSymbol(b"x-opt-locked-until"): ENQUEUED,
        },
        delivery_annotations={AMQPSymbol(b"x-opt-lock-token"): TOKEN},
    )
    return ServiceBusReceivedMessage.from_bytes(bytes(written.encode_message()))


def test_a_plain_message() -> None:
    datum, metadata = one_message(received(subject="sub", correlation_id="c1"))

    message: Any = decode("serviceBusTrigger", datum, metadata)

    assert isinstance(message, func.ServiceBusMessage)
    assert message.get_body() == b'{"a": 1}'
    assert (message.message_id, message.session_id, message.correlation_id) == ("m1", "s1", "c1")
    assert (message.subject, message.label, message.content_type) == ("sub", "sub", "text/json")
    assert message.delivery_count == 3
    assert message.sequence_number == 12
    assert message.enqueued_time_utc == ENQUEUED
    assert message.lock_token == str(TOKEN)
    properties = {"text": "t", "number": 5, "ratio": 0.5, "flag": True}
    assert message.application_properties == message.user_properties == properties


def test_a_body_that_is_no_text_stays_bytes() -> None:
    datum, metadata = one_message(received(b"\xff\x00"))

    assert decode("serviceBusTrigger", datum, metadata).get_body() == b"\xff\x00"
    assert datum.type == "bytes"


def test_many_plain_messages() -> None:
    datum, metadata = many_messages([received(b"1"), received(b"2", message_id="m2")])

    messages: Any = decode("serviceBusTrigger", datum, metadata)

    assert [message.get_body() for message in messages] == [b"1", b"2"]
    assert [message.message_id for message in messages] == ["m1", "m2"]
    assert messages[1].application_properties["text"] == "t"


@pytest.mark.parametrize("many", [False, True])
def test_a_message_of_the_sdks_type(many: bool) -> None:
    given = received(b"\xffbody", reply_to="r")

    decoded: Any = deferred_bindings.decode(
        "serviceBusTrigger",
        many_models([given]) if many else one_model(given),
        {},
        servicebus.ServiceBusReceivedMessage,
    )
    message = decoded[0] if many else decoded

    assert isinstance(message, ServiceBusReceivedMessage)
    assert b"".join(message.body) == b"\xffbody"
    assert (message.message_id, message.session_id, message.reply_to) == ("m1", "s1", "r")
    assert message.lock_token == TOKEN
    assert message.sequence_number == 12
    assert message.enqueued_time_utc == ENQUEUED
    properties: Any = message.application_properties
    assert properties == {b"text": b"t", b"number": 5, b"ratio": 0.5, b"flag": True}


def test_the_extension_drops_the_delivery_count_of_the_sdks_type() -> None:
    """Should a later version keep it, functions may rely on it and this can go."""
    message: Any = deferred_bindings.decode(
        "serviceBusTrigger", one_model(received()), {}, servicebus.ServiceBusReceivedMessage
    )

    assert message.delivery_count is None
