"""Patches in requests: from a body to an edit, with what is wrong with either in Go's words."""

from collections.abc import Callable
from typing import Any

from emulators.azure.kubernetes import bodies, errors, patches
from emulators.azure.kubernetes.kinds import Kind, Object
from emulators.azure.kubernetes.schema import Shape, shape_of
from emulators.azure.kubernetes.store import as_json
from emulators.azure.kubernetes.validation import decoding, go_values

Edit = Callable[[Object], Object]

_ANY_MAP = "map[string]interface {}"


def edit_of(kind: Kind, content_type: str, body: Any, strict: bool) -> Edit:
    """What a patch makes of an object. `strict`: unknown fields are refused."""
    _check_body(content_type, body)

    def edit(live: Object) -> Object:
        patched = _patched(kind, content_type, body, live)
        strategic = content_type == bodies.STRATEGIC_PATCH
        problem = _conversion_problem(patched, shape_of(kind)) if strategic else ""
        problem = problem or decoding.problem_of(kind, patched, strict)
        if problem:
            shown = go_values.printed(body) if strategic else as_json(patched).decode().rstrip()
            raise errors.invalid_patch(shown, problem)
        return patched

    return edit


def _patched(kind: Kind, content_type: str, body: Any, live: Object) -> Object:
    if content_type == bodies.JSON_PATCH:
        return patches.json_patch(live, body)
    if content_type == bodies.MERGE_PATCH:
        return patches.merge(live, body)
    return patches.strategic_merge(live, body, shape_of(kind))


def _check_body(content_type: str, body: Any) -> None:
    if content_type == bodies.JSON_PATCH:
        fits, wanted, prefix = isinstance(body, list), "[]handlers.jsonPatchOp", True
    else:
        fits, wanted = isinstance(body, dict), _ANY_MAP
        prefix = content_type == bodies.MERGE_PATCH
    if not fits:
        problem = f"json: cannot unmarshal {go_values.json_type(body)} into Go value of type"
        begin = "error decoding patch: " if prefix else ""
        raise errors.bad_request(f"{begin}{problem} {wanted}")


def _conversion_problem(value: Any, shape: Shape) -> str:
    """The first value of a merged map that does not go into its Go type; empty when all do."""
    if value is None or shape.code == "any":
        return ""
    if shape.is_struct or shape.is_map:
        if not isinstance(value, dict):
            kind = "struct from:" if shape.is_struct else "map from"
            return f"cannot restore {kind} {_go_kind(value)}"
        children = [(each, shape.child(key)) for key, each in value.items()]
    elif shape.is_list:
        if not isinstance(value, list):
            return f"cannot restore slice from {_go_kind(value)}"
        children = [(each, shape.item) for each in value]
    else:
        return _scalar_problem(value, shape.code)
    found = (_conversion_problem(each, child) for each, child in children)
    return next((each for each in found if each), "")


_GO_TYPES = {"boolean": "bool", "int32": "int32", "int64": "int64", "string": "string"}


def _scalar_problem(value: Any, code: str) -> str:
    wanted = _GO_TYPES.get(code)
    if wanted is None:
        return decoding.scalar_problem(value, code)
    if decoding.fits(value, code) or (isinstance(value, float) and value.is_integer()):
        return ""
    given = _go_kind(value)
    convertible = (given, wanted) == ("int64", "string") or (
        given == "float64" and wanted in ("int32", "int64")
    )
    return f"cannot convert {given} to {wanted}" if convertible else f"unrecognized type: {wanted}"


def _go_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    kinds = ((str, "string"), (int, "int64"), (float, "float64"), (list, "slice"), (dict, "map"))
    return next(name for kind, name in kinds if isinstance(value, kind))


def check_name(body: Object, name: str) -> None:
    """A changed object has to name itself as its path does."""
    metadata = body.get("metadata")
    named = metadata.get("name") if isinstance(metadata, dict) else None
    if not named:
        raise errors.bad_request(
            f"the name of the object ({name} based on URL) was undeterminable: name must be"
            " provided"
        )
    if named != name:
        raise errors.bad_request(
            f"the name of the object ({named}) does not match the name on the URL ({name})"
        )
