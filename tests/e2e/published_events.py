"""What a consumer of the events topic hears of one environment."""

import json
import time
from typing import Any

from azure.servicebus import ServiceBusClient, ServiceBusReceivedMessage

from emulators.stack.stack import Stack

TIMEOUT_SECONDS = 60.0
PAGE = 250


def await_events(stack: Stack, name: str, *ids: str) -> list[dict[str, Any]]:
    """The environment's events in the order in which they came, once all of `ids` are there."""
    end = time.monotonic() + TIMEOUT_SECONDS
    with (
        ServiceBusClient.from_connection_string(stack.simulator["serviceBus"]) as client,
        client.get_subscription_receiver("environment-events", "all") as receiver,
    ):
        found: list[dict[str, Any]] = []
        next_number = 1
        while not set(ids) <= {event["id"] for event in found}:
            assert time.monotonic() < end, [event["id"] for event in found]
            messages = receiver.peek_messages(PAGE, sequence_number=next_number)
            found += [event for message in messages if (event := _of(message, name))]
            if messages:
                next_number = (messages[-1].sequence_number or 0) + 1
            else:
                time.sleep(0.1)
        return found


def _of(message: ServiceBusReceivedMessage, name: str) -> dict[str, Any] | None:
    if message.subject != f"/environments/{name}":
        return None
    event = json.loads(str(message))
    assert message.message_id == event["id"]
    return event
