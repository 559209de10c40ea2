"""Sets of field paths, as managedFields records who owns which field."""

import json
from collections.abc import Iterator
from typing import Any

from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.schema import Shape

Path = tuple[str, ...]
"""Elements as FieldsV1 writes them: `f:spec`, `k:{"name":"a"}`, `v:"x"`."""

FieldSet = frozenset[Path]

_NEVER_OWNED = frozenset(
    {
        ("f:apiVersion",),
        ("f:kind",),
        ("f:metadata",),
        *(
            ("f:metadata", f"f:{each}")
            for each in (
                "name",
                "namespace",
                "uid",
                "resourceVersion",
                "generation",
                "creationTimestamp",
                "deletionTimestamp",
                "deletionGracePeriodSeconds",
                "managedFields",
                "selfLink",
            )
        ),
    }
)


def fields_of(subject: Object, shape: Shape) -> FieldSet:
    """Every field that is set in `subject`: leaves, and the items of keyed lists themselves."""
    return frozenset(path for path, _ in walk(subject, shape) if _can_be_owned(path))


def _can_be_owned(path: Path) -> bool:
    return path[:2] not in _NEVER_OWNED and path not in _NEVER_OWNED


def walk(value: Any, shape: Shape, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Each path that can have an owner, with its value."""
    if isinstance(value, dict) and value and not shape.is_atomic:
        for key, each in value.items():
            yield from walk(each, shape.child(key), (*path, f"f:{key}"))
    elif isinstance(value, list) and value and shape.item_keys:
        for item in value:
            yield from _walk_item(item, shape, path)
    elif isinstance(value, list) and value and shape.is_set:
        for each in value:
            yield (*path, f"v:{_compact(each)}"), each
    else:
        yield path, value


def _walk_item(item: Any, shape: Shape, path: Path) -> Iterator[tuple[Path, Any]]:
    item_path = (*path, f"k:{_compact(shape.item_key(item))}")
    yield item_path, item
    for key, each in item.items():
        yield from walk(each, shape.item.child(key), (*item_path, f"f:{key}"))


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def changed_fields(old: Object, new: Object, shape: Shape) -> FieldSet:
    """Fields of `new` whose value is not what `old` has."""
    before = dict(walk(old, shape))
    return frozenset(
        path
        for path, value in walk(new, shape)
        if _can_be_owned(path)
        and (path not in before or (not _is_item(path) and before[path] != value))
    )


def _is_item(path: Path) -> bool:
    return bool(path) and path[-1].startswith("k:")


def encode(fields: FieldSet) -> Object:
    """The nested form in which managedFields carries a set."""
    root: Object = {}
    for path in sorted(fields):
        node = root
        for element in path:
            node = node.setdefault(element, {})
        if _is_item(path):
            node["."] = {}
    return root


def decode(nested: Object, path: Path = ()) -> FieldSet:
    """The set behind a FieldsV1 value."""
    found: set[Path] = set()
    for element, children in nested.items():
        here = path if element == "." else (*path, element)
        if not children:
            found.add(here)
        found |= decode(children, here)
    return frozenset(found)


def display(path: Path) -> str:
    """A path as conflict messages write it: `.spec.containers[name="a"].image`."""
    return "".join(_display_element(each) for each in path)


def _display_element(element: str) -> str:
    kind, _, rest = element.partition(":")
    if kind == "f":
        return f".{rest}"
    if kind == "v":
        return f"[={rest}]"
    pairs = ",".join(f"{key}={_compact(value)}" for key, value in json.loads(rest).items())
    return f"[{pairs}]"


def reading_order(path: Path) -> list[tuple[bool, str]]:
    """At each level the fields themselves come before what lies below others."""
    return [(index < len(path) - 1, each) for index, each in enumerate(path)]


def covers(fields: FieldSet, path: Path) -> bool:
    """Whether the set holds `path` or anything below it."""
    return any(each[: len(path)] == path for each in fields)


def remove_path(subject: Object, path: Path) -> None:
    """Take the value at `path` out of `subject`, and maps that are empty after that."""
    _remove(subject, path)


def _remove(value: Any, path: Path) -> None:
    index = _index_of(value, path[0])
    if index is None:
        return
    if len(path) == 1:
        del value[index]
        return
    below = value[index]
    _remove(below, path[1:])
    if not below and isinstance(value, dict):
        del value[index]


def _index_of(value: Any, element: str) -> Any:
    kind, _, rest = element.partition(":")
    if kind == "f":
        return rest if isinstance(value, dict) and rest in value else None
    if not isinstance(value, list):
        return None
    wanted = json.loads(rest)
    if kind == "v":
        return value.index(wanted) if wanted in value else None
    for index, item in enumerate(value):
        if all(item.get(key, "TCP") == each for key, each in wanted.items()):
            return index
    return None
