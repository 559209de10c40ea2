"""JSON merge patches, strategic merge patches and JSON patches."""

from typing import Any

from simulator.kubernetes import errors
from simulator.kubernetes.kinds import Object
from simulator.kubernetes.schema import Shape
from simulator.kubernetes.store import copy_of


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
    """RFC 6902, without `move` and `copy`, which no Kubernetes client in use here sends."""
    result = copy_of(target)
    for each in operations:
        _apply_operation(result, each)
    return result


def _apply_operation(document: Any, operation: Object) -> None:
    *parents, last = [
        each.replace("~1", "/").replace("~0", "~") for each in operation["path"].split("/")[1:]
    ]
    try:
        for part in parents:
            document = document[int(part) if isinstance(document, list) else part]
        _OPERATIONS[operation["op"]](document, last, operation)
    except (KeyError, IndexError, ValueError, TypeError) as failure:
        raise errors.ApiError(
            422, "Invalid", "the server rejected our request due to an error in our request", {}
        ) from failure


def _add(parent: Any, last: str, operation: Object) -> None:
    if isinstance(parent, list):
        parent.insert(len(parent) if last == "-" else int(last), operation["value"])
    else:
        parent[last] = operation["value"]


def _replace(parent: Any, last: str, operation: Object) -> None:
    parent[int(last) if isinstance(parent, list) else last] = operation["value"]


def _remove(parent: Any, last: str, operation: Object) -> None:
    del parent[int(last) if isinstance(parent, list) else last]


def _test(parent: Any, last: str, operation: Object) -> None:
    if parent[int(last) if isinstance(parent, list) else last] != operation["value"]:
        raise ValueError(operation["path"])


_OPERATIONS = {"add": _add, "replace": _replace, "remove": _remove, "test": _test}
