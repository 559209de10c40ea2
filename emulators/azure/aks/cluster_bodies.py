"""The body of a managed cluster: what AKS adds to a request, and what it shows."""

from typing import Any

from emulators.azure.aks import cluster_settings
from emulators.azure.aks.versions import DEFAULT_VERSION, full_version
from emulators.azure.arm.resources import Resource
from emulators.azure.identifiers import Identifiers

_READ_ONLY = (
    "agentPoolProfiles",
    "provisioningState",
    "powerState",
    "fqdn",
    "azurePortalFQDN",
    "currentKubernetesVersion",
    "maxAgentPools",
    "resourceUID",
)


def new_properties(
    requested: dict[str, Any],
    name: str,
    group: str,
    region: str,
    tenant_id: str,
    identifiers: Identifiers,
) -> dict[str, Any]:
    """A new cluster's properties: the request on top of what AKS fills in."""
    version = str(requested.get("kubernetesVersion") or DEFAULT_VERSION)
    prefix = requested.get("dnsPrefix") or requested.get("fqdnSubdomain")
    host = f"{prefix}-{identifiers.letters_and_digits(8)}"
    properties: dict[str, Any] = {
        "powerState": {"code": "Running"},
        "kubernetesVersion": version,
        "currentKubernetesVersion": full_version(version),
        "fqdn": f"{host}.hcp.{region}.azmk8s.io",
        "azurePortalFQDN": f"{host}.portal.hcp.{region}.azmk8s.io",
        "servicePrincipalProfile": {"clientId": "msi"},
        "nodeResourceGroup": f"MC_{group}_{name}_{region}",
        "enableRBAC": True,
        "supportPlan": "KubernetesOfficial",
        "maxAgentPools": 100,
        "securityProfile": {},
        "storageProfile": {
            "diskCSIDriver": {"enabled": True},
            "fileCSIDriver": {"enabled": True},
            "snapshotController": {"enabled": True},
        },
        "oidcIssuerProfile": {"enabled": False},
        "workloadAutoScalerProfile": {},
        "resourceUID": identifiers.hexadecimal(24),
        "metricsProfile": {"costAnalysis": {"enabled": False}},
        "nodeProvisioningProfile": {"mode": "Manual"},
        "bootstrapProfile": {"artifactSource": "Direct"},
        "hostedSystemProfile": {"enabled": False},
    }
    properties.update(_without_read_only(requested))
    properties["kubernetesVersion"] = version
    properties["networkProfile"] = _network(requested.get("networkProfile") or {})
    _complete_issuer(properties, region, tenant_id, identifiers)
    _complete_aad(properties, tenant_id)
    return _with_settings(properties)


def changed_properties(
    present: dict[str, Any],
    requested: dict[str, Any],
    region: str,
    tenant_id: str,
    identifiers: Identifiers,
) -> dict[str, Any]:
    """The properties after a PUT on an existing cluster; an issuer stays once it is there."""
    merged = {**present, **_without_read_only(requested)}
    merged["networkProfile"] = {
        **present["networkProfile"],
        **(requested.get("networkProfile") or {}),
    }
    if (present.get("oidcIssuerProfile") or {}).get("issuerURL"):
        merged["oidcIssuerProfile"] = present["oidcIssuerProfile"]
    else:
        _complete_issuer(merged, region, tenant_id, identifiers)
    if version := requested.get("kubernetesVersion"):
        merged["currentKubernetesVersion"] = full_version(str(version))
    else:
        merged["kubernetesVersion"] = present["kubernetesVersion"]
    return _with_settings(merged)


def identity(
    requested: dict[str, Any] | None, tenant_id: str, identifiers: Identifiers
) -> dict[str, Any] | None:
    """The identity block with the ids that Entra hands out."""
    if not requested:
        return None
    if requested.get("type") != "SystemAssigned":
        return requested
    return {
        "type": "SystemAssigned",
        "principalId": identifiers.guid(),
        "tenantId": tenant_id,
    }


def kubelet_identity(
    resource: Resource, node_group_id: str, identifiers: Identifiers
) -> dict[str, Any]:
    """The identity of the nodes, which AKS makes in the node resource group."""
    provider = "Microsoft.ManagedIdentity/userAssignedIdentities"
    return {
        "kubeletidentity": {
            "resourceId": f"{node_group_id}/providers/{provider}/{resource.name}-agentpool",
            "clientId": identifiers.guid(),
            "objectId": identifiers.guid(),
        }
    }


def _with_settings(properties: dict[str, Any]) -> dict[str, Any]:
    access = cluster_settings.access_profile(properties.pop("apiServerAccessProfile", None))
    upgrades = cluster_settings.upgrade_profile(properties.get("autoUpgradeProfile"))
    return {
        **properties,
        "autoUpgradeProfile": upgrades,
        **({"apiServerAccessProfile": access} if access else {}),
    }


def _without_read_only(requested: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in requested.items()
        if value is not None and name not in _READ_ONLY
    }


def _network(requested: dict[str, Any]) -> dict[str, Any]:
    return {
        "networkPlugin": "azure",
        "networkPluginMode": "overlay",
        "networkPolicy": "none",
        "networkDataplane": "azure",
        "loadBalancerSku": "standard",
        "loadBalancerProfile": {
            "managedOutboundIPs": {"count": 1},
            "backendPoolType": "nodeIPConfiguration",
        },
        "podCidr": "10.244.0.0/16",
        "serviceCidr": "10.0.0.0/16",
        "dnsServiceIP": "10.0.0.10",
        "outboundType": "loadBalancer",
        "podCidrs": ["10.244.0.0/16"],
        "serviceCidrs": ["10.0.0.0/16"],
        "ipFamilies": ["IPv4"],
        **{name: value for name, value in requested.items() if value is not None},
    }


def _complete_issuer(
    properties: dict[str, Any], region: str, tenant_id: str, identifiers: Identifiers
) -> None:
    profile = properties.get("oidcIssuerProfile")
    if isinstance(profile, dict) and profile.get("enabled"):
        issuer = f"https://{region}.oic.prod-aks.azure.com/{tenant_id}/{identifiers.guid()}/"
        properties["oidcIssuerProfile"] = {"enabled": True, "issuerURL": issuer}


def _complete_aad(properties: dict[str, Any], tenant_id: str) -> None:
    profile = properties.get("aadProfile")
    if isinstance(profile, dict) and not profile.get("tenantID"):
        properties["aadProfile"] = {**profile, "tenantID": tenant_id}
