"""What a request asks for: the resource in its path and its options."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from emulators.azure.kubernetes import errors
from emulators.azure.kubernetes.admission import Writing
from emulators.azure.kubernetes.apply import Manager
from emulators.azure.kubernetes.kinds import Kind, kind_at

PROXY = "proxy"
"""The subresource that has paths of its own below it: what the pod serves."""


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
    if kind is None or bool(namespace) > kind.namespaced:
        return None
    if len(parts) > 3 and parts[2] != PROXY:
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
