"""Whether JSON has the types that a service reads; what it does not name may be anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Each:
    """A list whose items have a shape."""

    item: "Shape"


@dataclass(frozen=True, slots=True)
class Values:
    """An object with any names whose values have a shape."""

    value: "Shape"


Shape = type | Mapping[str, "Shape"] | Each | Values
"""A type, the fields of an object, a list or a map. Null fits a field, but no item of a list."""

TAGS = Values(str)
REFERENCE: Shape = {"id": str}

_WORDS = {str: "string", bool: "bool", int: "int", float: "float64"}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A value of the wrong type, and where it is."""

    path: str
    value: object
    wanted: str


def mismatch(value: Any, shape: Shape, path: str = "") -> Mismatch | None:
    """The first value that does not fit, or None."""
    if value is None:
        return None
    if isinstance(shape, type):
        return None if _is_of(value, shape) else Mismatch(path, value, _WORDS[shape])
    if isinstance(shape, Each | Values) and None in _items(value):
        return Mismatch(path, None, "object without null")
    if isinstance(shape, Each):
        if not isinstance(value, list):
            return Mismatch(path, value, "array")
        parts = [(f"{path}[{index}]", each, shape.item) for index, each in enumerate(value)]
    elif not isinstance(value, dict):
        return Mismatch(path, value, "object")
    elif isinstance(shape, Values):
        parts = [(_below(path, name), each, shape.value) for name, each in value.items()]
    else:
        parts = [(_below(path, name), value.get(name), part) for name, part in shape.items()]
    found = (mismatch(each, part, where) for where, each, part in parts)
    return next((each for each in found if each is not None), None)


def _items(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _is_of(value: object, wanted: type) -> bool:
    if isinstance(value, bool):
        return wanted is bool
    if wanted is float:
        return isinstance(value, int | float)
    return isinstance(value, wanted)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
