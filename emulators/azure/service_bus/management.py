"""The operations of `$management`, each a request and a reply."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from emulators.azure.service_bus.access import Right, Rights
from emulators.azure.service_bus.consumers import Consumer
from emulators.azure.service_bus.errors import AmqpError, Condition, unauthorized
from emulators.azure.service_bus.gate import Operation
from emulators.azure.service_bus.links import Link
from emulators.azure.service_bus.message import Message, Request, read_content, write_reply
from emulators.azure.service_bus.message_sessions import MessageSession
from emulators.azure.service_bus.outcomes import ACCEPTED, MODIFIED, REJECTED, Outcome
from emulators.azure.service_bus.outgoing_link import OutgoingLink
from emulators.azure.service_bus.queue import Queue
from emulators.azure.service_bus.topic import Topic
from emulators.azure.service_bus.values import Array, Int, Symbol, Timestamp

PEEK_LOCK = 1
MAX_PEEKED = 250
UNTIL_THE_END_OF_TIME_MS = 253_402_300_799_000
"""9999-12-31: as a time of update it asks for all sessions with messages or a state."""

_STATUS_CODES = {
    Condition.MESSAGE_LOCK_LOST: 410,
    Condition.SESSION_LOCK_LOST: 410,
    Condition.MESSAGE_NOT_FOUND: 404,
    Condition.SESSION_NOT_FOUND: 404,
    Condition.NOT_FOUND: 404,
    Condition.UNAUTHORIZED: 401,
    Condition.SERVER_BUSY: 503,
    Condition.NOT_IMPLEMENTED: 501,
    Condition.ENTITY_DISABLED: 403,
}
_NO_CONTENT = (204, None)
_DISPOSITIONS = {
    "completed": Outcome(ACCEPTED),
    "abandoned": Outcome(MODIFIED, delivery_failed=True),
    "defered": Outcome(MODIFIED, delivery_failed=True, undeliverable_here=True),
}
"""`defered` is how the protocol spells it."""

Answer = tuple[int, Any]


class Management:
    """Answers the requests of one connection for one entity. `links` are the connection's."""

    def __init__(
        self, entity: Queue | Topic, links: Callable[[], list[Any]], rights: Rights
    ) -> None:
        self._entity = entity
        self._rights = rights
        self._links = links
        self._operations: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "schedule-message": self._schedule,
            "cancel-scheduled-message": self._cancel,
        }
        if isinstance(entity, Queue):
            self._operations |= QueueOperations(entity).operations

    def answer(self, request: Request) -> bytes:
        name = str(request.properties.get("operation")).removeprefix("com.microsoft:")
        properties: dict[str, Any] = {}
        try:
            self._entity.check(Operation.MANAGE)
            status, value = self._carry_out(name, request)
        except AmqpError as error:
            known = {str(each): code for each, code in _STATUS_CODES.items()}
            status, value = known.get(error.condition, 400), None
            properties["statusDescription"] = error.description
            properties["errorCondition"] = Symbol(error.condition)
        properties.setdefault("statusDescription", "OK")
        properties["statusCode"] = Int(status)
        return write_reply(request.message_id, properties, value)

    def _carry_out(self, name: str, request: Request) -> Answer:
        operation = self._operations.get(name)
        if operation is None:
            raise AmqpError(Condition.NOT_IMPLEMENTED, f"Operation {name:.80} is not known here.")
        if not isinstance(request.value, dict):
            raise _bad("the body is no map")
        if "session-id" in request.value and name != "peek-message":
            self._check_session(request)
        return operation(request.value)

    def _check_session(self, request: Request) -> None:
        """Only the receiver that has the session may do something with it."""
        name = request.properties.get("associated-link-name")
        for link in self._links():
            if link.name == name and _session_of(link) == request.value["session-id"]:
                return
        text = "The session lock has expired on the MessageSession. Accept a new MessageSession."
        raise AmqpError(Condition.SESSION_LOCK_LOST, text)

    def _schedule(self, body: dict[str, Any]) -> Answer:
        if Right.SEND not in self._rights:
            raise unauthorized([Right.SEND], self._entity.path)
        contents = [
            read_content(_field(each, "message", bytes)) for each in _items(body, "messages", dict)
        ]
        for content in contents:
            self._entity.check_content(content)
        numbers = Array(self._entity.put_scheduled(content) for content in contents)
        return 200, {"sequence-numbers": numbers}

    def _cancel(self, body: dict[str, Any]) -> Answer:
        self._entity.schedule.cancel(_items(body, "sequence-numbers", int))
        return 200, None


