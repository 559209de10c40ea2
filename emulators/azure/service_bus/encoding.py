"""Writes values in AMQP's type system."""

import struct
from collections.abc import Callable
from typing import Any
from uuid import UUID

from emulators.azure.service_bus import values as v

Writer = Callable[[bytearray, Any], None]


def encode(value: Any) -> bytes:
    out = bytearray()
    write(out, value)
    return bytes(out)


def write(out: bytearray, value: Any) -> None:
    """Append `value` with its constructor, in the shortest form there is."""
    kind = type(value)
    compact = _COMPACT.get(kind)
    if compact is not None:
        compact(out, value)
        return
    code, body = _WIDE[kind]
    out.append(code)
    body(out, value)


def write_list(out: bytearray, items: list[Any] | tuple[Any, ...]) -> None:
    if not items:
        out.append(0x45)
        return
    body = bytearray()
    for item in items:
        write(body, item)
    _write_compound(out, 0xC0, 0xD0, len(items), body)


def _write_map(out: bytearray, items: dict[Any, Any]) -> None:
    body = _map_body(items)
    _write_compound(out, 0xC1, 0xD1, 2 * len(items), body)


def _map_body(items: dict[Any, Any]) -> bytearray:
    body = bytearray()
    for key, value in items.items():
        write(body, key)
        write(body, value)
    return body


def _write_compound(
    out: bytearray, small: int, large: int, count: int, body: bytes | bytearray
) -> None:
    if len(body) < 255 and count <= 255:
        out += bytes((small, len(body) + 1, count))
    else:
        out.append(large)
        out += struct.pack(">II", len(body) + 4, count)
    out += body


def _write_array(out: bytearray, items: v.Array) -> None:
    body = _array_body(items)
    _write_compound(out, 0xE0, 0xF0, len(items), body)


def _array_body(items: v.Array) -> bytearray:
    kinds = {type(item) for item in items}
    if len(kinds) > 1:
        raise ValueError("An array holds values of one type.")
    code, write_body = _WIDE[kinds.pop() if kinds else type(None)]
    body = bytearray((code,))
    for item in items:
        write_body(body, item)
    return body


def _write_described(out: bytearray, value: v.Described) -> None:
    out.append(0x00)
    write(out, value.descriptor)
    write(out, value.value)


def _packed(layout: str) -> Writer:
    pack = struct.Struct(layout).pack

    def append(out: bytearray, value: Any) -> None:
        out += pack(value)

    return append


def _nothing(out: bytearray, value: None) -> None:
    pass


def _raw(out: bytearray, value: bytes) -> None:
    out += value


def _sized(out: bytearray, value: bytes) -> None:
    out += struct.pack(">I", len(value))
    out += value


def _text(out: bytearray, value: str) -> None:
    _sized(out, value.encode())


def _wide_list(out: bytearray, items: list[Any]) -> None:
    body = bytearray()
    for item in items:
        write(body, item)
    out += struct.pack(">II", len(body) + 4, len(items))
    out += body


def _wide_map(out: bytearray, items: dict[Any, Any]) -> None:
    body = _map_body(items)
    out += struct.pack(">II", len(body) + 4, 2 * len(items))
    out += body


def _wide_array(out: bytearray, items: v.Array) -> None:
    body = _array_body(items)
    out += struct.pack(">II", len(body) + 4, len(items))
    out += body


_WIDE: dict[type, tuple[int, Writer]] = {
    type(None): (0x40, _nothing),
    bool: (0x56, lambda out, value: out.append(value)),
    v.UByte: (0x50, _packed(">B")),
    v.Byte: (0x51, _packed(">b")),
    v.UShort: (0x60, _packed(">H")),
    v.Short: (0x61, _packed(">h")),
    v.UInt: (0x70, _packed(">I")),
    v.Int: (0x71, _packed(">i")),
    v.ULong: (0x80, _packed(">Q")),
    int: (0x81, _packed(">q")),
    v.Float: (0x72, _packed(">f")),
    float: (0x82, _packed(">d")),
    v.Char: (0x73, lambda out, value: _raw(out, struct.pack(">I", ord(value)))),
    v.Timestamp: (0x83, _packed(">q")),
    v.Decimal32: (0x74, _raw),
    v.Decimal64: (0x84, _raw),
    v.Decimal128: (0x94, _raw),
    UUID: (0x98, lambda out, value: _raw(out, value.bytes)),
    bytes: (0xB0, _sized),
    str: (0xB1, _text),
    v.Symbol: (0xB3, _text),
    list: (0xD0, _wide_list),
    dict: (0xD1, _wide_map),
    v.Array: (0xF0, _wide_array),
}


def _write_bool(out: bytearray, value: bool) -> None:
    out.append(0x41 if value else 0x42)


def _unsigned(zero: int, small: int, large: int, layout: str) -> Writer:
    pack = struct.Struct(layout).pack

    def append(out: bytearray, value: int) -> None:
        if value == 0:
            out.append(zero)
        elif 0 < value < 256:
            out += bytes((small, value))
        else:
            out.append(large)
            out += pack(value)

    return append


def _signed(small: int, large: int, layout: str) -> Writer:
    pack = struct.Struct(layout).pack

    def append(out: bytearray, value: int) -> None:
        if -128 <= value < 128:
            out += bytes((small, value & 0xFF))
        else:
            out.append(large)
            out += pack(value)

    return append


def _variable(small: int, large: int, data: bytes, out: bytearray) -> None:
    if len(data) < 256:
        out += bytes((small, len(data)))
    else:
        out.append(large)
        out += struct.pack(">I", len(data))
    out += data


_COMPACT: dict[type, Writer] = {
    bool: _write_bool,
    v.UInt: _unsigned(0x43, 0x52, 0x70, ">I"),
    v.ULong: _unsigned(0x44, 0x53, 0x80, ">Q"),
    v.Int: _signed(0x54, 0x71, ">i"),
    int: _signed(0x55, 0x81, ">q"),
    bytes: lambda out, value: _variable(0xA0, 0xB0, value, out),
    str: lambda out, value: _variable(0xA1, 0xB1, value.encode(), out),
    v.Symbol: lambda out, value: _variable(0xA3, 0xB3, value.encode(), out),
    list: write_list,
    dict: _write_map,
    v.Array: _write_array,
    v.Described: _write_described,
}
