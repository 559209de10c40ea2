"""Commands by message, while the task hub is away and after it has come back."""

import json
import time
from typing import Any

from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSubQueue

from emulators.stack.api import SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.stories import TIMEOUT_SECONDS, creations, finish
from tests.support.documented_api import DocumentedApi
from tests.support.messages import cloud_event
from tests.support.specs import spec_body

NAME = "by-message"
QUEUE = "provisioning-requests"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def send(stack: Stack, *events: dict[str, Any]) -> None:
    with (
        ServiceBusClient.from_connection_string(stack.simulator["serviceBus"]) as client,
        client.get_queue_sender(QUEUE) as sender,
    ):
        for event in events:
            body, message_id = json.dumps(event), event["id"]
            sender.send_messages(ServiceBusMessage(body, session_id=NAME, message_id=message_id))


def read_queue(azure: SimulatedAzure) -> dict[str, Any]:
    queues = azure.get("/_simulator/service-bus").json()["queues"]
    return next(queue for queue in queues if queue["name"] == QUEUE)


def wait_until_taken(azure: SimulatedAzure) -> None:
    end = time.monotonic() + TIMEOUT_SECONDS
    while read_queue(azure)["active"]:
        assert time.monotonic() < end
        time.sleep(0.2)


def test_messages_wait_for_the_task_hub_and_then_do_what_rest_would_do(own_stack: Stack):
    changed = spec_body(name=NAME, costCenter="ML-9")
    wrong = spec_body(name=NAME, regions=["swedencentral"])
    with (
        SimulatedAzure(own_stack.simulator_url, own_stack.ca_bundle) as azure,
        DocumentedApi(own_stack.app_url) as api,
    ):
        own_stack.processes["task-hub"].kill()
        send(own_stack, cloud_event("provision", spec_body(name=NAME), id="m1", traceparent=TRACE))
        time.sleep(3.0)
        assert read_queue(azure)["active"] == 1, "not completed, and not set aside"
        own_stack.start_task_hub()
        wait_until_taken(azure)
        assert finish(api, f"{NAME}.1")["status"] == "Succeeded"
        assert set(creations(azure, NAME).values()) == {1}

        send(
            own_stack,
            cloud_event("update", changed, id="m2"),
            cloud_event("update", wrong, id="m3"),
            cloud_event("delete", {"name": NAME}, id="m4"),
        )
        wait_until_taken(azure)
        assert finish(api, f"{NAME}.2")["kind"] == "update"
        assert finish(api, f"{NAME}.3")["kind"] == "delete"
        assert api.get(f"/environments/{NAME}").status_code == 404
        with (
            ServiceBusClient.from_connection_string(own_stack.simulator["serviceBus"]) as client,
            client.get_queue_receiver(QUEUE, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as dead,
        ):
            (message,) = dead.peek_messages(10)
    assert (message.message_id, message.dead_letter_reason) == ("m3", "FieldCannotBeChanged")
    assert str(message.dead_letter_error_description).startswith("regions cannot be changed")
