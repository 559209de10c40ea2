"""A Service Bus broker on a thread of its own, and a client that sends to it and looks into it."""

import asyncio
import threading
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager

from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender

from emulators.azure.clock import Clock
from emulators.azure.service_bus.broker import Broker
from emulators.azure.service_bus.settings import read_entities

LOCK_SECONDS = 1.5
ENTITIES = {
    "queues": [
        {"name": "plain", "maxDeliveryCount": 3, "lockDurationSeconds": LOCK_SECONDS},
        {"name": "ordered", "requiresSession": True},
        {"name": "settled", "requiresSession": True, "maxDeliveryCount": 3},
        {"name": "blocking"},
        {"name": "batches"},
    ],
    "topics": [{"name": "events", "subscriptions": [{"name": "all"}]}],
}


class MessageBus:
    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._broker = Broker(Clock(1.0), read_entities(ENTITIES), min_lock_real_seconds=0.5)
        self._await(self._broker.start())
        self.connection_string = str(self._broker.connection_string)
        self._port = int(self.connection_string.partition(";")[0].rpartition(":")[2])

        self._client = ServiceBusClient.from_connection_string(self.connection_string)
        self._senders: dict[str, ServiceBusSender] = {}
        self._receivers: dict[tuple[str, ServiceBusSubQueue | None], ServiceBusReceiver] = {}

    def _await[T](self, work: Awaitable[T]) -> T:
        async def waited() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(waited(), self._loop).result(10)

    def go_away(self) -> None:
        self._await(self._close_clients())
        self._await(self._broker.stop())

    def come_back(self) -> None:
        self._await(self._broker.start(self._port))

    def send(self, entity: str, *messages: ServiceBusMessage) -> None:
        self._await(self._send(entity, messages))

    def dead_letters(self, queue: str) -> Sequence[ServiceBusReceivedMessage]:
        return self._await(self._peek(queue, ServiceBusSubQueue.DEAD_LETTER))

    def waiting(self, queue: str) -> Sequence[ServiceBusReceivedMessage]:
        return self._await(self._peek(queue, None))

    async def _send(self, entity: str, messages: Sequence[ServiceBusMessage]) -> None:
        if entity not in self._senders:
            is_topic = entity == "events"
            sender_of = (
                self._client.get_topic_sender if is_topic else self._client.get_queue_sender
            )
            self._senders[entity] = sender_of(entity)
        await self._senders[entity].send_messages(list(messages))

    async def _peek(
        self, queue: str, sub_queue: ServiceBusSubQueue | None
    ) -> Sequence[ServiceBusReceivedMessage]:
        key = (queue, sub_queue)
        if key not in self._receivers:
            receiver = self._client.get_queue_receiver(queue, sub_queue=sub_queue)
            self._receivers[key] = receiver
        return await self._receivers[key].peek_messages(max_message_count=20, sequence_number=1)

    async def _close_clients(self) -> None:
        """All at once: the SDK takes a second for each."""
        handlers = [*self._senders.values(), *self._receivers.values()]
        self._senders.clear()
        self._receivers.clear()
        await asyncio.gather(*(handler.close() for handler in handlers))

    def close(self) -> None:
        self.go_away()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


@contextmanager
def message_bus() -> Iterator[MessageBus]:
    bus = MessageBus()
    try:
        yield bus
    finally:
        bus.close()
