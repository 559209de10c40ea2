"""Cuts a stream of bytes into frames and puts performatives into frames."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from emulators.azure.service_bus.errors import AmqpError, Condition
from emulators.azure.service_bus.performatives import Performative, write_performative

AMQP_HEADER = b"AMQP\x00\x01\x00\x00"
SASL_HEADER = b"AMQP\x03\x01\x00\x00"
MAX_FRAME_SIZE = 65536
SMALLEST_MAX_FRAME_SIZE = 512

AMQP_FRAME = 0
SASL_FRAME = 1

_HEAD = struct.Struct(">IBBH")


class Frame(NamedTuple):
    """One frame: `body` begins with a performative, or is empty to keep a connection alive."""

    kind: int
    channel: int
    body: bytes


class FrameReader:
    """Collects bytes and yields what is complete; raises AmqpError on what is no frame."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def take(self, size: int) -> bytes | None:
        """The next `size` bytes as they are, once there are as many."""
        if len(self._buffer) < size:
            return None
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def frames(self) -> Iterator[Frame]:
        while len(self._buffer) >= _HEAD.size:
            size, offset, kind, channel = _HEAD.unpack_from(self._buffer)
            begin = offset * 4
            if size > MAX_FRAME_SIZE or not _HEAD.size <= begin <= size:
                raise AmqpError(
                    Condition.FRAMING_ERROR, f"A frame of {size} bytes, offset {offset}."
                )
            if len(self._buffer) < size:
                return
            body = bytes(self._buffer[begin:size])
            del self._buffer[:size]
            yield Frame(kind, channel, body)


def write_frame(
    out: bytearray,
    channel: int,
    performative: Performative,
    payload: bytes | memoryview = b"",
    kind: int = AMQP_FRAME,
) -> None:
    begin = len(out)
    out += _HEAD.pack(0, 2, kind, channel)
    write_performative(out, performative)
    out += payload
    struct.pack_into(">I", out, begin, len(out) - begin)


def empty_frame() -> bytes:
    """What keeps an idle connection alive."""
    return _HEAD.pack(_HEAD.size, 2, AMQP_FRAME, 0)
