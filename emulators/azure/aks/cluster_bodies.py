"""The body of a managed cluster: what AKS adds to a request, and what it shows."""

from typing import Any

from emulators.azure.aks.cluster_parts import completed_parts
from emulators.azure.aks.network_profiles import (
    changed_network,
    network_profile,
    with_outbound_address,
)
from emulators.azure.aks.versions import DEFAULT_VERSION, full_version
from emulators.azure.arm.resources import Resource
from emulators.azure.identifiers import Identifiers

Properties = dict[str, Any]

_READ_ONLY = (
    "agentPoolProfiles",
    "azurePortalFQDN",
    "currentKubernetesVersion",
    "fqdn",
    "identityProfile",
    "maxAgentPools",
    "powerState",
    "provisioningState",
    "resourceUID",
)
_COMPLETED = {"autoUpgradeProfile": {}, "storageProfile": {}}
"""Parts that every cluster has, whether its request names them or not."""


def new_properties(
    requested: Properties,
    name: str,
    group: str,
    region: str,
    tenant_id: str,
    identifiers: Identifiers,
) -> Properties:
    """A new cluster's properties: the request on top of what AKS fills in."""
    version = str(requested.get("kubernetesVersion") or DEFAULT_VERSION)
    prefix = requested.get("dnsPrefix") or requested.get("fqdnSubdomain")
    host = f"{prefix}-{identifiers.letters_and_digits(8)}"
    given = _writable(requested)
    properties: Properties = {
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
        "oidcIssuerProfile": {"enabled": False},
        "workloadAutoScalerProfile": {},
        "resourceUID": identifiers.hexadecimal(24),
        "metricsProfile": {"costAnalysis": {"enabled": False}},
        "nodeProvisioningProfile": {"mode": "Manual", "defaultNodePools": "Auto"},
        "bootstrapProfile": {"artifactSource": "Direct"},
        "hostedSystemProfile": {"enabled": False},
        "enableFIPS": False,
        **given,
    }
    properties |= completed_parts({}, {**_COMPLETED, **given})
    properties["networkProfile"] = network_profile(requested.get("networkProfile") or {})
    _complete_issuer(properties, region, tenant_id, identifiers)
    _complete_aad(properties, tenant_id)
    return _present(properties)


def changed_properties(
    present: Properties,
    requested: Properties,
    region: str,
    tenant_id: str,
    identifiers: Identifiers,
) -> Properties:
    """The properties after a PUT on an existing cluster; an issuer stays once it is there."""
    given = _writable(requested)
    merged = {**present, **given, **completed_parts(present, given)}
    network = requested.get("networkProfile") or {}
    merged["networkProfile"] = changed_network(present["networkProfile"], network)
    if (present.get("oidcIssuerProfile") or {}).get("issuerURL"):
        merged["oidcIssuerProfile"] = present["oidcIssuerProfile"]
    else:
        _complete_issuer(merged, region, tenant_id, identifiers)
    if version := requested.get("kubernetesVersion"):
        merged["currentKubernetesVersion"] = full_version(str(version))
    _complete_aad(merged, tenant_id)
    return _present(merged)


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


def made_with_nodes(
    resource: Resource, node_group_id: str, identifiers: Identifiers
) -> Properties:
    """What AKS makes in the node resource group: the nodes' identity, and a way out."""
    identity = _identity(f"{resource.name}-agentpool", node_group_id, identifiers)
    addresses = f"{node_group_id}/providers/Microsoft.Network/publicIPAddresses"
    return {
        "identityProfile": {"kubeletidentity": identity},
        "networkProfile": with_outbound_address(
            resource.properties["networkProfile"], f"{addresses}/{identifiers.guid()}"
        ),
    }


def complete_addons(resource: Resource, node_group_id: str, identifiers: Identifiers) -> None:
    """AKS makes an identity for an add-on, and shows it at the end of the operation: recorded for
    that of Key Vault and for the agent of Container Insights."""
    for name, addon in (resource.properties.get("addonProfiles") or {}).items():
        if addon.get("enabled") and not addon.get("identity"):
            own = f"{name.lower()}-{resource.name}"
            addon["identity"] = _identity(own, node_group_id, identifiers)


def _identity(name: str, node_group_id: str, identifiers: Identifiers) -> dict[str, str]:
    identities = "Microsoft.ManagedIdentity/userAssignedIdentities"
    below = node_group_id.replace("/resourceGroups/", "/resourcegroups/")
    return {
        "resourceId": f"{below}/providers/{identities}/{name}",
        "clientId": identifiers.guid(),
        "objectId": identifiers.guid(),
    }


def _writable(requested: Properties) -> Properties:
    """What a request asks for: null and empty text ask for nothing."""
    return {
        name: value
        for name, value in requested.items()
        if value not in (None, "") and name not in _READ_ONLY
    }


def _present(properties: Properties) -> Properties:
    return {name: value for name, value in properties.items() if value is not None}


def _complete_issuer(
    properties: Properties, region: str, tenant_id: str, identifiers: Identifiers
) -> None:
    profile = properties.get("oidcIssuerProfile")
    if isinstance(profile, dict) and profile.get("enabled"):
        issuer = f"https://{region}.oic.prod-aks.azure.com/{tenant_id}/{identifiers.guid()}/"
        properties["oidcIssuerProfile"] = {"enabled": True, "issuerURL": issuer}


def _complete_aad(properties: Properties, tenant_id: str) -> None:
    profile = properties.get("aadProfile")
    if isinstance(profile, dict) and not profile.get("tenantID"):
        properties["aadProfile"] = {**profile, "tenantID": tenant_id}
