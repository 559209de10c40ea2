"""What a request asks for: the resource in its path, its options and its body."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from aiohttp import web

from simulator.kubernetes import errors
from simulator.kubernetes.kinds import Kind, Object, kind_at

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


def is_dry_run(query: Mapping[str, str]) -> bool:
    return query.get("dryRun") == "All"


def manager_name(request: web.Request) -> str:
    """Who changes the object: `fieldManager`, else the first word of the User-Agent."""
    given = request.query.get("fieldManager")
    agent = request.headers.get("User-Agent", "unknown").partition("/")[0]
    return given or agent


async def read_object(request: web.Request, kind: Kind) -> Object:
    """The manifest in the body, which has to be of the kind that the path names."""
    if request.content_type not in (JSON, YAML, "application/octet-stream", *PATCHES):
        raise errors.unsupported_media_type((JSON, YAML))
    body = await read_body(request)
    if not isinstance(body, dict):
        raise errors.bad_request(_undecodable(kind, body))
    given = (body.get("apiVersion"), body.get("kind"))
    if not body.get("kind"):
        text = json.dumps(body, separators=(",", ":"))
        raise errors.bad_request(f"Object 'Kind' is missing in '{text}'")
    if not body.get("apiVersion"):
        text = json.dumps(body, separators=(",", ":"))
        raise errors.bad_request(f"Object 'apiVersion' is missing in '{text}'")
    if given != (kind.api_version, kind.kind):
        raise errors.bad_request(_wrong_kind(kind, body))
    return body


def _undecodable(kind: Kind, body: Any) -> str:
    del kind
    found = "array" if isinstance(body, list) else type(body).__name__
    return (
        "couldn't get version/kind; json parse error: json: cannot unmarshal"
        f" {found} into Go value of type struct {{ APIVersion string"
        ' "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
    )


def _wrong_kind(kind: Kind, body: Object) -> str:
    group, _, version = body["apiVersion"].rpartition("/")
    if (group, version) == (kind.group, kind.version):
        return (
            f'{body["kind"]} in version "{version}" cannot be handled as a {kind.kind}:'
            f' no kind "{body["kind"]}" is registered for version "{body["apiVersion"]}"'
            " in scheme"
        )
    return (
        f"the API version in the data ({body['apiVersion']}) does not match the expected API"
        f" version ({kind.api_version})"
    )


async def read_body(request: web.Request) -> Any:
    """The body as JSON data, from JSON or YAML; None when it is empty."""
    text = (await request.read()).decode()
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError as failure:
        if "yaml" not in request.content_type:
            raise errors.bad_request(_json_error(failure)) from failure
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as failure:
        raise errors.bad_request(f"error decoding YAML: {failure}") from failure


def _json_error(failure: ValueError) -> str:
    found = "unexpected end of JSON input"
    if isinstance(failure, json.JSONDecodeError) and failure.pos < len(failure.doc):
        found = f"invalid character '{failure.doc[failure.pos]}' looking for beginning of value"
    return f"couldn't get version/kind; json parse error: {found}"
