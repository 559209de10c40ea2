"""Reading request bodies in protobuf, which Go clients with generated types send.

A body is the magic bytes, then an envelope that names the type and carries the message.
`protobuf.json` lists the fields of each type in the order of their numbers (`-` is a number that
nobody has): `replicas*` may be absent, so that its zero counts; `+ProbeHandler` is embedded, its
fields are written among those of its owner; `effect:v1.TaintEffect` is text by another name.
`tests/contract/kubernetes/protobuf_fields.py` makes that file.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.schema import Shape

MAGIC = b"k8s\0"

_SOURCE: Mapping[str, str] = json.loads(Path(__file__).with_name("protobuf.json").read_text())
_FIELDS = {name: fields.split() for name, fields in _SOURCE.items()}

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INT_KIND = 0

Wire = int | bytes


class Malformed(Exception):
    """Bytes that are no protobuf message."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The message with the type that the client says it has; both names may be empty."""

    api_version: str
    kind: str
    message: bytes


def tells_empty_from_absent(type_name: str, field: str) -> bool:
    """Whether the Go field is a pointer, so that an empty value is one all the same."""
    return any(_name_in(each) == field and "*" in each for each in _FIELDS.get(type_name, []))


def named_type(type_name: str, field: str) -> str:
    """The Go type of a field that is text by another name, else nothing."""
    found = (each for each in _FIELDS.get(type_name, []) if _name_in(each) == field)
    return next(found, "").partition(":")[2]


def _name_in(written: str) -> str:
    return written.partition(":")[0].removesuffix("*")


def open_envelope(data: bytes) -> Envelope:
    """Raises Malformed."""
    if not data.startswith(MAGIC):
        raise Malformed("provided data does not appear to be a protobuf message")
    outer = dict(_wire_fields(data.removeprefix(MAGIC)))
    names = dict(_wire_fields(_bytes(outer.get(1, b""))))
    message = _bytes(outer.get(2, b""))
    return Envelope(_text(names.get(1, b"")), _text(names.get(2, b"")), message)


def decode(message: bytes, shape: Shape) -> Object:
    """The JSON of a message whose type is `shape`. Raises Malformed."""
    found: Object = {}
    _decode_into(found, message, shape, shape.type_name)
    return found


def _decode_into(target: Object, message: bytes, shape: Shape, type_name: str) -> None:
    """`type_name` differs from the shape's where it is embedded in it."""
    fields = _FIELDS.get(type_name, [])
    for number, value in _wire_fields(message):
        written = fields[number - 1] if number <= len(fields) else "-"
        if written.startswith("+"):
            _decode_into(target, _bytes(value), shape, written[1:])
        elif written != "-":
            name = _name_in(written)
            _set_field(target, name, value, shape.child(name), "*" in written)


def _set_field(target: Object, name: str, value: Wire, shape: Shape, optional: bool) -> None:
    if shape.is_list:
        target.setdefault(name, []).append(_value(value, shape.item))
    elif shape.is_map:
        entry = dict(_wire_fields(_bytes(value)))
        key = _text(entry.get(1, b""))
        target.setdefault(name, {})[key] = _value(entry.get(2, b""), shape.child(key))
    else:
        decoded = _value(value, shape)
        if decoded is not None and (optional or decoded not in ("", 0, False)):
            target[name] = decoded


def _value(value: Wire, shape: Shape) -> Any:
    if shape.is_struct:
        return decode(_bytes(value), shape)
    return _SCALARS[shape.code](value)


def _time(value: Wire) -> str | None:
    fields = dict(_wire_fields(_bytes(value)))
    if not fields:
        return None
    moment = _EPOCH + timedelta(seconds=_integer(fields.get(1, 0)))
    nanoseconds = _integer(fields.get(2, 0))
    fraction = f".{nanoseconds // 1000:06d}" if nanoseconds else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _int_or_string(value: Wire) -> int | str:
    fields = dict(_wire_fields(_bytes(value)))
    if fields.get(1, _INT_KIND) == _INT_KIND:
        return _integer(fields.get(2, 0))
    return _text(fields.get(3, b""))


def _first_text(value: Wire) -> str:
    return _text(dict(_wire_fields(_bytes(value))).get(1, b""))


def _base64(value: Wire) -> str:
    return base64.b64encode(_bytes(value)).decode()


def _text(value: Wire) -> str:
    try:
        return _bytes(value).decode()
    except UnicodeDecodeError as failure:
        raise Malformed(str(failure)) from failure


def _integer(value: Wire) -> int:
    if not isinstance(value, int):
        raise Malformed("proto: wrong wireType = 2 for an integer")
    return value - (1 << 64) if value >> 63 else value


def _bytes(value: Wire) -> bytes:
    if isinstance(value, int):
        raise Malformed("proto: wrong wireType = 0 for a message")
    return value


_SCALARS: Mapping[str, Callable[[Wire], Any]] = {
    "string": _text,
    "bytes": _base64,
    "boolean": lambda value: bool(_integer(value)),
    "int32": _integer,
    "int64": _integer,
    "quantity": _first_text,
    "time": _time,
    "int-or-string": _int_or_string,
    "any": lambda value: json.loads(_first_text(value) or "null"),
}


def _wire_fields(data: bytes) -> Iterator[tuple[int, Wire]]:
    """Field numbers with their values as they come."""
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        number, wire_type = key >> 3, key & 7
        if wire_type == _VARINT:
            value, position = _varint(data, position)
            yield number, value
            continue
        if wire_type == _BYTES:
            size, position = _varint(data, position)
        elif wire_type in (_FIXED64, _FIXED32):
            size = 8 if wire_type == _FIXED64 else 4
        else:
            raise Malformed(f"proto: illegal wireType {wire_type}")
        if position + size > len(data):
            raise Malformed("unexpected EOF")
        yield number, data[position : position + size]
        position += size


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 64:
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position
    raise Malformed("unexpected EOF")
