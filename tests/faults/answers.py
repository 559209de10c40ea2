"""Faults as the simulator's control API takes them, for one environment each."""

from collections.abc import Mapping
from typing import Any

type Fault = Mapping[str, Any]

CELL_GROUP = r"/resource[gG]roups/gp-{name}-westeurope$"
EDGE_GROUP = r"/resource[gG]roups/gp-{name}-edge$"
CLUSTER = r"/managedClusters/gp-{name}-westeurope$"
GPU_POOL = r"/managedClusters/gp-{name}-westeurope/agentPools/gpu$"
CREDENTIAL = r"/managedClusters/gp-{name}-westeurope/listClusterUserCredential$"
PROFILE = r"/profiles/gp-{name}$"
ENDPOINT = r"/profiles/gp-{name}/afdEndpoints/gp-{name}$"
ORIGIN_GROUP = r"/profiles/gp-{name}/originGroups/inference$"
ORIGIN = r"/profiles/gp-{name}/originGroups/inference/origins/"
ROUTE = r"/afdEndpoints/gp-{name}/routes/inference$"
WAF_POLICY = r"/frontDoorWebApplicationFirewallPolicies/gp{plain}$"
SECURITY_POLICY = r"/profiles/gp-{name}/securityPolicies/waf$"

IMAGE = "registry.example.com/llm:1.4.2"
BROKEN = "registry.example.com/llm:broken"


def answer(
    method: str,
    path: str,
    status: int,
    code: str = "",
    message: str = "",
    count: int | None = None,
    **more: Any,
) -> Fault:
    """ARM answers `status` to matching requests, `count` times or for ever."""
    error = {"code": code, "message": message} if code else {}
    match = {"method": method, "path": path}
    return _without_none({"match": match, "status": status, "count": count, **error, **more})


def late(method: str, path: str, seconds: float) -> Fault:
    """ARM's first answer takes so long, so that what runs beside it has begun by then."""
    match = {"method": method, "path": path}
    return {"match": match, "latencySeconds": seconds, "count": 1}


def recorded(method: str, path: str, name: str, count: int | None = None, **more: Any) -> Fault:
    """A whole answer of real Azure, by its name."""
    match = {"method": method, "path": path}
    return _without_none({"match": match, "recorded": name, "count": count, **more})


def poll(about: str, status: int, code: str, count: int | None = None, **more: Any) -> Fault:
    """Azure answers polls of the resource's operations so."""
    match = {"method": "GET", "path": "/operations/|/operationresults/", "about": about}
    return _without_none({"match": match, "status": status, "code": code, "count": count, **more})


def ends(
    method: str, path: str, code: str, message: str, count: int | None = None, **more: Any
) -> Fault:
    """The operation is accepted and ends Failed."""
    error = {"code": code, "message": message}
    return _without_none(
        {"operation": f"^{method} .*{path}", "error": error, "count": count, **more}
    )


def in_cluster(**what: Any) -> Fault:
    """Something goes wrong inside the cluster."""
    return {"cluster": "gp-{name}-westeurope", **what}


def kubernetes(
    method: str | None,
    path: str,
    status: int,
    reason: str,
    message: str,
    count: int | None = None,
) -> Fault:
    """The cluster's API server refuses with a Status."""
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": status,
    }
    match = {"path": f"^/kubernetes/[^/]+/.*{path}", "about": CLUSTER}
    if method:
        match["method"] = method
    return _without_none({"match": match, "status": status, "body": body, "count": count})


def edge(status: int, body: str, count: int | None = None) -> Fault:
    """The environment's public host name answers so, whatever is behind it."""
    match = {"host": r"^gp-{name}-[^.]*\.z01\.azurefd\.net$"}
    return _without_none({"match": match, "status": status, "body": body, "count": count})


def _without_none(fault: dict[str, Any]) -> Fault:
    return {name: value for name, value in fault.items() if value is not None}