class QueueOperations:
    """What can be asked of a queue but not of a topic."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self.operations: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "peek-message": self._peek,
            "renew-lock": self._renew_locks,
            "receive-by-sequence-number": self._receive,
            "update-disposition": self._update_disposition,
            "get-session-state": self._get_state,
            "set-session-state": self._set_state,
            "renew-session-lock": self._renew_session,
            "get-message-sessions": self._list_sessions,
        }

    def _peek(self, body: dict[str, Any]) -> Answer:
        first = _field(body, "from-sequence-number", int)
        count = min(_field(body, "message-count", int), MAX_PEEKED)
        found = self._queue.peek(first, count, body.get("session-id"))
        if not found:
            return _NO_CONTENT
        return 200, {"messages": [{"message": each.wire()} for each in found]}

    def _renew_locks(self, body: dict[str, Any]) -> Answer:
        ends = [self._queue.renew(each.bytes_le) for each in _items(body, "lock-tokens", UUID)]
        return 200, {"expirations": Array(self._timestamp(end) for end in ends)}

    def _receive(self, body: dict[str, Any]) -> Answer:
        numbers = _items(body, "sequence-numbers", int)
        locks = body.get("receiver-settle-mode") == PEEK_LOCK
        messages = self._queue.take_deferred(numbers, body.get("session-id"))
        return 200, {"messages": [self._deferred(each, locks) for each in messages]}

    def _deferred(self, message: Message, locks: bool) -> dict[str, Any]:
        if not locks:
            self._queue.remove(message)
            return {"message": message.wire()}
        lock = self._queue.hand_over(message, self._queue.lane_of(message))
        end = None if lock.ends_at is None else self._timestamp(lock.ends_at)
        return {"lock-token": UUID(bytes_le=lock.token), "message": message.wire(end)}

    def _update_disposition(self, body: dict[str, Any]) -> Answer:
        status = _field(body, "disposition-status", str)
        outcome = _DISPOSITIONS.get(status)
        if status == "suspended":
            info = {
                "DeadLetterReason": body.get("deadletter-reason"),
                "DeadLetterErrorDescription": body.get("deadletter-description"),
            }
            outcome = Outcome(REJECTED, info=info)
        if outcome is None:
            raise _bad(f"disposition-status {status:.80} is not known")
        for token in _items(body, "lock-tokens", UUID):
            self._queue.settle(token.bytes_le, outcome)
        return 200, None

    def _get_state(self, body: dict[str, Any]) -> Answer:
        return 200, {"session-state": self._session(body).state}

    def _set_state(self, body: dict[str, Any]) -> Answer:
        state = body.get("session-state")
        if state is not None and not isinstance(state, bytes):
            raise _bad("session-state is not binary")
        self._queue.sessions.set_state(self._session(body), state)
        return 200, None

    def _renew_session(self, body: dict[str, Any]) -> Answer:
        end = self._queue.sessions.renew(self._session(body))
        return 200, {"expiration": self._timestamp(end)}

    def _list_sessions(self, body: dict[str, Any]) -> Answer:
        since = _field(body, "last-updated-time", int)
        skip, top = _field(body, "skip", int), _field(body, "top", int)
        page = sorted(self._listed_sessions(since))[skip : skip + top]
        if not page:
            return _NO_CONTENT
        return 200, {"skip": Int(skip + len(page)), "sessions-ids": Array(page)}

    def _listed_sessions(self, since_ms: int) -> set[str]:
        """Those with messages or a state, or only those whose state was set since then."""
        with_state = {each for each in self._queue.sessions.all() if each.state is not None}
        if since_ms < UNTIL_THE_END_OF_TIME_MS:
            return {each.id for each in with_state if each.updated_at * 1000 > since_ms}
        of_messages = (each.content.session_id for each in self._queue.messages.values())
        return {each.id for each in with_state} | {each for each in of_messages if each}

    def _session(self, body: dict[str, Any]) -> MessageSession:
        return self._queue.sessions.get(_field(body, "session-id", str))

    def _timestamp(self, moment: float) -> Timestamp:
        return Timestamp(self._queue.times.real_milliseconds(moment))


def _session_of(link: Link) -> str | None:
    if not isinstance(link, OutgoingLink) or link.is_ended:
        return None
    outlet = link.outlet
    if isinstance(outlet, Consumer) and isinstance(outlet.lane, MessageSession):
        return outlet.lane.id
    return None


def _field[T](body: dict[str, Any], name: str, kind: type[T]) -> T:
    value = body.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _bad(f"{name} is missing or has the wrong type")
    return value


def _items[T](body: dict[str, Any], name: str, kind: type[T]) -> list[T]:
    items = _field(body, name, list)
    if not all(isinstance(each, kind) for each in items):
        raise _bad(f"{name} has the wrong type")
    return items


def _bad(what: str) -> AmqpError:
    return AmqpError(Condition.ARGUMENT_ERROR, f"The request is not valid: {what}.")
