"""Types in the short form of `emulators/azure/kubernetes/schema.json`, out of OpenAPI documents.

`python -m emulators.tests.contract.kubernetes.openapi_types DOCUMENT...` prints that file anew;
the documents are what `kubectl get --raw /openapi/v3/api/v1` and its like answer.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Schemas = Mapping[str, Any]
Types = dict[str, dict[str, str]]

DOCUMENTS = (
    "api/v1",
    "apis/apps/v1",
    "apis/discovery.k8s.io/v1",
    "apis/authorization.k8s.io/v1",
    "apis/policy/v1",
    "apis/networking.k8s.io/v1",
)
_CORE = ("ConfigMap", "Event", "Namespace", "Node", "Pod", "Secret", "Service")
_ROOTS = (
    *(f"io.k8s.api.core.v1.{each}" for each in _CORE),
    *(f"io.k8s.api.apps.v1.{each}" for each in ("Deployment", "ReplicaSet", "DaemonSet")),
    "io.k8s.api.discovery.v1.EndpointSlice",
    "io.k8s.api.autoscaling.v1.Scale",
    "io.k8s.api.policy.v1.Eviction",
    "io.k8s.api.policy.v1.PodDisruptionBudget",
    "io.k8s.api.networking.v1.NetworkPolicy",
    "io.k8s.api.authorization.v1.SelfSubjectAccessReview",
)
_SCALARS = {
    "Quantity": "quantity",
    "IntOrString": "int-or-string",
    "Time": "time",
    "MicroTime": "time",
    "FieldsV1": "any",
    "RawExtension": "any",
}


def read_types(documents: list[Any]) -> Types:
    """All types that the served kinds are made of."""
    schemas: dict[str, Any] = {}
    for document in documents:
        schemas |= document["components"]["schemas"]
    found: Types = {}
    for root in _ROOTS:
        _add(root, schemas, found)
    return found


def as_text(types: Types) -> str:
    lines = [
        f" {json.dumps(name)}: {json.dumps(types[name], separators=(',', ':'))}"
        for name in sorted(types)
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _add(full_name: str, schemas: Schemas, found: Types) -> None:
    name = full_name.rpartition(".")[2]
    if name in found:
        return
    found[name] = {}
    for field, schema in schemas[full_name].get("properties", {}).items():
        found[name][field] = _code(schema, schemas, found)


def _code(schema: Any, schemas: Schemas, found: Types) -> str:
    reference = schema.get("$ref") or (schema.get("allOf") or [{}])[0].get("$ref")
    if reference:
        return _struct(reference.rpartition("/")[2], schema, schemas, found)
    kind = schema.get("type")
    if kind == "array":
        return _list_prefix(schema) + _code(schema["items"], schemas, found)
    if kind == "object" and "additionalProperties" in schema:
        value = _code(schema["additionalProperties"], schemas, found)
        return f"{{}}{value}" + ("!" if _is_atomic(schema) else "")
    if kind == "integer":
        return schema.get("format", "int32")
    if (kind, schema.get("format")) == ("string", "byte"):
        return "bytes"
    return kind if kind in ("string", "boolean", "number") else "any"


def _struct(full_name: str, schema: Any, schemas: Schemas, found: Types) -> str:
    name = full_name.rpartition(".")[2]
    if name in _SCALARS:
        return _SCALARS[name]
    _add(full_name, schemas, found)
    atomic = _is_atomic(schema) or _is_atomic(schemas[full_name])
    return f"@{name}" + ("!" if atomic else "")


def _is_atomic(schema: Any) -> bool:
    return schema.get("x-kubernetes-map-type") == "atomic"


def _list_prefix(schema: Any) -> str:
    kind = schema.get("x-kubernetes-list-type")
    if kind == "map":
        return f"[{','.join(schema['x-kubernetes-list-map-keys'])}]"
    return "[=]" if kind == "set" else "[]"


if __name__ == "__main__":
    print(
        as_text(read_types([json.loads(Path(each).read_text()) for each in sys.argv[1:]])), end=""
    )
