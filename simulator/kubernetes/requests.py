"""What a request asks for: the resource in its path, its options and its body."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from aiohttp import web

from simulator.kubernetes import errors
from simulator.kubernetes.admission import Writing
from simulator.kubernetes.apply import Manager
from simulator.kubernetes.kinds import KINDS, Kind, Object, kind_at

JSON = "application/json"
YAML = "application/yaml"
APPLY_YAML = "application/apply-patch+yaml"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"
PATCHES = (JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_YAML)


@dataclass(frozen=True, slots=True)
class Target:
    """The resource that a path names: a collection when `name` is empty."""

    kind: Kind
    namespace: str
    name: str
    subresource: str

    @property
    def all_namespaces(self) -> bool:
        return self.kind.namespaced and not self.namespace


def parse_path(path: str) -> Target | None:
    """The resource at `path`; None for a path outside of every group that is served."""
    parts = [each for each in path.split("/") if each]
    if parts[:1] == ["api"] and len(parts) > 2:
        group, version, rest = "", parts[1], parts[2:]
    elif parts[:1] == ["apis"] and len(parts) > 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    return _parse_resource(group, version, rest)


def _parse_resource(group: str, version: str, parts: list[str]) -> Target | None:
    namespace = ""
    if parts[0] == "namespaces" and len(parts) > 2 and kind_at(group, version, parts[2]):
        namespace, parts = parts[1], parts[2:]
    kind = kind_at(group, version, parts[0])
    if kind is None or len(parts) > 3 or bool(namespace) > kind.namespaced:
        return None
    name = parts[1] if len(parts) > 1 else ""
    subresource = parts[2] if len(parts) > 2 else ""
    if name and kind.namespaced and not namespace:
        return None
    if subresource and subresource not in kind.subresources:
        return None
    return Target(kind, namespace, name, subresource)


def flag(query: Mapping[str, str], name: str) -> bool:
    return query.get(name, "") in ("1", "true", "True", "t", "T")


def manager_name(request: web.Request) -> str:
    """Who changes the object: `fieldManager`, else the first word of the User-Agent."""
    given = request.query.get("fieldManager")
    agent = request.headers.get("User-Agent", "unknown").partition("/")[0]
    return given or agent


_OPTIONS = {"POST": "CreateOptions", "PUT": "UpdateOptions", "PATCH": "PatchOptions"}
_STRICTNESS = ("", "Ignore", "Strict", "Warn")


def read_writing(request: web.Request, operation: str, subresource: str) -> Writing:
    """Who writes and how, from the query. Raises the 422 for options that do not exist."""
    query = request.query
    options = _OPTIONS.get(request.method, "DeleteOptions")
    dry_run = query.get("dryRun", "")
    if dry_run not in ("", "All"):
        wrong = errors.FieldError(
            "dryRun",
            "FieldValueNotSupported",
            f'Unsupported value: []string{{"{dry_run}"}}: supported values: "All"',
        )
        raise errors.invalid_options(options, wrong)
    strictness = query.get("fieldValidation", "")
    if strictness not in _STRICTNESS:
        wrong = errors.not_supported("fieldValidation", strictness, _STRICTNESS)
        raise errors.invalid_options(options, wrong)
    owned = subresource if subresource in ("status", "scale") else ""
    manager = Manager(manager_name(request), operation, owned)
    return Writing(manager, dry_run == "All", strictness or "Warn")


async def read_object(request: web.Request, kind: Kind) -> Object:
    """The manifest in the body; without apiVersion and kind it is taken for the path's."""
    body = await _read_manifest(request, kind)
    body.setdefault("apiVersion", kind.api_version)
    body.setdefault("kind", kind.kind)
    if (body["apiVersion"], body["kind"]) != (kind.api_version, kind.kind):
        raise errors.bad_request(_wrong_kind(kind, body))
    return body


