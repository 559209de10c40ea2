"""Reads values in AMQP's type system out of bytes that nobody has checked."""

import struct
from collections.abc import Callable
from typing import Any
from uuid import UUID

from emulators.azure.service_bus import values as v
from emulators.azure.service_bus.errors import AmqpError, Condition

MAX_DEPTH = 32
MAX_ITEMS_WITHOUT_BYTES = 4096
"""An array of nulls needs no bytes per item: its count alone must not take memory."""

Reader = Callable[[bytes, int, int], tuple[Any, int]]


def malformed(what: str) -> AmqpError:
    return AmqpError(Condition.DECODE_ERROR, f"The bytes cannot be decoded: {what}.")


def decode(data: bytes, position: int = 0) -> tuple[Any, int]:
    """The value at `position` and the position after it; raises AmqpError."""
    try:
        return _read(data, position, 0)
    except (IndexError, struct.error):
        raise malformed("they end too early") from None
    except (UnicodeDecodeError, ValueError, OverflowError):
        raise malformed("text or a number is out of range") from None
    except TypeError:
        raise malformed("a key of a map is no simple value") from None


def skip(data: bytes, position: int, depth: int = 0) -> int:
    """The position after the value at `position`, which is not looked into."""
    try:
        return _skip(data, position, depth)
    except (IndexError, struct.error):
        raise malformed("they end too early") from None


_WIDTHS = {0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16}


def _skip(data: bytes, position: int, depth: int) -> int:
    code = data[position]
    if code == 0:
        _check_depth(depth)
        return _skip(data, _skip(data, position + 1, depth + 1), depth + 1)
    kind = code >> 4
    if kind < 0x4:
        raise malformed(f"there is no type 0x{code:02x}")
    if kind < 0xA:
        end = position + 1 + _WIDTHS[kind]
    elif kind % 2 == 0:
        end = position + 2 + data[position + 1]
    else:
        end = position + 5 + _UINT.unpack_from(data, position + 1)[0]
    if end > len(data):
        raise malformed("they end too early")
    return end


def _read(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    code = data[position]
    if code == 0:
        _check_depth(depth)
        descriptor, position = _read(data, position + 1, depth + 1)
        value, position = _read(data, position, depth + 1)
        return v.Described(descriptor, value), position
    reader = _READERS.get(code)
    if reader is None:
        raise malformed(f"there is no type 0x{code:02x}")
    return reader(data, position + 1, depth)


def _check_depth(depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise malformed(f"they are nested deeper than {MAX_DEPTH}")


def _constant(value: Any) -> Reader:
    return lambda data, position, depth: (value, position)


def _fixed(layout: str, make: Callable[[Any], Any] | None = None) -> Reader:
    form = struct.Struct(layout)
    unpack, size = form.unpack_from, form.size
    if make is None:
        return lambda data, position, depth: (unpack(data, position)[0], position + size)
    return lambda data, position, depth: (make(unpack(data, position)[0]), position + size)


def _variable(layout: str, make: Callable[[bytes], Any] | None = None) -> Reader:
    form = struct.Struct(layout)

    def read(data: bytes, position: int, depth: int) -> tuple[Any, int]:
        begin = position + form.size
        end = begin + form.unpack_from(data, position)[0]
        if end > len(data):
            raise malformed("they end too early")
        found = data[begin:end]
        return (found if make is None else make(found)), end

    return read


def _compound(layout: str, make: Callable[[bytes, int, int, int], Any]) -> Reader:
    form = struct.Struct(layout)
    before_size = form.size // 2

    def read(data: bytes, position: int, depth: int) -> tuple[Any, int]:
        _check_depth(depth)
        size, count = form.unpack_from(data, position)
        end = position + before_size + size
        if end > len(data) or size < before_size:
            raise malformed("they end too early")
        value, reached = make(data, position + form.size, count, depth + 1)
        if reached != end:
            raise malformed("a size does not fit its content")
        return value, end

    return read


def _items(data: bytes, position: int, count: int, depth: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    for _ in range(count):
        item, position = _read(data, position, depth)
        items.append(item)
    return items, position


def _map(data: bytes, position: int, count: int, depth: int) -> tuple[dict[Any, Any], int]:
    if count % 2:
        raise malformed("a map has a key without a value")
    items, position = _items(data, position, count, depth)
    return dict(zip(items[::2], items[1::2], strict=True)), position


def _array(data: bytes, position: int, count: int, depth: int) -> tuple[v.Array, int]:
    _check_depth(depth)
    descriptor, described = None, data[position] == 0
    if described:
        descriptor, position = _read(data, position + 1, depth)
    code = data[position]
    reader = _READERS.get(code)
    if reader is None:
        raise malformed(f"there is no type 0x{code:02x}")
    if code >> 4 == 0x4 and count > MAX_ITEMS_WITHOUT_BYTES:
        raise malformed("an array is too long")
    position += 1
    items = v.Array()
    for _ in range(count):
        item, position = reader(data, position, depth)
        items.append(v.Described(descriptor, item) if described else item)
    return items, position


def _text(found: bytes) -> str:
    return found.decode()


def _symbol(found: bytes) -> v.Symbol:
    return v.Symbol(found.decode("ascii"))


def _uuid(found: bytes) -> UUID:
    return UUID(bytes=found)


_UINT = struct.Struct(">I")

_READERS: dict[int, Reader] = {
    0x40: _constant(None),
    0x41: _constant(True),
    0x42: _constant(False),
    0x43: _constant(v.UInt(0)),
    0x44: _constant(v.ULong(0)),
    0x45: lambda data, position, depth: ([], position),
    0x50: _fixed(">B", v.UByte),
    0x51: _fixed(">b", v.Byte),
    0x52: _fixed(">B", v.UInt),
    0x53: _fixed(">B", v.ULong),
    0x54: _fixed(">b", v.Int),
    0x55: _fixed(">b"),
    0x56: _fixed(">?"),
    0x60: _fixed(">H", v.UShort),
    0x61: _fixed(">h", v.Short),
    0x70: _fixed(">I", v.UInt),
    0x71: _fixed(">i", v.Int),
    0x72: _fixed(">f", v.Float),
    0x73: _fixed(">I", lambda number: v.Char(chr(number))),
    0x74: _fixed(">4s", v.Decimal32),
    0x80: _fixed(">Q", v.ULong),
    0x81: _fixed(">q"),
    0x82: _fixed(">d"),
    0x83: _fixed(">q", v.Timestamp),
    0x84: _fixed(">8s", v.Decimal64),
    0x94: _fixed(">16s", v.Decimal128),
    0x98: _fixed(">16s", _uuid),
    0xA0: _variable(">B"),
    0xA1: _variable(">B", _text),
    0xA3: _variable(">B", _symbol),
    0xB0: _variable(">I"),
    0xB1: _variable(">I", _text),
    0xB3: _variable(">I", _symbol),
    0xC0: _compound(">BB", _items),
    0xD0: _compound(">II", _items),
    0xC1: _compound(">BB", _map),
    0xD1: _compound(">II", _map),
    0xE0: _compound(">BB", _array),
    0xF0: _compound(">II", _array),
}
