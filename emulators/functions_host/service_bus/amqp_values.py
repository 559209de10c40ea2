"""Writes values in AMQP 1.0's own types: just those that occur in a message."""

import struct
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID


class Symbol(str):
    __slots__ = ()


class UnsignedInt(int):
    pass


def described(code: int, value: bytes) -> bytes:
    """One section of a message."""
    return bytes((0x00, 0x53, code)) + value


def amqp_list(values: Iterable[Any]) -> bytes:
    return _compound(0xD0, [amqp_value(value) for value in values])


def amqp_map(values: Mapping[Any, Any]) -> bytes:
    return _compound(0xD1, [amqp_value(part) for pair in values.items() for part in pair])


def amqp_value(value: Any) -> bytes:
    if value is None:
        return b"\x40"
    if isinstance(value, str | bytes):
        return _text_or_binary(value)
    # The order counts: a flag and an unsigned number are whole numbers, too.
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return amqp_value(str(value))


_WRITERS: tuple[tuple[type, Callable[[Any], bytes]], ...] = (
    (bool, lambda value: b"\x41" if value else b"\x42"),
    (UnsignedInt, lambda value: struct.pack(">BI", 0x70, value)),
    (int, lambda value: struct.pack(">Bq", 0x81, value)),
    (float, lambda value: struct.pack(">Bd", 0x82, value)),
    (UUID, lambda value: b"\x98" + value.bytes),
    (datetime, lambda value: struct.pack(">Bq", 0x83, round(value.timestamp() * 1000))),
)


def _text_or_binary(value: str | bytes) -> bytes:
    if isinstance(value, bytes):
        return _variable(0xB0, value)
    return _variable(0xB3 if isinstance(value, Symbol) else 0xB1, value.encode())


def _variable(code: int, content: bytes) -> bytes:
    return struct.pack(">BI", code, len(content)) + content


def _compound(code: int, parts: list[bytes]) -> bytes:
    content = b"".join(parts)
    return struct.pack(">BII", code, len(content) + 4, len(parts)) + content
