"""The bodies of requests: manifests, patches and options, in JSON, YAML or protobuf."""

import json
from typing import Any

import yaml
from aiohttp import web

from emulators.azure.kubernetes import errors, protobuf
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.kinds import SERVED, Kind, Object
from emulators.azure.kubernetes.schema import Shape, shape_of

JSON = "application/json"
YAML = "application/yaml"
PROTOBUF = "application/vnd.kubernetes.protobuf"
APPLY_YAML = "application/apply-patch+yaml"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"
PATCHES = (JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_YAML)


async def read_object(request: web.Request, kind: Kind) -> Object:
    """The manifest in the body; without apiVersion and kind it is taken for the path's."""
    body = await _read_manifest(request, kind)
    body.setdefault("apiVersion", kind.api_version)
    body.setdefault("kind", kind.kind)
    if (body["apiVersion"], body["kind"]) != (kind.api_version, kind.kind):
        raise errors.bad_request(_wrong_kind(kind, body))
    return body


async def _read_manifest(request: web.Request, kind: Kind) -> Object:
    if request.content_type not in (JSON, YAML, PROTOBUF, "application/octet-stream"):
        raise errors.unsupported_media_type((JSON, YAML, PROTOBUF))
    data = await request.read()
    if request.content_type == PROTOBUF:
        return _read_protobuf(data, kind)
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


def _read_protobuf(data: bytes, kind: Kind) -> Object:
    try:
        envelope = protobuf.open_envelope(data)
        named = {"apiVersion": envelope.api_version, "kind": envelope.kind}
        named = {key: value for key, value in named.items() if value}
        return {**protobuf.decode(envelope.message, shape_of(kind)), **named}
    except protobuf.Malformed as failure:
        problem = f"the object provided is unrecognized (must be of type {kind.kind}): {failure}"
        raise errors.bad_request(f"{problem} ({data.hex()[:1024]})") from failure


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
        (each.group, each.version, each.kind) == (group, version, body["kind"]) for each in SERVED
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
        if request.content_type == PROTOBUF:
            message = protobuf.open_envelope(data).message
            return protobuf.decode(message, Shape("@DeleteOptions"))
        return json.loads(data)
    except protobuf.Malformed as failure:
        raise ApiError(500, "", str(failure)) from failure
    except ValueError as failure:
        problem = f"couldn't get version/kind; json parse error: {_json_error(failure)}"
        raise ApiError(500, "", problem) from failure


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
