"""The OpenAPI documents, as far as kubectl reads them.

It asks whether it may leave validation to the server, and explains types by their fields, here
without a description in words.
"""

from collections.abc import Mapping

from emulators.azure.kubernetes import kinds, schema
from emulators.azure.kubernetes.discovery import prefix
from emulators.azure.kubernetes.kinds import KINDS, Kind, Object
from emulators.azure.kubernetes.schema import Shape

PROTOBUF_V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
"""kubectl reads version 2 for manifests of kind List: no bytes are a document without types."""


def answer(path: str) -> Object | None:
    """The document at `path`, or None when there is none."""
    if path == "/openapi/v3":
        return {
            "paths": {
                prefix(*each): {"serverRelativeURL": f"/openapi/v3/{prefix(*each)}"}
                for each in kinds.group_versions()
            }
        }
    for group, version in kinds.group_versions():
        if path == f"/openapi/v3/{prefix(group, version)}":
            return _document(group, version)
    return None


def _document(group: str, version: str) -> Object:
    served = [each for each in KINDS if (each.group, each.version) == (group, version)]
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1"},
        "paths": {_path(each): _operations(each) for each in served},
        "components": {"schemas": _schemas(served)},
    }


def _schemas(served: list[Kind]) -> Object:
    """The types of these kinds, and all types that they are made of."""
    schemas: Object = {}
    waiting = [schema.shape_of(each) for each in served]
    while waiting:
        shape = waiting.pop()
        if shape.type_name not in schemas:
            schemas[shape.type_name] = _struct(shape)
            waiting += [each for field in shape.fields.values() for each in _structs_in(field)]
    for each in served:
        schemas[each.kind]["x-kubernetes-group-version-kind"] = [_names(each)]
    return schemas


def _structs_in(shape: Shape) -> list[Shape]:
    if shape.is_struct:
        return [shape]
    if shape.is_list:
        return _structs_in(shape.item)
    return _structs_in(shape.child("")) if shape.is_map else []


def _struct(shape: Shape) -> Object:
    return {
        "type": "object",
        "properties": {name: _schema(each) for name, each in shape.fields.items()},
    }


def _schema(shape: Shape) -> Object:
    if shape.is_struct:
        return {"allOf": [{"$ref": f"#/components/schemas/{shape.type_name}"}]}
    if shape.is_list:
        return {"type": "array", "items": _schema(shape.item)}
    if shape.is_map:
        return {"type": "object", "additionalProperties": _schema(shape.child(""))}
    return dict(_SCALARS[shape.code])


_SCALARS: Mapping[str, Object] = {
    "string": {"type": "string"},
    "bytes": {"type": "string", "format": "byte"},
    "boolean": {"type": "boolean"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"type": "integer", "format": "int64"},
    "quantity": {"type": "string"},
    "time": {"type": "string", "format": "date-time"},
    "int-or-string": {"type": "string", "format": "int-or-string"},
    "any": {"type": "object"},
}


def _path(kind: Kind) -> str:
    namespace = "/namespaces/{namespace}" if kind.namespaced else ""
    return f"/{prefix(kind.group, kind.version)}{namespace}/{kind.plural}/{{name}}"


def _operations(kind: Kind) -> Object:
    options = ("dryRun", "fieldManager", "fieldValidation", "force")
    return {
        "patch": {
            "parameters": [
                {"name": each, "in": "query", "schema": {"type": "string"}} for each in options
            ],
            "x-kubernetes-action": "patch",
            "x-kubernetes-group-version-kind": _names(kind),
        }
    }


def _names(kind: Kind) -> Object:
    return {"group": kind.group, "version": kind.version, "kind": kind.kind}
