"""A program that knows nothing but azure-servicebus: sends what it reads, in the order given.

`python flood_sender.py CONNECTION_STRING < messages.json`
"""

import json
import sys
import time

from azure.servicebus import ServiceBusClient, ServiceBusMessage
from azure.servicebus.exceptions import ServiceBusError

PACE_SECONDS = 0.02
"""So that the flood goes on while things break."""


def main() -> None:
    client = ServiceBusClient.from_connection_string(sys.argv[1])
    with client, client.get_queue_sender("provisioning-requests") as sender:
        for message_id, session_id, body in json.load(sys.stdin):
            message = ServiceBusMessage(body, message_id=message_id, session_id=session_id)
            while True:
                try:
                    sender.send_messages(message)
                    break
                except ServiceBusError as error:
                    print(f"{message_id}: {error}", file=sys.stderr)
                    time.sleep(0.5)
            time.sleep(PACE_SECONDS)


if __name__ == "__main__":
    main()
