"""`make send`: sends a message to the queue `provisioning-requests`, as another system would."""

import argparse
import json
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from azure.servicebus import (
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceivedMessage,
    ServiceBusSubQueue,
)

from emulators.stack.up import STACK_FILE

QUEUE = "provisioning-requests"
POLLS = 15
POLL_SECONDS = 0.2
DEAD_LETTERS_PER_POLL = 250


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "file", type=Path, help="file with a CloudEvent in JSON; id and source may be omitted"
    )
    file: Path = parser.parse_args().file
    if not STACK_FILE.exists():
        print("No stack is running: start one with `make up`.", file=sys.stderr)
        return 1
    stack = json.loads(STACK_FILE.read_text())
    try:
        message = build_message(json.loads(file.read_text()))
    except (OSError, ValueError, LookupError, TypeError) as error:
        print(f"{file} is not a CloudEvent with a name in its data: {error!r}", file=sys.stderr)
        return 1
    with ServiceBusClient.from_connection_string(stack["serviceBus"]) as client:
        return _send(client, message, stack["functionApp"])


def build_message(event: Mapping[str, Any]) -> ServiceBusMessage:
    """Session id: the environment's name. Message id: the event's id, which reveals duplicates."""
    complete = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": "/gridplane/send",
        **event,
    }
    return ServiceBusMessage(
        json.dumps(complete),
        session_id=complete["data"]["name"],
        message_id=complete["id"],
        content_type="application/cloudevents+json",
    )


def _send(client: ServiceBusClient, message: ServiceBusMessage, app_url: str) -> int:
    with client.get_queue_sender(QUEUE) as sender:
        sender.send_messages(message)
    print(f"Sent {message.message_id} in session {message.session_id}.")
    if dead := _find_dead_letter(client, message):
        print(f"Rejected: {dead.dead_letter_reason}\n{dead.dead_letter_error_description}")
        return 1
    print(f"Not rejected. To see its effect: curl -s {app_url}/environments/{message.session_id}")
    return 0


def _find_dead_letter(
    client: ServiceBusClient, message: ServiceBusMessage
) -> ServiceBusReceivedMessage | None:
    """None if it is not rejected within 3 s; one that waits in its session may be later."""
    dead_letters = client.get_queue_receiver(QUEUE, sub_queue=ServiceBusSubQueue.DEAD_LETTER)
    with dead_letters:
        for _ in range(POLLS):
            time.sleep(POLL_SECONDS)
            for dead in dead_letters.peek_messages(DEAD_LETTERS_PER_POLL, sequence_number=1):
                if dead.message_id == message.message_id:
                    return dead
    return None


if __name__ == "__main__":
    sys.exit(main())
