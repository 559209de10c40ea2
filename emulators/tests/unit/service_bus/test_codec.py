"""The codec: what is written can be read, and nothing that comes in breaks more than a value."""

import operator
import struct
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulators.azure.service_bus import values as v
from emulators.azure.service_bus.decoding import decode, skip
from emulators.azure.service_bus.encoding import encode
from emulators.azure.service_bus.errors import AmqpError
from emulators.tests.support.characters import CHARACTERS


def whole(kind: type, bits: int, signed: bool = False) -> st.SearchStrategy[Any]:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return st.integers(low, high).map(kind)


def repeated(units: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Up to sixty times, so on both sides of 255 bytes: drawn one by one, 300 take too long."""
    return st.builds(operator.mul, units, st.integers(0, 60))


SINGLES = st.floats(width=32, allow_nan=False).map(v.Float)
KINDS: list[st.SearchStrategy[Any]] = [
    st.none(),
    st.booleans(),
    whole(v.UByte, 8),
    whole(v.UShort, 16),
    whole(v.UInt, 32),
    whole(v.ULong, 64),
    whole(v.Byte, 8, signed=True),
    whole(v.Short, 16, signed=True),
    whole(v.Int, 32, signed=True),
    whole(int, 64, signed=True),
    whole(v.Timestamp, 64, signed=True),
    SINGLES,
    st.floats(allow_nan=False),
    CHARACTERS.map(v.Char),
    repeated(st.binary(max_size=5)),
    repeated(st.text(CHARACTERS, max_size=5)),
    repeated(st.text(st.characters(max_codepoint=127), max_size=5)).map(v.Symbol),
    st.uuids(),
    st.binary(min_size=4, max_size=4).map(v.Decimal32),
    st.binary(min_size=8, max_size=8).map(v.Decimal64),
    st.binary(min_size=16, max_size=16).map(v.Decimal128),
]
SIMPLE = st.one_of(KINDS)
KEYS = st.one_of(st.text(CHARACTERS, max_size=10), whole(v.ULong, 64), st.uuids())
ARRAYS = st.one_of([st.lists(kind, max_size=8).map(v.Array) for kind in KINDS])
VALUES = st.recursive(
    st.one_of(SIMPLE, ARRAYS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(KEYS, inner, max_size=3),
        st.builds(v.Described, st.one_of(whole(v.ULong, 64), st.just(v.Symbol("x"))), inner),
        st.lists(st.lists(inner, max_size=3), max_size=3).map(v.Array),
    ),
    max_leaves=8,
)


by_any_clock = settings(deadline=None)
"""Hypothesis limits one example and the making up of the first ten by the machine's
time: a loaded machine exceeds 0.2 s and 1 s without any fault of the codec. Without a deadline
the second limit is 30 s."""


def shape(value: Any) -> Any:
    """The value with its types, which equality of Python's numbers does not compare."""
    if isinstance(value, dict):
        return dict, [(shape(key), shape(each)) for key, each in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [shape(each) for each in value]
    return type(value), value


@by_any_clock
@given(VALUES)
def test_every_value_comes_back_with_its_type(value: Any) -> None:
    data = encode(value)
    found, end = decode(data)
    assert shape(found) == shape(value)
    assert end == skip(data, 0) == len(data)


@by_any_clock
@given(VALUES, st.data())
def test_a_cut_value_is_refused(value: Any, data: st.DataObject) -> None:
    encoded = encode(value)
    cut = encoded[: data.draw(st.integers(0, len(encoded) - 1))]
    with pytest.raises(AmqpError):
        decode(cut)


@by_any_clock
@given(st.binary(max_size=200))
def test_garbage_is_read_or_refused(data: bytes) -> None:
    for reading in (decode, skip):
        try:
            reading(data, 0)
        except AmqpError:
            continue


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\x40", None),
        (b"\x56\x01", True),
        (b"\x43", v.UInt(0)),
        (b"\x70\x00\x00\x00\x07", v.UInt(7)),
        (b"\x80" + bytes(7) + b"\x01", v.ULong(1)),
        (b"\x55\xff", -1),
        (b"\xa1\x02hi", "hi"),
        (b"\xb0\x00\x00\x00\x01x", b"x"),
        (b"\xd0\x00\x00\x00\x05\x00\x00\x00\x01\x41", [True]),
        (b"\xe0\x04\x02\x50\x01\x02", v.Array([v.UByte(1), v.UByte(2)])),
        (b"\xe0\x06\x01\x00\x53\x24\x45", v.Array([v.Described(v.ULong(0x24), [])])),
        (b"\x98" + bytes(range(16)), uuid.UUID(bytes=bytes(range(16)))),
    ],
)
def test_other_writers_forms_are_read(data: bytes, value: Any) -> None:
    if data.startswith(b"\xe0\x06"):
        data = data.replace(b"\x06", b"\x05", 1)
    assert shape(decode(data)[0]) == shape(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x3f",
        b"\x00" * 100,
        b"\xc1\x02\x01\x40",
        b"\xc0\x05\x01\x40\x40\x40\x40",
        b"\xd0\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xf0" + struct.pack(">II", 5, 2**32 - 1) + b"\x40",
        b"\xa1\x01\xff",
        b"\xc1\x04\x02\x45\x40\x40",
        b"\xc0\x01" * 40,
    ],
    ids=[
        *("empty", "unknown type", "endless descriptors", "key without value", "size too large"),
        *("huge list", "huge array of nulls", "no text", "a list as key", "too deep"),
    ],
)
def test_malformed_values_are_refused(data: bytes) -> None:
    with pytest.raises(AmqpError):
        decode(data)
