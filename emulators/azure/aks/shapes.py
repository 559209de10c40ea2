"""The types of all that AKS reads out of a request."""

from typing import Any

from emulators.azure.aks import errors
from emulators.azure.arm.shapes import TAGS, Each, Shape, Values, mismatch

_POOL_PROPERTIES: dict[str, Shape] = {
    "name": str,
    "count": int,
    "minCount": int,
    "maxCount": int,
    "vmSize": str,
    "mode": str,
    "osType": str,
    "osSKU": str,
    "osDiskType": str,
    "osDiskSizeGB": int,
    "maxPods": int,
    "type": str,
    "enableAutoScaling": bool,
    "orchestratorVersion": str,
    "scaleSetPriority": str,
    "scaleSetEvictionPolicy": str,
    "spotMaxPrice": float,
    "nodeLabels": Values(str),
    "nodeTaints": Each(str),
    "availabilityZones": Each(str),
    "tags": TAGS,
    "gpuInstanceProfile": str,
    "gpuProfile": {
        "driver": str,
        "driverType": str,
        "installGPUDriver": bool,
        "nvidia": {"managementMode": str},
    },
    "securityProfile": {"sshAccess": str, "enableVTPM": bool, "enableSecureBoot": bool},
    "upgradeSettings": {"maxSurge": str, "maxUnavailable": str},
    "powerState": {"code": str},
}
_CLUSTER: Shape = {
    "location": str,
    "tags": TAGS,
    "identity": {"type": str},
    "sku": {"name": str, "tier": str},
    "properties": {
        "kubernetesVersion": str,
        "dnsPrefix": str,
        "fqdnSubdomain": str,
        "nodeResourceGroup": str,
        "agentPoolProfiles": Each(_POOL_PROPERTIES),
        "diskEncryptionSetID": str,
        "disableLocalAccounts": bool,
        "enableRBAC": bool,
        "aadProfile": {"managed": bool, "enableAzureRBAC": bool, "tenantID": str},
        "oidcIssuerProfile": {"enabled": bool},
        "addonProfiles": Values({"enabled": bool, "config": Values(str)}),
        "securityProfile": {"workloadIdentity": {"enabled": bool}},
        "servicePrincipalProfile": {"clientId": str, "secret": str},
        "storageProfile": Values({"enabled": bool}),
        "windowsProfile": {
            "adminUsername": str,
            "adminPassword": str,
            "gmsaProfile": {"enabled": bool},
        },
        "workloadAutoScalerProfile": {"keda": {"enabled": bool}},
        "autoUpgradeProfile": {"upgradeChannel": str, "nodeOSUpgradeChannel": str},
        "apiServerAccessProfile": {
            "authorizedIPRanges": Each(str),
            "enablePrivateCluster": bool,
            "enablePrivateClusterPublicFQDN": bool,
            "privateDNSZone": str,
        },
        "networkProfile": {
            "networkPlugin": str,
            "networkPluginMode": str,
            "networkDataplane": str,
            "loadBalancerSku": str,
            "outboundType": str,
            "loadBalancerProfile": {
                "managedOutboundIPs": {"count": int, "countIPv6": int},
                "backendPoolType": str,
            },
            "natGatewayProfile": {"idleTimeoutInMinutes": int},
        },
        "autoScalerProfile": Values(str),
    },
}
_POOL: Shape = {"properties": _POOL_PROPERTIES}


def check_cluster_shape(body: dict[str, Any]) -> None:
    check_shape(body, _CLUSTER)


def check_pool_shape(body: dict[str, Any]) -> None:
    check_shape(body, _POOL)


def check_shape(body: dict[str, Any], shape: Shape) -> None:
    found = mismatch(body, shape)
    if found is not None:
        raise errors.unreadable(f"Properties.{found.path}", found.value, found.wanted)
