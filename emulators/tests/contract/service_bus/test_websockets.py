"""The real SDK with AMQP over WebSockets, by a custom endpoint as behind a gateway."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from azure.identity.aio import ManagedIdentityCredential
from azure.servicebus import ServiceBusMessage, TransportType
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import ServiceBusAuthorizationError

from emulators.azure.process import RunningSimulator
from emulators.azure.service_bus.websocket import PATH
from emulators.tests.contract.service_bus.conftest import receive
from emulators.tests.support.simulator import eventually, simulator_in_process
from emulators.tests.support.tls import client_context

QUEUE = "provisioning-requests"
TOPIC = "environment-events"


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[RunningSimulator]:
    async with simulator_in_process(tmp_path) as (running, _):
        yield running


@pytest.fixture
def ready(running: RunningSimulator, tmp_path: Path) -> dict[str, Any]:
    return json.loads((tmp_path / "simulator.json").read_text())


def options(ready: dict[str, Any]) -> dict[str, Any]:
    return {
        "transport_type": TransportType.AmqpOverWebsocket,
        "custom_endpoint_address": ready["url"].replace("https://", "sb://"),
        "connection_verify": ready["caBundle"],
        "retry_total": 0,
    }


@pytest.fixture
async def client(ready: dict[str, Any]) -> AsyncIterator[ServiceBusClient]:
    text = ready["serviceBus"].replace("UseDevelopmentEmulator=true;", "")
    async with ServiceBusClient.from_connection_string(text, **options(ready)) as client:
        yield client


async def test_messages_are_sent_received_and_settled(
    client: ServiceBusClient, running: RunningSimulator
) -> None:
    bodies = ["small", "large" * 30_000]
    async with client.get_queue_sender(QUEUE) as sender:
        for body in bodies:
            await sender.send_messages(ServiceBusMessage(body, session_id="a"))
        assert running.simulator.service_bus.wire()["connections"] == 1
    async with client.get_queue_receiver(QUEUE, session_id="a") as receiver:
        messages = await receive(receiver, 2)
        for message in messages:
            await receiver.complete_message(message)
        assert await receiver.peek_messages(sequence_number=1) == []
    assert [str(message) for message in messages] == bodies
    await eventually(lambda: running.simulator.service_bus.wire()["connections"] == 0)


async def test_an_identity_needs_its_role(
    ready: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", ready["identityEndpoint"])
    monkeypatch.setenv("IDENTITY_HEADER", ready["identityHeader"])
    name = "sb-mine.servicebus.windows.net"
    async with (
        ManagedIdentityCredential(connection_verify=ready["caBundle"]) as credential,
        ServiceBusClient(name, credential, **options(ready)) as client,
    ):
        async with client.get_topic_sender(TOPIC) as sender:
            await sender.send_messages(ServiceBusMessage("news"))
        with pytest.raises(ServiceBusAuthorizationError, match="'Send' claim"):
            await client.get_queue_sender(QUEUE).send_messages(ServiceBusMessage("x"))


async def test_many_messages_are_waited_for(
    client: ServiceBusClient, running: RunningSimulator
) -> None:
    """More than may wait to be written at once."""
    count, body = 30, "x" * 60_000
    async with client.get_queue_sender(QUEUE) as sender:
        for _ in range(count):
            await sender.send_messages(ServiceBusMessage(body, session_id="a"))
    async with client.get_queue_receiver(QUEUE, session_id="a", prefetch_count=100) as receiver:
        messages = await receive(receiver, count)
    assert {len(str(message)) for message in messages} == {len(body)}


@pytest.fixture
async def forgotten(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The SDK forgets to close the HTTP sessions of connections that break, and aiohttp the
    response of a WebSocket whose server goes away while it is read."""
    make = aiohttp.ClientSession
    sessions, responses = list[aiohttp.ClientSession](), list[aiohttp.ClientResponse]()

    class RecordedResponse(aiohttp.ClientResponse):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            responses.append(self)

    def record(**options: Any) -> aiohttp.ClientSession:
        sessions.append(make(response_class=RecordedResponse, **options))
        return sessions[-1]

    monkeypatch.setattr(aiohttp, "ClientSession", record)
    yield
    for response in responses:
        response.close()
    for session in sessions:
        await session.close()


@pytest.mark.usefixtures("forgotten")
async def test_a_broken_connection_is_opened_anew(
    ready: dict[str, Any], running: RunningSimulator
) -> None:
    text = ready["serviceBus"].replace("UseDevelopmentEmulator=true;", "")
    patient = {**options(ready), "retry_total": 3, "retry_backoff_factor": 0.01}
    async with (
        ServiceBusClient.from_connection_string(text, **patient) as client,
        client.get_topic_sender(TOPIC) as sender,
    ):
        await sender.send_messages(ServiceBusMessage("one"))
        running.simulator.service_bus.drop_connections()
        await sender.send_messages(ServiceBusMessage("two"))
    (topic,) = running.simulator.service_bus.wire()["topics"]
    assert topic["subscriptions"][0]["active"] == 2


@pytest.mark.parametrize("offered", ["amqp", "AMQPWSB10"])
async def test_both_names_of_the_protocol_are_known(ready: dict[str, Any], offered: str) -> None:
    connector = aiohttp.TCPConnector(ssl=client_context(ready["caBundle"]))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.ws_connect(ready["url"] + PATH, protocols=["other", offered]) as socket,
    ):
        assert socket.protocol == offered
        await socket.send_bytes(b"AMQP\x03\x01\x00\x00")
        assert (await socket.receive_bytes()).startswith(b"AMQP\x03\x01\x00\x00")


async def test_what_is_no_websocket_is_refused(ready: dict[str, Any]) -> None:
    connector = aiohttp.TCPConnector(ssl=client_context(ready["caBundle"]))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.get(ready["url"] + PATH) as answer,
    ):
        assert answer.status == 400
