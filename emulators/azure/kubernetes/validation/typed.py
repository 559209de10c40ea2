"""The stricter reading of server-side apply, which knows types by their schema alone."""

import json
from collections.abc import Iterator
from typing import Any

from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.kinds import Kind, Object
from emulators.azure.kubernetes.schema import Shape, shape_of
from emulators.azure.kubernetes.validation import decoding


def check(kind: Kind, namespace: str, body: Object) -> None:
    """Refuse unknown fields, duplicate keys and values of another type."""
    found = list(_typed_errors(body, shape_of(kind), ""))
    if not found:
        return
    name = body["metadata"].get("name", "")
    where = f"{namespace}/{name}" if namespace else f"/{name}"
    listed = found[0] if len(found) == 1 else "errors:\n" + "\n".join(f"  {e}" for e in found)
    message = (
        f"failed to create typed patch object ({where}; {kind.api_version}, Kind={kind.kind}):"
        f" {listed}"
    )
    raise ApiError(500, "", message)


def _typed_errors(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if value is None or shape.code == "any":
        return
    if shape.is_struct or shape.is_map:
        yield from _typed_map(value, shape, path)
    elif shape.is_list:
        yield from _typed_list(value, shape, path)
    elif isinstance(value, (dict, list)):
        yield f"{path}: expected {_TYPED_NAMES.get(shape.code, 'any scalar')}, got &{{{value}}}"
    elif shape.code in _TYPED_NAMES and not decoding.fits(
        value, _TYPED_CODES.get(shape.code, shape.code)
    ):
        yield f"{path}: expected {_TYPED_NAMES[shape.code]}, got {_typed_value(value)}"


_TYPED_NAMES = {
    "string": "string",
    "boolean": "boolean",
    "int32": "numeric (int or float)",
    "int64": "numeric (int or float)",
    "number": "numeric (int or float)",
}


_TYPED_CODES = {"int32": "number", "int64": "number"}
"""Fractions are found out only when the object is converted to its Go type."""


def _typed_value(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    return f"&value.valueUnstructured{{Value:{json.dumps(value)}}}"


def _typed_map(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: expected map, got &{{{value}}}"
        return
    for key, each in value.items():
        if shape.is_struct and key not in shape.fields:
            yield f"{path}.{key}: field not declared in schema"
        else:
            yield from _typed_errors(each, shape.child(key), f"{path}.{key}")


def _typed_list(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: expected list, got &{{{value}}}"
        return
    seen: set[str] = set()
    for index, each in enumerate(value):
        if shape.item_keys and not isinstance(each, dict):
            yield (
                f"{path}: element {index}: associative list with keys may not have non-map"
                " elements"
            )
            continue
        here = f"{path}[{index}]"
        if shape.item_keys:
            key = _key_text(shape.item_key(each))
            here = f"{path}[{key}]"
            if key in seen:
                yield f"{path}: duplicate entries for key [{key}]"
            seen.add(key)
        yield from _typed_errors(each, shape.item, here)


def _key_text(key: dict[str, Any]) -> str:
    return ",".join(f"{name}={json.dumps(value)}" for name, value in key.items())
