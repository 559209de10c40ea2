"""Which values that others have set on our resources may stay in an update.

All may, but for those below: an update ends with an answer of the model through the edge, and
protects it at least as much as the weakest specification does.

- Edge: no model is reached by an endpoint or route that is off, an origin with another address or
  port, or with a private link that leads elsewhere or is asked for in other words, a route to
  other origins, without HTTPS for clients or with another protocol than the Service speaks, nor
  by patterns that leave out the path which is probed. The only origin has to be on; one of
  several may be drained. Where origins have a certificate, it is verified.
- Firewall: a specification can ask for `Detection`, so that stays, but not for no firewall. The
  security policy is what links the firewall to the endpoint. The rate limit may be another one,
  but `Allow` would exempt those above it from all later rules, and a match rule with its
  condition would meet every client.
- Cluster: Gridplane signs in by Entra ID and its role assignments; local accounts bypass both.
  Pods that read secrets or weights do not start without the drivers that mount them.
  Where the app's settings name a workspace for logs, the audit of invocations goes there.
- DNS record: it has to lead to the cell.
- Federated credential: Entra ID compares all of it with the tokens of the cluster.
- GPU pool: the workload's node selector needs the label, its replicas need the nodes, and without
  the autoscaler neither comes a node for a pod nor goes one that is paid for and idle.
"""

from collections.abc import Callable, Mapping
from typing import Any

from domain.arm import naming
from domain.arm.managed_cluster import LOG_AGENT, first_gpu_node_count
from domain.spec.model import EnvironmentSpec

type KeepCondition = Callable[[EnvironmentSpec, Any], bool]


def _never(spec: EnvironmentSpec, found: Any) -> bool:
    return False


def _has_other_origins(spec: EnvironmentSpec, found: Any) -> bool:
    return len(spec.regions) > 1


def _has_no_certificate(spec: EnvironmentSpec, found: Any) -> bool:
    return spec.edge.origin_certificate is None


def _includes_https(spec: EnvironmentSpec, found: Any) -> bool:
    return "https" in {str(each).lower() for each in found}


def _covers_health_path(spec: EnvironmentSpec, found: Any) -> bool:
    """Front Door's patterns have a wildcard at their end only, after a slash."""
    path = spec.workload.health_path.partition("?")[0].lower()
    patterns = [str(each).lower() for each in found]
    return any(
        path.startswith(each[:-1]) if each.endswith("/*") else path == each for each in patterns
    )


def _does_not_allow(spec: EnvironmentSpec, found: Any) -> bool:
    return str(found).lower() != "allow"


def _holds_all_replicas(spec: EnvironmentSpec, found: Any) -> bool:
    return int(found) >= first_gpu_node_count(spec)


_LOG_AGENT = f"properties.addonProfiles.{LOG_AGENT}"
_PRIVATE_LINK = "properties.sharedPrivateLinkResource"
_RATE_LIMIT = "properties.customRules.rules[RateLimitPerClient]"

KEPT_IF: Mapping[str, Mapping[str, KeepCondition]] = {
    "endpoint": {"properties.enabledState": _never},
    "originGroup": {"properties.healthProbeSettings.probeProtocol": _has_no_certificate},
    "origin": {
        "properties.hostName": _never,
        "properties.originHostHeader": _never,
        "properties.httpPort": _never,
        "properties.httpsPort": _has_no_certificate,
        "properties.enforceCertificateNameCheck": _has_no_certificate,
        f"{_PRIVATE_LINK}.privateLink.id": _never,
        f"{_PRIVATE_LINK}.requestMessage": _never,
        "properties.enabledState": _has_other_origins,
    },
    "route": {
        "properties.originGroup.id": _never,
        "properties.enabledState": _never,
        "properties.linkToDefaultDomain": _never,
        "properties.forwardingProtocol": _never,
        "properties.supportedProtocols": _includes_https,
        "properties.patternsToMatch": _covers_health_path,
    },
    "wafPolicy": {
        "properties.policySettings.enabledState": _never,
        f"{_RATE_LIMIT}.action": _does_not_allow,
        f"{_RATE_LIMIT}.ruleType": _never,
    },
    "securityPolicy": {
        "properties.parameters.type": _never,
        "properties.parameters.wafPolicy.id": _never,
        "properties.parameters.associations": _never,
    },
    "managedCluster": {
        "properties.aadProfile.managed": _never,
        "properties.aadProfile.enableAzureRBAC": _never,
        "properties.enableRBAC": _never,
        "properties.disableLocalAccounts": _never,
        f"properties.addonProfiles.{naming.SECRETS_ADDON}.enabled": _never,
        "properties.storageProfile.blobCSIDriver.enabled": _never,
        "properties.workloadAutoScalerProfile.keda.enabled": _never,
        f"{_LOG_AGENT}.enabled": _never,
        f"{_LOG_AGENT}.config.logAnalyticsWorkspaceResourceID": _never,
        f"{_LOG_AGENT}.config.useAADAuth": _never,
    },
    "dnsRecord": {"properties.CNAMERecord.cname": _never},
    "federatedCredential": {
        "properties.issuer": _never,
        "properties.subject": _never,
        "properties.audiences": _never,
    },
    "agentPool": {
        "properties.enableAutoScaling": _never,
        "properties.maxCount": _holds_all_replicas,
        "properties.powerState.code": _never,
        f"properties.nodeLabels.{naming.GPU_NODE_LABEL}": _never,
    },
}
"""By kind and path: the condition on which a foreign value stays. A pool has the same paths
whether it is read by itself or with its cluster."""


def may_stay(kind: str, path: str, spec: EnvironmentSpec, found: object) -> bool:
    """Whether the update keeps it. What was removed is not kept: it has no other owner."""
    if found is None or found in ([], {}):
        return False
    condition = KEPT_IF.get(kind, {}).get(path)
    return condition is None or condition(spec, found)
