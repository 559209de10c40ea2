"""JSON merge patches, strategic merge patches and JSON patches."""

from typing import Any

from emulators.azure.kubernetes import errors
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.schema import Shape
from emulators.azure.kubernetes.store import copy_of
from emulators.azure.kubernetes.validation import go_values


def merge(target: Any, patch: Any) -> Any:
    """RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    result = copy_of(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def strategic_merge(target: Any, patch: Any, shape: Shape) -> Any:
    """Kubernetes' own patch: lists with a merge key are merged, `$patch` and `$` lists obeyed."""
    if isinstance(patch, dict):
        return _strategic_map(target if isinstance(target, dict) else {}, patch, shape)
    if isinstance(patch, list) and isinstance(target, list):
        return _strategic_list(target, patch, shape)
    return patch


def _strategic_map(target: Object, patch: Object, shape: Shape) -> Object:
    if patch.get("$patch") == "replace":
        return {key: value for key, value in patch.items() if key != "$patch"}
    retained = patch.get("$retainKeys")
    result = {
        key: copy_of(value) for key, value in target.items() if retained is None or key in retained
    }
    for key, value in patch.items():
        if key.startswith("$deleteFromPrimitiveList/"):
            field = key.partition("/")[2]
            result[field] = [each for each in result.get(field, []) if each not in value]
        elif key.startswith("$"):
            continue
        elif value is None:
            result.pop(key, None)
        else:
            result[key] = strategic_merge(result.get(key), value, shape.child(key))
    return result


def _strategic_list(target: list[Any], patch: list[Any], shape: Shape) -> list[Any]:
    if shape.is_set:
        return target + [each for each in patch if each not in target]
    if not shape.item_keys or {"$patch": "replace"} in patch:
        return [each for each in patch if each != {"$patch": "replace"}]
    key = shape.item_keys[0]
    result = [copy_of(each) for each in target]
    for item in patch:
        if key not in item:
            problem = f"map: {go_values.printed(item)} does not contain declared merge key: {key}"
            raise errors.ApiError(500, "", problem)
        index = _index_by(result, key, item.get(key))
        if item.get("$patch") == "delete":
            result = [each for each in result if each.get(key) != item.get(key)]
        elif index is None:
            result.append(item)
        else:
            result[index] = strategic_merge(result[index], item, shape.item)
    return result


def _index_by(items: list[Object], key: str, value: Any) -> int | None:
    return next((index for index, each in enumerate(items) if each.get(key) == value), None)


def json_patch(target: Object, operations: list[Object]) -> Object:
    """RFC 6902."""
    result = copy_of(target)
    try:
        for each in operations:
            _OPERATIONS[each["op"]](result, each)
    except (KeyError, IndexError, ValueError, TypeError) as failure:
        raise errors.ApiError(
            422, "Invalid", "the server rejected our request due to an error in our request", {}
        ) from failure
    return result


def _place(document: Any, pointer: str) -> tuple[Any, Any]:
    """The list or map that a JSON pointer leads to, and the index or key in it."""
    *parents, last = [
        each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]
    ]
    for part in parents:
        document = document[int(part) if isinstance(document, list) else part]
    if isinstance(document, list):
        return document, len(document) if last == "-" else int(last)
    return document, last


def _value_at(document: Any, pointer: str) -> Any:
    parent, index = _place(document, pointer)
    return parent[index]


def _put(document: Any, pointer: str, value: Any) -> None:
    parent, index = _place(document, pointer)
    if isinstance(parent, list):
        parent.insert(index, value)
    else:
        parent[index] = value


def _add(document: Any, operation: Object) -> None:
    _put(document, operation["path"], operation["value"])


def _replace(document: Any, operation: Object) -> None:
    parent, index = _place(document, operation["path"])
    if parent[index] != operation["value"]:
        parent[index] = operation["value"]


def _remove(document: Any, operation: Object) -> None:
    parent, index = _place(document, operation["path"])
    del parent[index]


def _copy(document: Any, operation: Object) -> None:
    _put(document, operation["path"], copy_of(_value_at(document, operation["from"])))


def _move(document: Any, operation: Object) -> None:
    moved = _value_at(document, operation["from"])
    _remove(document, {"path": operation["from"]})
    _put(document, operation["path"], moved)


def _test(document: Any, operation: Object) -> None:
    if _value_at(document, operation["path"]) != operation["value"]:
        raise ValueError(operation["path"])


_OPERATIONS = {
    "add": _add,
    "replace": _replace,
    "remove": _remove,
    "copy": _copy,
    "move": _move,
    "test": _test,
}
