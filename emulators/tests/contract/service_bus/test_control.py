"""The broker inside the simulator's process, and its control API."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from emulators.azure.__main__ import _parser
from emulators.tests.support.simulator import Control, simulator_in_process
from emulators.tests.support.tls import client_context


@pytest.fixture
async def control(tmp_path: Path) -> AsyncIterator[Control]:
    async with simulator_in_process(tmp_path) as (_, address):
        connector = aiohttp.TCPConnector(ssl=client_context(address.ca_bundle))
        async with aiohttp.ClientSession(connector=connector) as session:
            yield Control(session, address)


@pytest.fixture
async def client(control: Control, tmp_path: Path) -> AsyncIterator[ServiceBusClient]:
    connection_string = json.loads((tmp_path / "simulator.json").read_text())["serviceBus"]
    async with ServiceBusClient.from_connection_string(
        connection_string, retry_backoff_factor=0.01
    ) as client:
        yield client


async def requests(control: Control) -> dict[str, Any]:
    (queue,) = (await control.call("GET", "/service-bus"))["queues"]
    return queue


async def test_the_default_entities_are_those_of_the_product(control: Control) -> None:
    found = await control.call("GET", "/service-bus")
    (queue,), (topic,) = found["queues"], found["topics"]
    assert queue["name"] == "provisioning-requests"
    assert queue["requiresSession"] is True
    assert queue["duplicateDetectionHistoryTimeWindowSeconds"] == 600
    assert topic["name"] == "environment-events"
    assert [each["name"] for each in topic["subscriptions"]] == ["all"]
    assert (await control.state())["serviceBus"] == found


async def test_messages_are_counted_and_a_reset_forgets_them(
    control: Control, client: ServiceBusClient
) -> None:
    async with client.get_queue_sender("provisioning-requests") as sender:
        await sender.send_messages(ServiceBusMessage("one", session_id="a"))
        assert (await requests(control))["active"] == 1
        await control.call("POST", "/reset")
        assert (await requests(control))["active"] == 0
        await sender.send_messages(ServiceBusMessage("two", session_id="a"))
    assert (await requests(control))["active"] == 1


async def test_a_lock_is_long_enough_for_a_client_in_real_time(
    control: Control, client: ServiceBusClient
) -> None:
    async with client.get_queue_sender("provisioning-requests") as sender:
        await sender.send_messages(ServiceBusMessage("one", session_id="a"))
    async with client.get_queue_receiver("provisioning-requests", session_id="a") as receiver:
        (message,) = await receiver.receive_messages(1, max_wait_time=2)
        assert (await requests(control))["lockedSessions"] == ["a"]
        await receiver.complete_message(message)
    assert (await requests(control))["lockedSessions"] == []


async def test_entities_can_be_added_and_changed(
    control: Control, client: ServiceBusClient
) -> None:
    body = {
        "queues": [{"name": "extra", "maxDeliveryCount": 3}],
        "topics": [{"name": "environment-events", "subscriptions": [{"name": "audit"}]}],
    }
    found = await control.call("PUT", "/service-bus/entities", body)
    assert [each["name"] for each in found["queues"]] == ["provisioning-requests", "extra"]
    (topic,) = found["topics"]
    assert [each["name"] for each in topic["subscriptions"]] == ["all", "audit"]
    async with client.get_topic_sender("environment-events") as sender:
        await sender.send_messages(ServiceBusMessage("event"))
    (topic,) = (await control.call("GET", "/service-bus"))["topics"]
    assert [each["active"] for each in topic["subscriptions"]] == [1, 1]


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("entities", {"queues": {}}, "queues must be an array."),
        ("entities", {"queues": [{}]}, "name is required."),
        ("entities", {"queues": [{"name": "a", "lock": 1}]}, "lock is not known in a queue."),
        ("entities", {"queues": [{"name": "a", "status": "Odd"}]}, "status must be one of"),
        (
            "entities",
            {"queues": [{"name": "provisioning-requests"}]},
            "requiresSession of provisioning-requests cannot be changed.",
        ),
        ("entities", {"queues": [{"name": "environment-events"}]}, "is a topic."),
        ("faults", {"operation": "sing"}, "operation must be one of"),
    ],
)
async def test_bad_input_is_explained(
    control: Control, path: str, body: dict[str, Any], message: str
) -> None:
    method = "PUT" if path == "entities" else "POST"
    answer = await control.call(method, f"/service-bus/{path}", body, expected=400)
    assert message in answer["error"]["message"]


async def test_faults_are_set_and_removed_and_connections_broken(
    control: Control, client: ServiceBusClient
) -> None:
    fault = await control.call("POST", "/service-bus/faults", {"operation": "send", "count": 1})
    assert fault["condition"] == "com.microsoft:server-busy"
    assert await control.call("GET", "/service-bus/faults") == [fault]
    await control.call("DELETE", "/service-bus/faults")
    assert await control.call("GET", "/service-bus/faults") == []
    async with client.get_queue_sender("provisioning-requests") as sender:
        assert (await control.call("GET", "/service-bus"))["connections"] == 1
        await control.call("DELETE", "/service-bus/connections")
        await sender.send_messages(ServiceBusMessage("one", session_id="a"))


def test_a_process_takes_its_entities_from_a_file(tmp_path: Path) -> None:
    entities = tmp_path / "entities.json"
    entities.write_text(json.dumps({"queues": [{"name": "mine"}]}))
    running = _parser().parse_args(
        ["--work-dir", str(tmp_path), "--service-bus-entities", str(entities)]
    )
    assert [each.name for each in running.service_bus_entities.queues] == ["mine"]
    assert running.service_bus_entities.topics == ()


def test_a_file_of_entities_must_be_readable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entities = tmp_path / "entities.json"
    entities.write_text(json.dumps({"queues": 7}))
    with pytest.raises(SystemExit):
        _parser().parse_args(["--work-dir", ".", "--service-bus-entities", str(entities)])
    assert "queues must be an array" in capsys.readouterr().err
