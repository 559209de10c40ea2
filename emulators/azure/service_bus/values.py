"""AMQP types that Python does not tell apart, as subclasses of Python's own types.

A plain `int` is AMQP's long, `float` is double, `str` is string, `bytes` is binary.
"""

from typing import Any, NamedTuple


class UByte(int):
    """Unsigned, 8 bits."""


class UShort(int):
    """Unsigned, 16 bits."""


class UInt(int):
    """Unsigned, 32 bits."""


class ULong(int):
    """Unsigned, 64 bits."""


class Byte(int):
    """Signed, 8 bits."""


class Short(int):
    """Signed, 16 bits."""


class Int(int):
    """Signed, 32 bits."""


class Timestamp(int):
    """Milliseconds of Unix time."""


class Float(float):
    """A float of 32 bits."""


class Char(str):
    """One character."""


class Symbol(str):
    """A name out of a fixed set, in ASCII."""


class Decimal32(bytes):
    """A decimal that is passed on as it came."""


class Decimal64(bytes):
    """A decimal that is passed on as it came."""


class Decimal128(bytes):
    """A decimal that is passed on as it came."""


class Array(list[Any]):
    """Values of one type, which stands on the wire once."""


class Described(NamedTuple):
    """A value with a descriptor that says what it means."""

    descriptor: Any
    value: Any
