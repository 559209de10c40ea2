"""Discovery: which groups, versions and resources the API server has."""

from emulators.azure.kubernetes import kinds
from emulators.azure.kubernetes.kinds import POD, SERVED, Kind, Object

_STATUS_VERBS = ("get", "patch", "update")
_CONNECT_VERBS = ("create", "delete", "get", "patch", "update")


def version(kubernetes_version: str) -> Object:
    major, minor, _ = kubernetes_version.split(".")
    return {
        "major": major,
        "minor": minor,
        "gitVersion": f"v{kubernetes_version}",
        "gitCommit": "0000000000000000000000000000000000000000",
        "gitTreeState": "clean",
        "buildDate": "2026-09-10T00:00:00Z",
        "goVersion": "go1.24.6",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


def answer(path: str, host: str) -> Object | None:
    """The discovery document at `path`, or None when there is none."""
    if path == "/api":
        address = [{"clientCIDR": "0.0.0.0/0", "serverAddress": host}]
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": address}
    if path == "/apis":
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [*_groups().values()]}
    for group, group_version in kinds.group_versions():
        if path == f"/{prefix(group, group_version)}":
            return _resources(group, group_version)
        if group and path == f"/apis/{group}":
            return {"kind": "APIGroup", "apiVersion": "v1", **_groups()[group]}
    return None


def prefix(group: str, version: str) -> str:
    """Where the resources of a group and version are."""
    return f"apis/{group}/{version}" if group else f"api/{version}"


def _groups() -> dict[str, Object]:
    groups: dict[str, Object] = {}
    for group, group_version in kinds.group_versions():
        if group:
            entry = {"groupVersion": f"{group}/{group_version}", "version": group_version}
            groups[group] = {"name": group, "versions": [entry], "preferredVersion": entry}
    return groups


def _resources(group: str, group_version: str) -> Object:
    served = [each for each in SERVED if (each.group, each.version) == (group, group_version)]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group}/{group_version}" if group else group_version,
        "resources": [entry for each in served for entry in _entries(each)],
    }


def _entries(kind: Kind) -> list[Object]:
    entry: Object = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": list(kind.verbs),
        "storageVersionHash": f"{kind.kind.lower():_<12}",
    }
    if kind.short_names:
        entry["shortNames"] = list(kind.short_names)
    if kind.categories:
        entry["categories"] = list(kind.categories)
    return [entry, *(_subresource(kind, each) for each in kind.subresources)]


def _subresource(kind: Kind, name: str) -> Object:
    entry: Object = {
        "name": f"{kind.plural}/{name}",
        "singularName": "",
        "namespaced": kind.namespaced,
        "kind": kind.kind,
        "verbs": list(_STATUS_VERBS),
    }
    if name == "scale":
        entry |= {"group": "autoscaling", "version": "v1", "kind": "Scale"}
    elif name == "eviction":
        entry |= {"group": "policy", "version": "v1", "kind": "Eviction", "verbs": ["create"]}
    elif name == "log" and kind is POD:
        entry["verbs"] = ["get"]
    elif name == "proxy":
        entry |= {"kind": "PodProxyOptions", "verbs": list(_CONNECT_VERBS)}
    return entry
