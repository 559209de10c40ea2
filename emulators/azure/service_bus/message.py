"""A message as it came, cut into its sections, and as it goes out with the broker's own words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any
from uuid import UUID

from emulators.azure.service_bus.decoding import decode, malformed, skip
from emulators.azure.service_bus.encoding import encode, write, write_list
from emulators.azure.service_bus.values import Int, Symbol, Timestamp, UByte, UInt

BATCH_FORMAT = 0x80013700

_HEADER, _DELIVERY, _ANNOTATIONS, _PROPERTIES, _APPLICATION, _DATA = range(0x70, 0x76)
_VALUE = 0x77
_MESSAGE_IDS = (str, int, bytes, UUID)

SEQUENCE_NUMBER = Symbol("x-opt-sequence-number")
ENQUEUE_SEQUENCE_NUMBER = Symbol("x-opt-enqueue-sequence-number")
ENQUEUED_TIME = Symbol("x-opt-enqueued-time")
LOCKED_UNTIL = Symbol("x-opt-locked-until")
MESSAGE_STATE = Symbol("x-opt-message-state")
SCHEDULED_TIME = Symbol("x-opt-scheduled-enqueue-time")
LOCK_TOKEN = Symbol("x-opt-lock-token")


class MessageState(IntEnum):
    """As x-opt-message-state says it."""

    ACTIVE = 0
    DEFERRED = 1
    SCHEDULED = 2


@dataclass(frozen=True, slots=True)
class Content:
    """What a sender sent. Sections that nobody needs to read stay as they came."""

    durable: bool | None
    priority: int | None
    ttl_seconds: float | None
    annotations: dict[Any, Any]
    properties: bytes
    application: bytes
    body: bytes
    message_id: Any
    session_id: str | None

    @property
    def scheduled_for(self) -> float | None:
        moment = self.annotations.get(SCHEDULED_TIME)
        return moment / 1000 if isinstance(moment, Timestamp) else None

    def with_application_properties(self, added: dict[str, Any]) -> "Content":
        known: Any = decode(self.application, 3)[0] if self.application else {}
        section = bytearray(_descriptor(_APPLICATION))
        write(section, {**known, **added})
        return replace(self, application=bytes(section))


@dataclass(slots=True, eq=False)
class Message:
    """A message in a queue. Times are simulated seconds of Unix time."""

    content: Content
    sequence_number: int
    enqueued_at: float
    expires_at: float | None = None
    enqueue_sequence_number: int | None = None
    delivery_count: int = 0
    state: MessageState = MessageState.ACTIVE
    is_locked: bool = False

    def wire(self, locked_until_ms: int | None = None, lock_token: bytes | None = None) -> bytes:
        """Header first: the SDK expects it there. `lock_token` as it is in the delivery tag."""
        content = self.content
        out = bytearray(_descriptor(_HEADER))
        ttl = content.ttl_seconds
        write_list(
            out,
            [
                content.durable,
                None if content.priority is None else UByte(content.priority),
                None if ttl is None else UInt(min(round(ttl * 1000), 0xFFFFFFFF)),
                None,
                UInt(self.delivery_count),
            ],
        )
        if lock_token is not None:
            out += _descriptor(_DELIVERY) + encode({LOCK_TOKEN: UUID(bytes_le=lock_token)})
        out += _descriptor(_ANNOTATIONS)
        write(out, {**content.annotations, **self._annotations(locked_until_ms)})
        out += content.properties
        out += content.application
        out += content.body
        return bytes(out)

    def _annotations(self, locked_until_ms: int | None) -> dict[Any, Any]:
        own: dict[Any, Any] = {
            SEQUENCE_NUMBER: self.sequence_number,
            ENQUEUED_TIME: Timestamp(round(self.enqueued_at * 1000)),
            MESSAGE_STATE: Int(self.state),
        }
        if self.enqueue_sequence_number is not None:
            own[ENQUEUE_SEQUENCE_NUMBER] = self.enqueue_sequence_number
        if locked_until_ms is not None:
            own[LOCKED_UNTIL] = Timestamp(locked_until_ms)
        return own


def read_messages(payload: bytes, message_format: int) -> list[Content]:
    """One message, or those of a batch: each data section of it holds a whole message."""
    if message_format != BATCH_FORMAT:
        return [read_content(payload)]
    return [
        read_content(decode(payload, begin + 3)[0])
        for code, begin, _ in _sections(payload)
        if code == _DATA
    ]


def read_content(payload: bytes) -> Content:
    if not isinstance(payload, bytes):
        raise malformed("a message of a batch is not binary")
    found: dict[int, tuple[int, int]] = {}
    body_begin = len(payload)
    for code, begin, end in _sections(payload):
        if code >= _DATA:
            body_begin = begin
            break
        found[code] = (begin, end)
    durable, priority, ttl, *_ = [*_value(list, payload, found.get(_HEADER)), None, None, None]
    fields = _value(list, payload, found.get(_PROPERTIES))
    _value(dict, payload, found.get(_APPLICATION))
    return Content(
        durable=durable if isinstance(durable, bool) else None,
        priority=priority if isinstance(priority, UByte) else None,
        ttl_seconds=ttl / 1000 if isinstance(ttl, UInt) else None,
        annotations=_value(dict, payload, found.get(_ANNOTATIONS)),
        properties=_raw(payload, found.get(_PROPERTIES)),
        application=_raw(payload, found.get(_APPLICATION)),
        body=payload[body_begin:],
        message_id=fields[0] if fields and isinstance(fields[0], _MESSAGE_IDS) else None,
        session_id=fields[10] if len(fields) > 10 and isinstance(fields[10], str) else None,
    )


@dataclass(frozen=True, slots=True)
class Request:
    """A message to $cbs or $management."""

    message_id: Any
    properties: dict[Any, Any]
    value: Any


def read_request(payload: bytes) -> Request:
    content = read_content(payload)
    application: Any = decode(content.application, 3)[0] if content.application else {}
    value = None
    for code, begin, _ in _sections(content.body):
        if code == _VALUE:
            value, _ = decode(content.body, begin + 3)
    return Request(content.message_id, application, value)


def write_reply(correlation_id: Any, properties: dict[str, Any], value: Any) -> bytes:
    out = bytearray(_descriptor(_PROPERTIES))
    write_list(out, [None, None, None, None, None, correlation_id])
    out += _descriptor(_APPLICATION) + encode(properties)
    out += _descriptor(_VALUE) + encode(value)
    return bytes(out)


def _descriptor(code: int) -> bytes:
    """Small ulong: the SDK looks at the third byte of a section only."""
    return bytes((0x00, 0x53, code))


def _sections(payload: bytes) -> Iterator[tuple[int, int, int]]:
    """For each section its code, and where it begins and ends."""
    position = 0
    while position < len(payload):
        if payload[position : position + 2] != b"\x00\x53" or position + 3 > len(payload):
            raise malformed("a message consists of sections")
        end = skip(payload, position + 3)
        yield payload[position + 2], position, end
        position = end


def _value(kind: type[Any], payload: bytes, section: tuple[int, int] | None) -> Any:
    """What a section holds, or an empty value where it is missing."""
    if section is None:
        return kind()
    value, _ = decode(payload, section[0] + 3)
    if not isinstance(value, kind):
        raise malformed("a section has the wrong type")
    return value


def _raw(payload: bytes, section: tuple[int, int] | None) -> bytes:
    return b"" if section is None else payload[slice(*section)]
