"""The messages that functions work on now, found by lock token; all use is on one event loop."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusReceiver


@dataclass(slots=True)
class Delivery:
    receiver: ServiceBusReceiver
    message: ServiceBusReceivedMessage
    lock_token: str
    is_settled: bool = False


class HeldSession:
    """A session that a receiver holds; its function may ask to let go of it."""

    def __init__(self, receiver: ServiceBusReceiver) -> None:
        self.receiver = receiver
        self.is_released = False


class Deliveries:
    def __init__(self) -> None:
        self._by_token: dict[str, Delivery] = {}
        self._sessions: dict[str, HeldSession] = {}

    def find(self, lock_token: str) -> Delivery | None:
        return self._by_token.get(lock_token)

    def session(self, session_id: str) -> HeldSession | None:
        return self._sessions.get(session_id)

    def is_released(self, receiver: ServiceBusReceiver) -> bool:
        """Whether the receiver's session was let go of, with the messages that are left in it."""
        return any(s.is_released for s in self._sessions.values() if s.receiver is receiver)

    @contextmanager
    def held(
        self, receiver: ServiceBusReceiver, messages: Sequence[ServiceBusReceivedMessage]
    ) -> Iterator[list[Delivery]]:
        # A settled message forgets its token, so the token is kept beside it.
        deliveries = [Delivery(receiver, each, str(each.lock_token)) for each in messages]
        self._by_token.update((each.lock_token, each) for each in deliveries)
        try:
            yield deliveries
        finally:
            for each in deliveries:
                self._by_token.pop(each.lock_token, None)

    @contextmanager
    def held_session(self, receiver: ServiceBusReceiver) -> Iterator[HeldSession]:
        session_id = receiver.session.session_id
        held = self._sessions[session_id] = HeldSession(receiver)
        try:
            yield held
        finally:
            if self._sessions.get(session_id) is held:
                del self._sessions[session_id]
