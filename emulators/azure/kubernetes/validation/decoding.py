"""Reading a manifest into its Go type: wrong types are refused, unknown fields are dropped."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from emulators.azure.kubernetes import errors, protobuf, quantities
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.kinds import Kind, Object
from emulators.azure.kubernetes.schema import Shape, shape_of
from emulators.azure.kubernetes.validation import go_values

_QUANTITY_RULE = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)
_GO_TYPES = {
    "string": "string",
    "bytes": "[]uint8",
    "boolean": "bool",
    "int32": "int32",
    "int64": "int64",
    "int-or-string": "int32",
}


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


def problem_of(kind: Kind, body: Object, strict: bool) -> str:
    """What is wrong with a patched object; empty when nothing is."""
    unknown: list[str] = []
    try:
        _Decoder(kind, unknown).value(body, shape_of(kind), (), "")
    except Undecodable as failure:
        return str(failure)
    if strict and unknown:
        listed = ", ".join(f'unknown field "{each}"' for each in sorted(unknown))
        return f"strict decoding error: {listed}"
    return ""


def scalar_problem(value: Any, code: str) -> str:
    """What is wrong with a value whose Go type reads its own JSON."""
    try:
        if code == "quantity":
            _check_quantity(value)
        elif code == "bytes" and isinstance(value, str):
            _check_base64(value)
    except Undecodable as failure:
        return f"error decoding from json: {failure}" if code == "bytes" else str(failure)
    return ""


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
                self._element(each, shape.item, (*path, f"[{index}]"), owner)
                for index, each in enumerate(value)
            ]
        if shape.is_map:
            self._expect(isinstance(value, dict), value, shape, path, owner)
            return {
                key: self._element(each, shape.child(key), path, owner)
                for key, each in value.items()
            }
        self._scalar(value, shape, path, owner)
        return value

    def _element(self, value: Any, shape: Shape, path: tuple[str, ...], owner: str) -> Any:
        """A null in a list or map is the zero of its Go type."""
        if value is not None:
            return self.value(value, shape, path, owner)
        return {} if shape.is_struct else _ZEROS.get(shape.code)

    def _struct(self, value: Any, shape: Shape, path: tuple[str, ...], owner: str) -> Any:
        self._expect(isinstance(value, dict), value, shape, path, owner)
        result: Object = {}
        for key, each in value.items():
            if key not in shape.fields:
                self._unknown.append(_dotted((*path, key), with_index=True))
                continue
            child = shape.child(key)
            decoded = self.value(each, child, (*path, key), shape.type_name)
            if not _is_absent(decoded, child, shape.type_name, key):
                result[key] = decoded
        return result

    def _scalar(self, value: Any, shape: Shape, path: tuple[str, ...], owner: str) -> None:
        if shape.code == "quantity":
            _check_quantity(value)
        elif shape.code == "bytes" and isinstance(value, str):
            _check_base64(value)
        elif shape.code == "int-or-string":
            fitting = isinstance(value, (int, str)) and not isinstance(value, bool)
            self._expect(fitting, value, shape, path, owner)
        else:
            self._expect(fits(value, shape.code), value, shape, path, owner)

    def _expect(
        self, fitting: bool, value: Any, shape: Shape, path: tuple[str, ...], owner: str
    ) -> None:
        if not fitting:
            raise Undecodable(
                f"json: cannot unmarshal {_given(value, shape)} into Go struct field"
                f" {owner}.{_dotted(path, with_index=False)}"
                f" of type {_go_type(shape, owner, path)}"
            )


def fits(value: Any, code: str) -> bool:
    """Whether JSON data has the type of a field."""
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


def _check_base64(text: str) -> None:
    alphabet = re.match(r"[A-Za-z0-9+/\r\n]*={0,2}", text)
    length = alphabet.end() if alphabet else 0
    whole = len(re.sub(r"[\r\n]", "", text)) % 4 == 0
    if length < len(text) or not whole:
        place = length if length < len(text) else length - length % 4
        raise Undecodable(f"illegal base64 data at input byte {place}")


def _is_absent(decoded: Any, shape: Shape, type_name: str, field: str) -> bool:
    """Whether Go does not tell the value from a missing one."""
    if decoded == "" and shape.code != "int-or-string":
        return not protobuf.tells_empty_from_absent(type_name, field)
    return decoded is None or (decoded in ([], {}) and not shape.is_struct)


def _given(value: Any, shape: Shape) -> str:
    """A number is shown only where another number would do."""
    integer = shape.code in ("int32", "int64", "int-or-string")
    return go_values.json_type(value if integer or not isinstance(value, float) else int(value))


_ZEROS: Mapping[str, Any] = {
    "string": "",
    "bytes": "",
    "boolean": False,
    "int32": 0,
    "int64": 0,
    "int-or-string": 0,
    "quantity": "0",
}


def _dotted(path: tuple[str, ...], with_index: bool) -> str:
    text = ""
    for part in path:
        if part.startswith("["):
            text += part if with_index else ""
        else:
            text += f".{part}" if text else part
    return text


def _go_type(shape: Shape, owner: str = "", path: tuple[str, ...] = ()) -> str:
    """Of text in a field of a struct, the name of the Go type if it has one."""
    if shape.code == "string" and path:
        field = next((each for each in reversed(path) if not each.startswith("[")), "")
        return protobuf.named_type(owner, field) or "string"
    if shape.is_list:
        return f"[]{_go_type(shape.item, owner, path)}"
    if shape.is_map:
        value = shape.child("")
        return "v1.ResourceList" if value.code == "quantity" else f"map[string]{_go_type(value)}"
    if shape.is_struct:
        return f"v1.{shape.type_name}"
    return _GO_TYPES.get(shape.code, shape.code)
