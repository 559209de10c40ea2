"""Reading a manifest into its Go type: wrong types are refused, unknown fields are dropped."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.kubernetes import errors, quantities
from simulator.kubernetes.errors import ApiError
from simulator.kubernetes.kinds import Kind, Object
from simulator.kubernetes.schema import Shape, shape_of

_QUANTITY_RULE = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)
_GO_TYPES = {"string": "string", "boolean": "bool", "int32": "int32", "int64": "int64"}


class Undecodable(Exception):
    """A value that does not fit its field, in the words of Go's JSON decoder."""


@dataclass(slots=True)
class Decoded:
    """A manifest with what its type knows, and the paths of what was dropped."""

    object: Object
    unknown: list[str] = field(default_factory=list[str])


def decode(kind: Kind, body: Object) -> Decoded:
    """Raises the 400 that the API server answers."""
    decoded = Decoded({})
    try:
        decoded.object = _Decoder(kind, decoded.unknown).value(body, shape_of(kind), (), "")
    except Undecodable as failure:
        raise errors.bad_request(
            f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}:'
            f" {failure}"
        ) from failure
    return decoded


def strict_error(kind: Kind, unknown: list[str]) -> ApiError:
    listed = ", ".join(f'unknown field "{each}"' for each in sorted(unknown))
    return errors.bad_request(
        f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}:'
        f" strict decoding error: {listed}"
    )


class _Decoder:
    def __init__(self, kind: Kind, unknown: list[str]) -> None:
        self._kind = kind
        self._unknown = unknown

    def value(self, value: Any, shape: Shape, path: tuple[str, ...], owner: str) -> Any:
        """`owner` is the Go struct that has the field, as messages name it."""
        if value is None or shape.code == "any":
            return value
        if shape.is_struct:
            return self._struct(value, shape, path, owner)
        if shape.is_list:
            self._expect(isinstance(value, list), value, shape, path, owner)
            return [
                self.value(each, shape.item, (*path, f"[{index}]"), owner)
                for index, each in enumerate(value)
            ]
        if shape.is_map:
            self._expect(isinstance(value, dict), value, shape, path, owner)
            return {
                key: self.value(each, shape.child(key), path, owner) for key, each in value.items()
            }
        self._scalar(value, shape, path, owner)
        return value

    def _struct(self, value: Any, shape: Shape, path: tuple[str, ...], owner: str) -> Any:
        self._expect(isinstance(value, dict), value, shape, path, owner)
        result: Object = {}
        for key, each in value.items():
            if key not in shape.fields:
                self._unknown.append(_dotted((*path, key), with_index=True))
                continue
            child = shape.child(key)
            decoded = self.value(each, child, (*path, key), shape.type_name)
            if decoded is not None and not (decoded in ([], {}) and not child.is_struct):
                result[key] = decoded
        return result

    def _scalar(self, value: Any, shape: Shape, path: tuple[str, ...], owner: str) -> None:
        if shape.code == "quantity":
            _check_quantity(value)
        elif shape.code == "int-or-string":
            fits = isinstance(value, (int, str)) and not isinstance(value, bool)
            self._expect(fits, value, shape, path, owner)
        else:
            self._expect(_fits(value, shape.code), value, shape, path, owner)

    def _expect(
        self, fits: bool, value: Any, shape: Shape, path: tuple[str, ...], owner: str
    ) -> None:
        if not fits:
            raise Undecodable(
                f"json: cannot unmarshal {_json_type(value)} into Go struct field"
                f" {owner}.{_dotted(path, with_index=False)} of type {_go_type(shape)}"
            )


def _fits(value: Any, code: str) -> bool:
    if code == "boolean":
        return isinstance(value, bool)
    if code in ("int32", "int64"):
        return isinstance(value, int) and not isinstance(value, bool)
    if code == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str)


def _check_quantity(value: Any) -> None:
    try:
        quantities.parse(value)
    except ValueError as failure:
        raise Undecodable(_QUANTITY_RULE) from failure


def _dotted(path: tuple[str, ...], with_index: bool) -> str:
    text = ""
    for part in path:
        if part.startswith("["):
            text += part if with_index else ""
        else:
            text += f".{part}" if text else part
    return text


def _json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, float):
        return f"number {json.dumps(value)}"
    names = ((str, "string"), (int, "number"), (list, "array"), (dict, "object"))
    return next(name for kind, name in names if isinstance(value, kind))


def _go_type(shape: Shape) -> str:
    if shape.is_list:
        return f"[]{_go_type(shape.item)}"
    if shape.is_map:
        return f"map[string]{_go_type(shape.child(''))}"
    if shape.is_struct:
        return f"v1.{shape.type_name}"
    return _GO_TYPES.get(shape.code, shape.code)


def check_typed(kind: Kind, namespace: str, body: Object) -> None:
    """The stricter reading of server-side apply: it refuses unknown fields and duplicate keys."""
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
    elif shape.code in _TYPED_NAMES and not _fits(value, _TYPED_CODES.get(shape.code, shape.code)):
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
