"""Lines of messages in order: a queue has one, or one for each message session."""

import heapq
from collections import deque
from typing import Protocol

from emulators.azure.service_bus.message import Message, MessageState


class LaneConsumer(Protocol):
    """Somebody who takes messages from a lane."""

    @property
    def is_ready(self) -> bool: ...

    def deliver(self, message: Message) -> None: ...


class LaneOwner(Protocol):
    """The queue that the lane belongs to."""

    messages: dict[int, Message]

    def is_expired(self, message: Message) -> bool: ...

    def expire(self, message: Message) -> None: ...


class Lane:
    """Active messages by sequence number, and who takes them, in turn."""

    def __init__(self, owner: LaneOwner) -> None:
        self._owner = owner
        self._heap: list[tuple[int, Message]] = []
        self._consumers: deque[LaneConsumer] = deque()

    def push(self, message: Message) -> None:
        heapq.heappush(self._heap, (message.sequence_number, message))

    def add(self, consumer: LaneConsumer) -> None:
        self._consumers.append(consumer)

    def remove(self, consumer: LaneConsumer) -> None:
        if consumer in self._consumers:
            self._consumers.remove(consumer)

    def has_messages(self) -> bool:
        """Whether there is one to deliver; those that are gone or expired leave the lane."""
        while self._heap:
            message = self._heap[0][1]
            if self._is_here(message):
                if not self._owner.is_expired(message):
                    return True
                self._owner.expire(message)
            heapq.heappop(self._heap)
        return False

    def dispatch(self) -> None:
        while self._consumers and self.has_messages():
            consumer = self._next_ready()
            if consumer is None:
                return
            consumer.deliver(heapq.heappop(self._heap)[1])

    def _is_here(self, message: Message) -> bool:
        return (
            message.state is MessageState.ACTIVE
            and not message.is_locked
            and self._owner.messages.get(message.sequence_number) is message
        )

    def _next_ready(self) -> LaneConsumer | None:
        for _ in range(len(self._consumers)):
            consumer = self._consumers[0]
            self._consumers.rotate(-1)
            if consumer.is_ready:
                return consumer
        return None
