"""A queue, or a topic's subscription: messages, who may have them, and how they end."""

import heapq
from collections.abc import Iterable
from dataclasses import replace
from enum import Enum, auto
from typing import Any

from emulators.azure.service_bus.errors import AmqpError, Condition
from emulators.azure.service_bus.gate import Gate, Operation
from emulators.azure.service_bus.lanes import Lane
from emulators.azure.service_bus.locks import Lock, Locks
from emulators.azure.service_bus.message import Content, Message, MessageState
from emulators.azure.service_bus.message_sessions import MessageSession, MessageSessions
from emulators.azure.service_bus.outcomes import ACCEPTED, MODIFIED, REJECTED, Outcome
from emulators.azure.service_bus.parts import DuplicateWindow, Schedule
from emulators.azure.service_bus.paths import DEAD_LETTERS
from emulators.azure.service_bus.settings import QueueSettings, Status
from emulators.azure.service_bus.times import Alarms, Times


class Kind(Enum):
    """What a queue is for: only to a plain one can be sent."""

    QUEUE = auto()
    SUBSCRIPTION = auto()
    DEAD_LETTERS = auto()


class Queue:
    """All rules of a queue. `path` is how a client addresses it."""

    def __init__(
        self,
        path: str,
        settings: QueueSettings,
        times: Times,
        alarms: Alarms,
        gate: Gate,
        kind: Kind = Kind.QUEUE,
    ) -> None:
        self.path = path
        self.settings = settings
        self.kind = kind
        self.times = times
        self.created_at = self.updated_at = times.now()
        self._alarms = alarms
        self._gate = gate
        self.messages: dict[int, Message] = {}
        self.locks = Locks(times, alarms, self._on_lock_expired)
        self.lane = Lane(self)
        self.sessions = MessageSessions(self, times, alarms)
        self.schedule = Schedule(alarms, self._enqueue)
        self._duplicates = DuplicateWindow(settings.duplicate_window_seconds)
        self._last_number = 0
        self.dead_letters = None if kind is Kind.DEAD_LETTERS else self._make_dead_letters()

    def update(self, settings: QueueSettings) -> None:
        """What can change while there are messages; whether it has sessions cannot."""
        self.settings = settings
        self.updated_at = self.times.now()
        self._duplicates.seconds = settings.duplicate_window_seconds

    def check(self, operation: Operation) -> None:
        """Raises AmqpError when the operation is to fail, or the entity is disabled for it."""
        self._gate.check(self.path, self.settings.status, operation)

    def check_content(self, content: Content) -> None:
        """Raises AmqpError when the message cannot be sent here."""
        if self.settings.requires_session and content.session_id is None:
            raise AmqpError(
                Condition.NOT_ALLOWED,
                f"The SessionId was not set on a message, and it cannot be sent to '{self.path}', "
                "which requires sessions.",
            )

    def put(self, content: Content) -> None:
        """Take a message from a sender; one that says when becomes active then."""
        if self._duplicates.is_duplicate(content.message_id, self.times.now()):
            return
        moment = content.scheduled_for
        if moment is not None and moment > self.times.now():
            self.schedule.add(self._message(content), moment)
        else:
            self._enqueue(content)

    def put_scheduled(self, content: Content) -> int:
        """Take a message that a sender may cancel by the number that comes back."""
        message = self._message(content)
        self.schedule.add(message, content.scheduled_for or self.times.now())
        return message.sequence_number

    def put_copy(self, content: Content, enqueue_number: int) -> None:
        """Take a topic's message. Nobody is there to be refused, so it may go astray."""
        message = self._message(content)
        message.enqueue_sequence_number = enqueue_number
        self.messages[message.sequence_number] = message
        if self.settings.requires_session and content.session_id is None:
            text = "Session enabled entity doesn't allow a message whose session id is null."
            self.dead_letter(message, "Session ID is null.", text)
        else:
            self._offer(message)

    def adopt(self, message: Message) -> None:
        """Take over a message that was dead-lettered, with its number and its count."""
        message.expires_at = None
        message.state = MessageState.ACTIVE
        self.messages[message.sequence_number] = message
        self._offer(message)

    def hand_over(self, message: Message, lane: Lane) -> Lock:
        """Lock a message for somebody who receives it."""
        in_session = isinstance(lane, MessageSession)
        end = None if in_session else self.times.lock_end(self.settings.lock_seconds)
        return self.locks.add(message, lane, end)

    def remove(self, message: Message) -> None:
        self.messages.pop(message.sequence_number, None)

    def settle(self, token: Any, outcome: Outcome) -> None:
        """End the delivery that is locked under `token`; raises AmqpError."""
        self.check(Operation.SETTLE)
        lock = self._held(token)
        if outcome.code == REJECTED and self.dead_letters is None:
            raise AmqpError(Condition.NOT_ALLOWED, "A dead letter stays where it is.")
        self.locks.remove(lock)
        message = lock.message
        if outcome.code == ACCEPTED:
            self.remove(message)
        elif outcome.code == REJECTED:
            info = outcome.info
            reason = info.get("DeadLetterReason")
            self.dead_letter(message, reason, info.get("DeadLetterErrorDescription"))
        elif outcome.code == MODIFIED and outcome.undeliverable_here:
            message.state = MessageState.DEFERRED
        elif outcome.code == MODIFIED and outcome.delivery_failed:
            self._fail(message, lock.lane)
        else:
            self._put_back(message, lock.lane)

    def renew(self, token: Any) -> float:
        """Prolong a lock; its new end."""
        lock = self._held(token)
        lock.ends_at = self.times.lock_end(self.settings.lock_seconds)
        return lock.ends_at

    def take_deferred(self, numbers: Iterable[int], session_id: str | None) -> list[Message]:
        found: list[Message] = []
        for number in numbers:
            message = self.messages.get(number)
            if (
                message is None
                or message.state is not MessageState.DEFERRED
                or message.is_locked
                or (session_id is not None and message.content.session_id != session_id)
            ):
                raise AmqpError(
                    Condition.MESSAGE_NOT_FOUND,
                    f"Failed to lock one or more specified messages: {number}.",
                )
            found.append(message)
        return found

    def lane_of(self, message: Message) -> Lane:
        session_id = message.content.session_id
        if not self.settings.requires_session or session_id is None:
            return self.lane
        return self.sessions.get(session_id)

    def peek(self, first: int, count: int, session_id: str | None) -> list[Message]:
        """Messages of every state by number, none of them locked by it."""
        found = (
            message
            for message in (*self.messages.values(), *self.schedule.messages.values())
            if message.sequence_number >= first
            and not self.is_expired(message)
            and (session_id is None or message.content.session_id == session_id)
        )
        return heapq.nsmallest(count, found, key=lambda message: message.sequence_number)

    def is_expired(self, message: Message) -> bool:
        return message.expires_at is not None and message.expires_at <= self.times.now()

    def expire(self, message: Message) -> None:
        if self.settings.dead_letters_expired and self.dead_letters is not None:
            text = "The message expired and was dead lettered."
            self.dead_letter(message, "TTLExpiredException", text)
        else:
            self.remove(message)

    def dead_letter(self, message: Message, reason: Any, description: Any) -> None:
        self.remove(message)
        if self.dead_letters is None:
            return
        given = {"DeadLetterReason": reason, "DeadLetterErrorDescription": description}
        added = {name: value for name, value in given.items() if isinstance(value, str)}
        if added:
            message.content = message.content.with_application_properties(added)
        self.dead_letters.adopt(message)

    def put_back(self, lane: Lane, has_failed: bool) -> None:
        """End all locks of a session, either because it was left or because its lock expired."""
        for lock in self.locks.of(lane):
            self.locks.remove(lock)
            if has_failed:
                self._fail(lock.message, lane)
            else:
                self._put_back(lock.message, lane)

    def _held(self, token: Any) -> Lock:
        lock = self.locks.find(token)
        if lock is not None:
            return lock
        if self.settings.requires_session:
            raise AmqpError(
                Condition.SESSION_LOCK_LOST,
                "The session lock has expired on the MessageSession. Accept a new MessageSession.",
            )
        raise AmqpError(
            Condition.MESSAGE_LOCK_LOST,
            "The lock supplied is invalid. Either the lock expired, or the message has already "
            "been removed from the queue.",
        )

    def _fail(self, message: Message, lane: Lane) -> None:
        message.delivery_count += 1
        limit = self.settings.max_delivery_count
        if self.dead_letters is not None and message.delivery_count >= limit:
            text = f"Message could not be consumed after {limit} delivery attempts."
            self.dead_letter(message, "MaxDeliveryCountExceeded", text)
        else:
            self._put_back(message, lane)

    def _put_back(self, message: Message, lane: Lane) -> None:
        if message.state is MessageState.ACTIVE:
            lane.push(message)
            self._wake(lane)

    def _on_lock_expired(self, lock: Lock) -> None:
        self._fail(lock.message, lock.lane)

    def _message(self, content: Content) -> Message:
        self._last_number += 1
        return Message(content, self._last_number, self.times.now())

    def _enqueue(self, content: Content) -> None:
        message = self._message(content)
        self.messages[message.sequence_number] = message
        self._offer(message)

    def _offer(self, message: Message) -> None:
        if self.dead_letters is not None:
            self._limit_life(message)
        lane = self.lane_of(message)
        lane.push(message)
        self._wake(lane)

    def _wake(self, lane: Lane) -> None:
        if isinstance(lane, MessageSession):
            self.sessions.wake(lane)
        else:
            lane.dispatch()

    def _limit_life(self, message: Message) -> None:
        given = (message.content.ttl_seconds, self.settings.default_ttl_seconds)
        limits = [seconds for seconds in given if seconds is not None]
        if limits:
            number = message.sequence_number
            message.expires_at = message.enqueued_at + min(limits)
            self._alarms.at(message.expires_at, lambda: self._on_life_over(number))

    def _on_life_over(self, number: int) -> None:
        """A message that somebody holds may still be completed; the lane sees to it later."""
        message = self.messages.get(number)
        if message is not None and not message.is_locked and self.is_expired(message):
            self.expire(message)

    def _make_dead_letters(self) -> "Queue":
        settings = replace(
            self.settings,
            requires_session=False,
            default_ttl_seconds=None,
            duplicate_window_seconds=None,
            status=Status.ACTIVE,
        )
        path = self.path + DEAD_LETTERS
        return Queue(path, settings, self.times, self._alarms, self._gate, Kind.DEAD_LETTERS)
