"""Receiving links on queues: what is delivered on them, settled, and given up."""

from typing import Any

from emulators.azure.service_bus.errors import AmqpError, Condition
from emulators.azure.service_bus.lanes import Lane
from emulators.azure.service_bus.message import Message
from emulators.azure.service_bus.message_sessions import MessageSession, Waiter
from emulators.azure.service_bus.outcomes import Outcome
from emulators.azure.service_bus.outgoing_link import OutgoingLink
from emulators.azure.service_bus.queue import Queue
from emulators.azure.service_bus.values import Described, Symbol, ULong

SESSION_FILTER = Symbol("com.microsoft:session-filter")
LOCKED_UNTIL_UTC = Symbol("com.microsoft:locked-until-utc")
TIMEOUT = Symbol("com.microsoft:timeout")
DEFAULT_WAIT_SECONDS = 65.0
SETTLED_BY_SENDER = 1
_FILTER_FIELD = 7


class Consumer:
    """One receiving link on a queue or in one of its sessions."""

    def __init__(self, queue: Queue, lane: Lane, link: OutgoingLink) -> None:
        self.queue = queue
        self.lane = lane
        self._link = link
        self._locks = link.attach.snd_settle_mode != SETTLED_BY_SENDER

    @property
    def is_ready(self) -> bool:
        return self._link.is_ready

    def deliver(self, message: Message) -> None:
        if not self._locks:
            self.queue.remove(message)
            self._link.send(_no_tag(message), message.wire(), settled=True)
            return
        lock = self.queue.hand_over(message, self.lane)
        end = None if lock.ends_at is None else self.queue.times.real_milliseconds(lock.ends_at)
        self._link.send(lock.token, message.wire(end, lock.token), settled=False)

    def on_credit(self) -> None:
        self.lane.dispatch()

    def settle(self, tag: bytes, outcome: Outcome) -> None:
        self.queue.settle(tag, outcome)

    def on_end(self) -> None:
        self.lane.remove(self)
        if isinstance(self.lane, MessageSession):
            self.queue.sessions.release(self.lane, self)

    def lose_session(self, error: AmqpError) -> None:
        self._link.detach(error)


def open_consumer(queue: Queue, link: OutgoingLink) -> None:
    """Answer a receiving link, now or when a session is free; raises AmqpError to refuse it."""
    asked = _session_filter(link.attach.source)
    if asked is None:
        if queue.settings.requires_session:
            text = f"'{queue.path}' requires sessions: a receiver needs a session filter."
            raise AmqpError(Condition.NOT_ALLOWED, text)
        consumer = Consumer(queue, queue.lane, link)
        queue.lane.add(consumer)
        link.accept(consumer)
        return
    if not queue.settings.requires_session:
        text = f"'{queue.path}' has no sessions: a session filter cannot be used."
        raise AmqpError(Condition.NOT_ALLOWED, text)
    session_id = asked[0]
    session = queue.sessions.next_free() if session_id is None else queue.sessions.get(session_id)
    if session is None:
        _wait_for_session(queue, link)
    else:
        _open_session(queue, session, link)


def _wait_for_session(queue: Queue, link: OutgoingLink) -> None:
    """Hold the answer back. The client waits in real time, whatever the simulated clock does."""
    milliseconds = link.properties.get(TIMEOUT)
    seconds = milliseconds / 1000 if isinstance(milliseconds, int) else DEFAULT_WAIT_SECONDS

    def give_up() -> None:
        queue.sessions.stop_waiting(waiter)
        text = "The operation did not complete within the allotted timeout."
        link.refuse(AmqpError(Condition.TIMEOUT, text))

    waiter = Waiter(lambda session: _open_session(queue, session, link), give_up, seconds)
    link.on_end = lambda: queue.sessions.stop_waiting(waiter)
    queue.sessions.wait(waiter)


def _open_session(queue: Queue, session: MessageSession, link: OutgoingLink) -> None:
    consumer = Consumer(queue, session, link)
    queue.sessions.lock(session, consumer)
    until = queue.times.real_ticks(session.locked_until)
    source = _with_session(link.attach.source, session.id)
    link.accept(consumer, source, {LOCKED_UNTIL_UTC: until})


def _session_filter(source: Described | None) -> tuple[str | None] | None:
    """None without a filter; else the id that is asked for, which is None for any session."""
    fields = source.value if source is not None else None
    if not isinstance(fields, list) or len(fields) <= _FILTER_FIELD:
        return None
    filters = fields[_FILTER_FIELD]
    if not isinstance(filters, dict) or SESSION_FILTER not in filters:
        return None
    asked = filters[SESSION_FILTER]
    value = asked.value if isinstance(asked, Described) else asked
    if value is not None and not isinstance(value, str):
        raise AmqpError(Condition.INVALID_FIELD, "A session filter is a string or null.")
    return (value,)


def _with_session(source: Described, session_id: str) -> Described:
    fields: list[Any] = list(source.value)
    fields[_FILTER_FIELD] = {SESSION_FILTER: session_id}
    return Described(ULong(source.descriptor), fields)


def _no_tag(message: Message) -> bytes:
    return message.sequence_number.to_bytes(8)
