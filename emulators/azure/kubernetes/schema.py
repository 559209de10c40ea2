"""The types of the served kinds: their fields, and how their lists and maps merge.

`schema.json` holds them in short, taken from the OpenAPI documents of Kubernetes 1.33: `@Probe` is
a struct, `[]string` a list that is replaced as a whole, `[=]string` a set, `[name]@Container` a
list whose items are told apart by their name, `{}string` a map; a `!` at the end makes a struct or
map one single value. `tests/contract/kubernetes/openapi_types.py` makes that file.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulators.azure.kubernetes.custom_types import CUSTOM_TYPES
from emulators.azure.kubernetes.kinds import Kind

_KEY_DEFAULTS: Mapping[str, Any] = {"protocol": "TCP"}


@dataclass(frozen=True, slots=True)
class Shape:
    """The type of one value."""

    code: str

    @property
    def is_struct(self) -> bool:
        return self.code.startswith("@")

    @property
    def is_list(self) -> bool:
        return self.code.startswith("[")

    @property
    def is_map(self) -> bool:
        return self.code.startswith("{}")

    @property
    def is_atomic(self) -> bool:
        """Whether the value has one owner as a whole."""
        if self.is_list:
            return self.code.startswith("[]")
        return self.code.endswith("!") or not (self.is_struct or self.is_map)

    @property
    def is_set(self) -> bool:
        return self.code.startswith("[=]")

    @property
    def item_keys(self) -> tuple[str, ...]:
        """The fields that tell the items of a list apart; empty for other lists."""
        if not self.is_list or self.is_set or self.is_atomic:
            return ()
        return tuple(self.code[1 : self.code.index("]")].split(","))

    @property
    def item(self) -> "Shape":
        return Shape(self.code[self.code.index("]") + 1 :])

    @property
    def type_name(self) -> str:
        """Of a struct the name of its Go type."""
        return self.code.strip("@!")

    @property
    def fields(self) -> Mapping[str, "Shape"]:
        return _TYPES[self.type_name]

    def child(self, name: str) -> "Shape":
        """The shape of a field or map value; anything goes in a field that nobody knows."""
        if self.is_struct:
            return self.fields.get(name, ANYTHING)
        if self.is_map:
            return Shape(self.code.removesuffix("!")[2:])
        return ANYTHING

    def item_key(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """The item's key values, with the defaults that the API server would fill in."""
        return {
            key: item.get(key, _KEY_DEFAULTS.get(key))
            for key in sorted(self.item_keys)
            if key in item or key in _KEY_DEFAULTS
        }


ANYTHING = Shape("any")

_SOURCE = json.loads(Path(__file__).with_name("schema.json").read_text())

_TYPES: Mapping[str, Mapping[str, Shape]] = {
    name: {field: Shape(code) for field, code in fields.items()}
    for name, fields in (_SOURCE | CUSTOM_TYPES).items()
}


def shape_of(kind: Kind) -> Shape:
    return Shape(f"@{kind.kind}")
