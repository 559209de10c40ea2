"""Which Azure RBAC action a request needs, by the rules by which ARM and AKS derive it."""

import re
from collections.abc import Mapping
from typing import Any

VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}

KUBERNETES = re.compile(
    r"/kubernetes/[^/]+/(?:api/v1|apis/(?P<group>[^/]+)/[^/]+)"
    r"(?:/namespaces/[^/]+(?=/))?/(?P<resource>[a-z]+)(?:/[^/]+)?"
)
"""A cluster's API as the simulator serves it, below a path of its own."""


def action_of(request: Mapping[str, Any]) -> str | None:
    """In lower case, as Azure compares them; None for what asks neither ARM nor a cluster."""
    method, path = request["method"], request["path"].lower()
    if path.endswith("/metrics:getbatch"):
        return "microsoft.insights/metrics/read"
    if path.startswith("/subscriptions/"):
        return _arm_action(method, path)
    if found := KUBERNETES.fullmatch(path):
        kind = "/".join(filter(None, (found["group"], found["resource"])))
        return f"microsoft.containerservice/managedclusters/{kind}/{VERBS[method]}"
    return None


def _arm_action(method: str, path: str) -> str:
    """Types without names; a POST ends in what is to be done, where others have a name."""
    scope, _, resource = path.partition("/providers/")
    if resource:
        namespace, *rest = resource.split("/")
        types = [namespace, *rest[::2]]
    else:
        types = ["microsoft.resources", *scope.split("/")[1::2]]
    return "/".join([*types, "action" if method == "POST" else VERBS[method]])
