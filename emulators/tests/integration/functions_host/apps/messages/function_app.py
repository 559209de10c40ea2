"""Triggers of Service Bus in each form; every function notes what it was given."""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any, List  # noqa: UP035

import azure.functions as func
import azurefunctions.extensions.bindings.servicebus as servicebus

app = func.FunctionApp()
NOTES = Path(os.environ["NOTES"])
CONNECTION = "MessageBus"


def note(kind: str, **values: Any) -> None:
    with (NOTES / kind).open("a") as file:
        print(json.dumps(values), file=file)


@app.service_bus_queue_trigger(
    arg_name="message", queue_name="%PLAIN_QUEUE%", connection=CONNECTION
)
def plain(message: func.ServiceBusMessage) -> None:
    note(
        "plain",
        body=message.get_body().decode(),
        id=message.message_id,
        count=message.delivery_count,
        properties=message.application_properties,
        subject=message.subject,
        has_time=message.enqueued_time_utc is not None,
    )
    if message.get_body() == b"bad":
        raise ValueError("refused")
    if message.get_body() == b"slow":
        (NOTES / "started").touch()
        while not (NOTES / "go").exists():
            time.sleep(0.02)
        note("slow", count=message.delivery_count)


@app.service_bus_queue_trigger(
    arg_name="message", queue_name="ordered", connection=CONNECTION, is_sessions_enabled=True
)
async def ordered(message: func.ServiceBusMessage) -> None:
    number = int(message.get_body())
    note("ordered", session=message.session_id, number=number, event="begin")
    await asyncio.sleep(0.05)
    while message.session_id == "held" and not (NOTES / "go").exists():
        await asyncio.sleep(0.02)
    note("ordered", session=message.session_id, number=number, event="end")


def give_back(
    message: servicebus.ServiceBusReceivedMessage,
    actions: servicebus.ServiceBusMessageActions,
    times: int,
) -> None:
    """Let go of its session so many times, then complete it."""
    given_back = NOTES / "given back"
    count = len(given_back.read_text()) if given_back.exists() else 0
    given_back.write_text("x" * (count + 1))
    if count < times:
        actions.release_session(message.session_id or "")
    else:
        actions.complete(message)


@app.service_bus_queue_trigger(
    arg_name="message",
    queue_name="settled",
    connection=CONNECTION,
    is_sessions_enabled=True,
    auto_complete_messages=False,
)
def settled(
    message: servicebus.ServiceBusReceivedMessage, actions: servicebus.ServiceBusMessageActions
) -> None:
    body = b"".join(message.body).decode()
    properties: dict[Any, Any] = dict(message.application_properties or {})
    note(
        "settled",
        body=body,
        id=message.message_id,
        session=message.session_id,
        properties={name.decode(): value.decode() for name, value in properties.items()},
        sequence_number=message.sequence_number,
    )
    match body:
        case "complete":
            actions.complete(message)
        case "reject":
            actions.deadletter(message, "InvalidSpec", "The region is not known.")
        case "abandon":
            actions.abandon(message)
        case "release":
            give_back(message, actions, times=5)
        case "fail":
            raise ValueError("before settling")
        case "twice":
            actions.complete(message)
            try:
                actions.complete(message)
            except Exception as error:
                note("twice", error=str(error))
        case _:
            pass


@app.service_bus_queue_trigger(
    arg_name="message", queue_name="blocking", connection=CONNECTION, auto_complete_messages=False
)
async def blocking(
    message: servicebus.ServiceBusReceivedMessage,
    actions: servicebus.ServiceBusMessageActions,
    context: func.Context,
) -> None:
    """An async function whose call of the client blocks the loop it runs on."""
    actions.deadletter(message, "Blocked", context.function_name)


@app.service_bus_topic_trigger(
    arg_name="text", topic_name="events", subscription_name="all", connection=CONNECTION
)
def topic(text: str) -> None:
    note("topic", text=text)


@app.service_bus_queue_trigger(
    arg_name="messages",
    queue_name="batches",
    connection=CONNECTION,
    cardinality=func.Cardinality.MANY,
)
def batches(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006
    note("batches", bodies=[message.get_body().decode() for message in messages])


@app.service_bus_queue_trigger(
    arg_name="message", queue_name="nowhere", connection="MissingConnection"
)
def unconnected(message: func.ServiceBusMessage) -> None: ...
