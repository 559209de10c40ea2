"""Which Azure RBAC actions the app needs for what it asks, and which it is given by infra/."""

import json
import re
from collections.abc import Mapping
from typing import Any

from emulators.stack.api import SimulatedAzure
from emulators.stack.stack import Stack
from tests.architecture.source import REPOSITORY

ROLE_ACTIONS = REPOSITORY / "infra/modules/identity/role_actions.json"

OF_THE_APP = ("gridplane", "python-httpx2")
"""How its clients call themselves; kubectl and what tests look with have other names."""

VERBS = {
    "GET": "read",
    "HEAD": "read",
    "POST": "write",
    "PUT": "write",
    "PATCH": "write",
    "DELETE": "delete",
}

KUBERNETES = re.compile(
    r"/kubernetes/[^/]+/(?:api/v1|apis/(?P<group>[^/]+)/[^/]+)"
    r"(?:/namespaces/[^/]+(?=/))?/(?P<resource>[a-z]+)(?:/[^/]+(?:/proxy/.*|/log)?)?"
)
"""A cluster's API as the simulator serves it, below a path of its own. To Azure's authorizer what
is read below a pod is the pod: it has an action for `exec` alone (kubeguard/guard)."""


CUSTOM = (".x-k8s.io", "keda.sh")
"""End of the groups of custom resources that the app writes, for all of which there is one action:
Azure/kubeguard, authz/providers/azure/rbac."""


def granted_actions() -> set[str]:
    """In lower case, as Azure compares them."""
    parts = json.loads(ROLE_ACTIONS.read_text()).values()
    return {action.lower() for actions in parts for action in actions}


def read_actions(stack: Stack) -> set[str]:
    """What the app has asked of this stack's Azure."""
    with SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure:
        log = azure.get_requests()
    assert log["dropped"] == 0, "simulated Azure no longer has all requests of this stack"
    requests = log["requests"]
    asked = {action_of(each) for each in requests if each["userAgent"].startswith(OF_THE_APP)}
    return {action for action in asked if action}


def action_of(request: Mapping[str, Any]) -> str | None:
    """In lower case, as Azure compares them; None for what asks neither ARM nor a cluster."""
    method, path = request["method"], request["path"].lower()
    if path.endswith("/metrics:getbatch"):
        return "microsoft.insights/metrics/read"
    if path.startswith("/subscriptions/"):
        return _arm_action(method, path)
    if found := KUBERNETES.fullmatch(path):
        is_custom = str(found["group"]).endswith(CUSTOM)
        named = ("customresources",) if is_custom else (found["group"], found["resource"])
        kind = "/".join(filter(None, named))
        return f"microsoft.containerservice/managedclusters/{kind}/{VERBS[method]}"
    return None


def _arm_action(method: str, path: str) -> str:
    """Types without names; a POST ends in what is to be done, where others have a name.

    The action on an extension, such as a role assignment, does not name what it extends; that on
    a feature names the provider of features.
    """
    if "/providers/microsoft.features/" in path:
        return "microsoft.features/providers/features/read"
    _, has_provider, resource = path.rpartition("/providers/")
    if has_provider and "/" not in resource:
        return f"microsoft.resources/subscriptions/providers/{VERBS[method]}"
    if has_provider:
        namespace, *rest = resource.split("/")
        types = [namespace, *rest[::2]]
    else:
        types = ["microsoft.resources", *path.split("/")[1::2]]
    return "/".join([*types, "action" if method == "POST" else VERBS[method]])
