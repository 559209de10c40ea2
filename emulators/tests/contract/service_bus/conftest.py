"""The real Service Bus SDK against a broker in the test's event loop, and time that jumps."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage
from azure.servicebus._pyamqp.aio import (
    _client_async,
    _connection_async,
    _session_async,
    _transport_async,
)
from azure.servicebus.aio import (
    ServiceBusClient,
    ServiceBusReceiver,
    _servicebus_receiver_async,
    _servicebus_sender_async,
)

from emulators.azure.clock import Clock
from emulators.azure.service_bus.broker import Broker
from emulators.azure.service_bus.settings import Entities, QueueSettings, TopicSettings

ENTITIES = Entities(
    queues=(
        QueueSettings("jobs", max_delivery_count=2, dead_letters_expired=True),
        QueueSettings("orders", requires_session=True, max_delivery_count=2),
        QueueSettings("unique", duplicate_window_seconds=600),
    ),
    topics=(
        TopicSettings("events", subscriptions=(QueueSettings("all"), QueueSettings("audit"))),
    ),
)


class ServiceBus:
    """A broker, a client of it, and what tests do all the time."""

    def __init__(self, broker: Broker, clock: Clock, client: ServiceBusClient) -> None:
        self.broker = broker
        self.clock = clock
        self.client = client

    def pass_time(self, seconds: float) -> None:
        self.clock.advance_to(self.clock.now() + timedelta(seconds=seconds))

    async def send(self, entity: str, *bodies: str, **fields: Any) -> None:
        async with self.client.get_queue_sender(entity) as sender:
            for body in bodies:
                await sender.send_messages(ServiceBusMessage(body, **fields))

    def counts(self, entity: str) -> dict[str, Any]:
        queues = self.broker.wire()["queues"]
        return next(each for each in queues if each["name"] == entity)


async def receive(
    receiver: ServiceBusReceiver, count: int = 1, seconds: float = 2.0
) -> list[ServiceBusReceivedMessage]:
    """Exactly `count` messages, however many deliveries they come in."""
    found: list[ServiceBusReceivedMessage] = []
    while len(found) < count:
        more = await receiver.receive_messages(count - len(found), max_wait_time=seconds)
        assert more, f"only {len(found)} of {count} messages came"
        found += more
    return found


def present[T](value: T | None) -> T:
    """What the SDK types as optional and is there."""
    assert value is not None
    return value


async def nothing(receiver: ServiceBusReceiver) -> bool:
    return not await receiver.receive_messages(1, max_wait_time=0.2)


def properties(message: ServiceBusReceivedMessage) -> dict[str, Any]:
    """Application properties as text: the SDK leaves them as bytes."""
    found = message.application_properties or {}
    return {_text(name): _text(value) for name, value in found.items()}


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


_SLEEPERS = (
    *(_client_async, _connection_async, _session_async, _transport_async),
    *(_servicebus_receiver_async, _servicebus_sender_async),
)


class WatchedAsyncio:
    """The module `asyncio` for the SDK, which is slow to close and forgets failed connections."""

    def __init__(self) -> None:
        self.writers: list[asyncio.StreamWriter] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        """Every close waits for a keep-alive task that looks each second."""
        await asyncio.sleep(min(seconds, 0.003))

    async def open_connection(self, **options: Any) -> Any:
        reader, writer = await asyncio.open_connection(**options)
        self.writers.append(writer)
        return reader, writer


@pytest.fixture(autouse=True)
async def watched_asyncio(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    watched = WatchedAsyncio()
    for module in _SLEEPERS:
        monkeypatch.setattr(module, "asyncio", watched)
    yield
    for writer in watched.writers:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture(autouse=True)
def no_public_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK would load all of them for each connection, without TLS as well: 20 ms."""
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)


@pytest.fixture
def clock() -> Clock:
    return Clock(1.0)


@pytest.fixture
async def broker(clock: Clock) -> AsyncIterator[Broker]:
    broker = Broker(clock, ENTITIES, min_lock_real_seconds=0)
    await broker.start()
    yield broker
    await broker.stop()


@pytest.fixture
async def bus(broker: Broker, clock: Clock) -> AsyncIterator[ServiceBus]:
    client = ServiceBusClient.from_connection_string(
        broker.connection_string or "", retry_total=3, retry_backoff_factor=0.01
    )
    async with client:
        yield ServiceBus(broker, clock, client)


@pytest.fixture
async def impatient(broker: Broker, clock: Clock) -> AsyncIterator[ServiceBus]:
    """A client that tries once."""
    client = ServiceBusClient.from_connection_string(broker.connection_string or "", retry_total=0)
    async with client:
        yield ServiceBus(broker, clock, client)
