"""A flood of messages, some poison, some twice, while the host is killed: each counts once.

`make flood` sends 500 messages for 50 environments; the test suite sends 30 for three.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusSubQueue

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.flood_plan import Story, interleave, plan_flood, to_json
from tests.support.documented_api import DocumentedApi

ENVIRONMENTS = int(os.environ.get("FLOOD_ENVIRONMENTS", "3"))
SEED = int(os.environ.get("FLOOD_SEED", "18"))
"""With three environments, this one has every kind of operation and three kinds of poison."""

TIMEOUT_SECONDS = 120.0 + 12.0 * ENVIRONMENTS
QUEUE = "provisioning-requests"
CREATION = "AKS create "


@pytest.fixture
def stories() -> list[Story]:
    return plan_flood(ENVIRONMENTS, SEED)


def test_every_good_message_counts_once_and_in_order_and_every_bad_one_says_why(
    own_stack: Stack, stories: list[Story]
):
    connection_string = own_stack.simulator["serviceBus"]
    with SimulatedAzure(own_stack.simulator_url, own_stack.ca_bundle) as azure:
        raise_quota(azure, 24 * ENVIRONMENTS)
        sender = start_sender(connection_string, to_json(interleave(stories, SEED)))
        try:
            for share in (0.3, 0.7):
                wait_until(lambda share=share: count_rejected(azure) >= share * ENVIRONMENTS)
                own_stack.restart_app()
                azure.delete("/_simulator/service-bus/connections").raise_for_status()
            assert sender.wait(TIMEOUT_SECONDS) == 0
        finally:
            sender.kill()
        with DocumentedApi(own_stack.app_url) as api:
            wait_until(lambda: is_queue_empty(azure) and have_all_ended(api, stories))
            for story in stories:
                assert_told(api, story)
        assert read_dead_letters(connection_string) == {
            message_id: reason for story in stories for message_id, reason in story.poison.items()
        }
        assert count_created_clusters(azure) == Counter(
            {story.name: story.kinds.count("provision") for story in stories}
        )


def raise_quota(azure: SimulatedAzure, vcpus: int) -> None:
    """Far more than all environments need at once: what the app keeps of Azure's usages for ten
    seconds is twenty minutes old in simulated time, and counts much of it twice."""
    for name in ("StandardNCADSA100v4Family", "standardDDSv5Family", "cores"):
        body = {"region": "westeurope", "name": name, "limit": 10 * vcpus}
        azure.put("/_simulator/quota", json=body).raise_for_status()


def start_sender(connection_string: str, messages: str) -> subprocess.Popen[str]:
    program = Path(__file__).with_name("flood_sender.py")
    sender = subprocess.Popen(
        [sys.executable, str(program), connection_string], stdin=subprocess.PIPE, text=True
    )
    assert sender.stdin
    sender.stdin.write(messages)
    sender.stdin.close()
    return sender


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + TIMEOUT_SECONDS
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.5)


def count_rejected(azure: SimulatedAzure) -> int:
    """Each environment has one message of poison, somewhere: a measure of how far the flood is."""
    return read_queue(azure)["deadLettered"]


def count_created_clusters(azure: SimulatedAzure) -> Counter[str]:
    """By environment: every creation took its time, and the simulator remembers each."""
    names = [delay.name for delay in azure.get_delays()]
    made = [name.rpartition(" ")[2] for name in names if name.startswith(CREATION)]
    return Counter(name.removeprefix("gp-").rpartition("-")[0] for name in made)


def is_queue_empty(azure: SimulatedAzure) -> bool:
    return read_queue(azure)["active"] == 0


def read_queue(azure: SimulatedAzure) -> dict[str, Any]:
    queues = azure.get("/_simulator/service-bus").json()["queues"]
    return next(each for each in queues if each["name"] == QUEUE)


def have_all_ended(api: Api, stories: list[Story]) -> bool:
    last = [f"{story.name}.{len(story.kinds)}" for story in stories]
    return all(api.get_operation(operation_id)["status"] in ENDED for operation_id in last)


ENDED = {"Succeeded", "Failed", "Canceled"}


def read_operations(api: Api, story: Story) -> list[dict[str, Any]]:
    numbers = range(1, len(story.kinds) + 1)
    return [api.get_operation(f"{story.name}.{number}") for number in numbers]


def assert_told(api: Api, story: Story) -> None:
    """One operation for each good message, in order, one after the other, and no more."""
    operations = read_operations(api, story)
    assert [operation["kind"] for operation in operations] == story.kinds
    assert {operation["status"] for operation in operations} == {"Succeeded"}, operations
    for earlier, later in pairwise(operations):
        assert earlier["lastActionDateTime"] <= later["createdDateTime"]
    assert api.get(f"/operations/{story.name}.{len(operations) + 1}").status_code == 404


def read_dead_letters(connection_string: str) -> dict[str, str]:
    with (
        ServiceBusClient.from_connection_string(connection_string) as client,
        client.get_queue_receiver(QUEUE, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver,
    ):
        found: dict[str, str] = {}
        number = 1
        while messages := receiver.peek_messages(250, sequence_number=number):
            found |= {str(m.message_id): str(m.dead_letter_reason) for m in messages}
            number = (messages[-1].sequence_number or 0) + 1
        return found
