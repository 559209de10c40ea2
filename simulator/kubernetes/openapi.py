"""The OpenAPI documents, as far as kubectl asks whether it may leave validation to the server."""

from simulator.kubernetes import kinds
from simulator.kubernetes.kinds import KINDS, Kind, Object

PROTOBUF_V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
"""kubectl reads version 2 for manifests of kind List: no bytes are a document without types."""


def answer(path: str) -> Object | None:
    """The document at `path`, or None when there is none."""
    if path == "/openapi/v3":
        return {
            "paths": {
                _prefix(*each): {"serverRelativeURL": f"/openapi/v3/{_prefix(*each)}"}
                for each in kinds.group_versions()
            }
        }
    for group, version in kinds.group_versions():
        if path == f"/openapi/v3/{_prefix(group, version)}":
            return _document(group, version)
    return None


def _prefix(group: str, version: str) -> str:
    return f"apis/{group}/{version}" if group else f"api/{version}"


def _document(group: str, version: str) -> Object:
    served = [each for each in KINDS if (each.group, each.version) == (group, version)]
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1"},
        "paths": {_path(each): _operations(each) for each in served},
    }


def _path(kind: Kind) -> str:
    namespace = "/namespaces/{namespace}" if kind.namespaced else ""
    return f"/{_prefix(kind.group, kind.version)}{namespace}/{kind.plural}/{{name}}"


def _operations(kind: Kind) -> Object:
    options = ("dryRun", "fieldManager", "fieldValidation", "force")
    return {
        "patch": {
            "parameters": [
                {"name": each, "in": "query", "schema": {"type": "string"}} for each in options
            ],
            "x-kubernetes-action": "patch",
            "x-kubernetes-group-version-kind": {
                "group": kind.group,
                "version": kind.version,
                "kind": kind.kind,
            },
        }
    }