async def _read_manifest(request: web.Request, kind: Kind) -> Object:
    if request.content_type not in (JSON, YAML, "application/octet-stream"):
        raise errors.unsupported_media_type((JSON, YAML, "application/vnd.kubernetes.protobuf"))
    data = await request.read()
    try:
        body = yaml.safe_load(data) if request.content_type == YAML else json.loads(data)
    except yaml.YAMLError as failure:
        problem = f"error converting YAML to JSON: {_yaml_error(failure)}"
        raise errors.bad_request(problem) from failure
    except ValueError as failure:
        raise errors.bad_request(_unrecognized(kind, data, _json_error(failure))) from failure
    if not isinstance(body, dict):
        problem = (
            f"json: cannot unmarshal {_JSON_TYPES.get(type(body), 'null')} into Go value of type"
            ' struct { APIVersion string "json:\\"apiVersion,omitempty\\"";'
            ' Kind string "json:\\"kind,omitempty\\"" }'
        )
        raise errors.bad_request(_unrecognized(kind, data, problem))
    return body


_JSON_TYPES = {list: "array", str: "string", int: "number", float: "number", bool: "bool"}


def _unrecognized(kind: Kind, data: bytes, problem: str) -> str:
    """Go shows what begins like an object as text, anything else as bytes."""
    shown = data.decode(errors="replace") if data.startswith(b"{") else data.hex()
    return (
        f"the object provided is unrecognized (must be of type {kind.kind}): couldn't get"
        f" version/kind; json parse error: {problem} ({shown[:1024] or '<empty>'})"
    )


def _wrong_kind(kind: Kind, body: Object) -> str:
    group, _, version = str(body["apiVersion"]).rpartition("/")
    given = f'{body["kind"]} in version "{version}" cannot be handled as a {kind.kind}:'
    if any(
        (each.group, each.version, each.kind) == (group, version, body["kind"]) for each in KINDS
    ):
        package = kind.group.partition(".")[0] or "core"
        conversion = f"(v1.{body['kind']}) to ({package}.{kind.kind})"
        return f"{given} converting {conversion}: unknown conversion"
    return (
        f'{given} no kind "{body["kind"]}" is registered for version "{body["apiVersion"]}" in'
        ' scheme "pkg/runtime/scheme.go:110"'
    )


async def read_applied(request: web.Request, kind: Kind) -> Object:
    """The configuration in the body of a server-side apply, JSON or YAML."""
    try:
        body = yaml.load(await request.read(), yaml.CSafeLoader)
    except yaml.YAMLError as failure:
        message = f"error decoding YAML: error converting YAML to JSON: {_yaml_error(failure)}"
        raise errors.bad_request(message) from failure
    given = body if isinstance(body, dict) else {}
    group, _, version = str(given.get("apiVersion") or "").rpartition("/")
    if (group, version, given.get("kind")) != (kind.group, kind.version, kind.kind):
        shown = f"{group}/{version}, Kind={given.get('kind') or ''}"
        raise errors.bad_request(f"invalid object type: {shown}")
    return given


def _yaml_error(failure: yaml.YAMLError) -> str:
    mark = getattr(failure, "problem_mark", None)
    line = f"line {mark.line + 1}: " if mark is not None else ""
    return f"yaml: {line}{getattr(failure, 'problem', None) or failure}"


async def read_patch(request: web.Request) -> Any:
    data = await request.read()
    try:
        return json.loads(data)
    except ValueError as failure:
        raise errors.bad_request(f"error decoding patch: {_json_error(failure)}") from failure


async def read_options(request: web.Request) -> Object:
    """The DeleteOptions in a body, which may be empty."""
    data = await request.read()
    if not data.strip():
        return {}
    try:
        return json.loads(data)
    except ValueError as failure:
        problem = f"couldn't get version/kind; json parse error: {_json_error(failure)}"
        raise errors.ApiError(500, "", problem) from failure


_GO_PLACES = {
    "Expecting property name enclosed in double quotes": (
        "looking for beginning of object key string"
    ),
    "Expecting ':' delimiter": "after object key",
    "Expecting ',' delimiter": "after object key:value pair",
    "Extra data": "after top-level value",
}


def _json_error(failure: ValueError) -> str:
    """What Go's decoder says of the same mistake."""
    if not isinstance(failure, json.JSONDecodeError) or failure.pos >= len(failure.doc):
        return "unexpected end of JSON input"
    place = _GO_PLACES.get(failure.msg, "looking for beginning of value")
    return f"invalid character '{failure.doc[failure.pos]}' {place}"
