"""Request bodies of resource groups and AKS clusters.

Parts of a cluster are checked against the types of azure-mgmt-containerservice; the type of the
whole requires read-only keys.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from domain.arm import naming
from domain.arm.agent_pool import must_be_replaced
from domain.arm.merge_existing import as_mapping, merge_cluster, merge_pool, merge_tags
from domain.catalog.gpu_skus import find_gpu_sku, nodes_for
from domain.spec.model import EnvironmentSpec

if TYPE_CHECKING:
    from azure.mgmt.containerservice.types import (
        ContainerServiceNetworkProfile,
        ManagedClusterAddonProfile,
        ManagedClusterAgentPoolProfile,
        ManagedClusterAgentPoolProfileProperties,
        ManagedClusterIdentity,
        ManagedClusterProperties,
        ManagedClusterSKU,
    )

SYSTEM_VM_SIZE = "Standard_D4ds_v5"
"""The smallest size that AKS recommends for system pools (4 vCPUs), with a local OS disk."""

SYSTEM_NODE_COUNT = 2
"""With a single node, every node upgrade would take down CoreDNS and block wakes."""

GPU_TAINT = "sku=gpu:NoSchedule"
"""Keeps system pods off the GPU nodes: a single one would keep an idle node alive."""

SYSTEM_TAINT = "CriticalAddonsOnly=true:NoSchedule"
"""Reserves the pool for system pods: an inference pod without its node selector stays Pending
instead of competing with CoreDNS."""

SECRET_ROTATION = "2m"
"""AKS's default; the driver asks Key Vault no more often."""

LOG_AGENT = "omsagent"
"""Name of the add-on, as AKS returns it."""

SPOT_TAINT_KEY = "kubernetes.azure.com/scalesetpriority"


def first_gpu_node_count(spec: EnvironmentSpec) -> int:
    """Initial size of the GPU pool, so that its nodes boot in parallel with the system pool's."""
    sku = find_gpu_sku(spec.gpu.vm_size)
    workload = spec.workload
    gpus_per_node = sku.gpus if sku else workload.gpus_per_replica
    needed = nodes_for(gpus_per_node, workload.gpus_per_replica, workload.replicas)
    return min(max(needed, spec.gpu.min_nodes), spec.gpu.max_nodes)


def build_resource_group(
    spec: EnvironmentSpec, region: str, existing: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """An existing group cannot move: ARM refuses another location with 409."""
    location = existing["location"] if existing else region
    return merge_tags({"location": location, "tags": naming.environment_tags(spec)}, existing)


def build_managed_cluster(
    spec: EnvironmentSpec,
    region: str,
    existing: dict[str, Any] | None = None,
    api_server_ranges: Sequence[str] = (),
    log_workspace_id: str | None = None,
) -> dict[str, Any]:
    """The cluster with both pools in one request.

    With `existing`, settings from elsewhere are kept: the autoscaler's node count, the Kubernetes
    version after an upgrade, add-ons that policies enable, additional pools, and further ranges
    that may reach the API server.
    """
    identity: ManagedClusterIdentity = {"type": "SystemAssigned"}
    sku: ManagedClusterSKU = {"name": "Base", "tier": spec.cluster.tier.value}
    body: dict[str, Any] = {
        "location": region,
        "tags": naming.environment_tags(spec),
        "identity": identity,
        "sku": sku,
        "properties": {
            **_properties(spec, region),
            **_api_server_access(api_server_ranges),
            **_addons(spec, log_workspace_id),
            **_disk_encryption(spec),
            **_blob_driver(spec),
            **_event_autoscaler(spec),
        },
    }
    return merge_cluster(body, existing) if existing else body


def build_agent_pool(
    spec: EnvironmentSpec, existing: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The GPU pool as a resource of its own: AKS refuses a new pool in its cluster's PUT."""
    wanted = {key: value for key, value in _gpu_pool(spec).items() if key != "name"}
    found: Mapping[str, Any] = existing["properties"] if existing else {}
    is_kept = found and not must_be_replaced(found, wanted)
    return {"properties": merge_pool(wanted, found) if is_kept else wanted}


def _properties(spec: EnvironmentSpec, region: str) -> "ManagedClusterProperties":
    return {
        "dnsPrefix": naming.cluster_name(spec.name, region),
        "nodeResourceGroup": naming.node_resource_group(spec.name, region),
        "agentPoolProfiles": [_system_pool(spec), _gpu_pool(spec)],
        "aadProfile": {"managed": True, "enableAzureRBAC": True},
        "enableRBAC": True,
        "disableLocalAccounts": True,
        "oidcIssuerProfile": {"enabled": True},
        "securityProfile": {"workloadIdentity": {"enabled": True}},
        "networkProfile": _network_profile(),
        # Security patches without a new node image: fewer restarts of the only GPU node.
        "autoUpgradeProfile": {"upgradeChannel": "patch", "nodeOSUpgradeChannel": "SecurityPatch"},
    }


def _addons(spec: EnvironmentSpec, log_workspace_id: str | None) -> "ManagedClusterProperties":
    addons = {**_log_collection(log_workspace_id), **_secrets(spec)}
    return {"addonProfiles": addons} if addons else {}


def _secrets(spec: EnvironmentSpec) -> "dict[str, ManagedClusterAddonProfile]":
    """The Secrets Store CSI driver, with Azure's provider and settings as text, as AKS takes them.

    It stays where a specification no longer has secrets: add-ons that others use are kept.
    """
    if spec.workload.vault_access is None and spec.edge.certificate_access is None:
        return {}
    config = {"enableSecretRotation": "true", "rotationPollInterval": SECRET_ROTATION}
    return {naming.SECRETS_ADDON: {"enabled": True, "config": config}}


def _api_server_access(ranges: Sequence[str]) -> "ManagedClusterProperties":
    """AKS adds the cluster's own outbound address; an empty list would mean: from everywhere."""
    return {"apiServerAccessProfile": {"authorizedIPRanges": list(ranges)}} if ranges else {}


def _disk_encryption(spec: EnvironmentSpec) -> "ManagedClusterProperties":
    encryption_set = spec.cluster.disk_encryption_set_id
    return {"diskEncryptionSetID": encryption_set} if encryption_set else {}


def _blob_driver(spec: EnvironmentSpec) -> "ManagedClusterProperties":
    """What mounts weights. Like the add-on for secrets, it stays once it is there."""
    if spec.workload.weights_access is None:
        return {}
    return {"storageProfile": {"blobCSIDriver": {"enabled": True}}}


def _event_autoscaler(spec: EnvironmentSpec) -> "ManagedClusterProperties":
    """KEDA's add-on. Like the others, it stays once it is there."""
    if spec.workload.autoscale is None:
        return {}
    return {"workloadAutoScalerProfile": {"keda": {"enabled": True}}}


def _log_collection(workspace_id: str | None) -> "dict[str, ManagedClusterAddonProfile]":
    """The agent of Container Insights. What it collects says a data collection rule, which Azure
    Policy associates with the cluster."""
    if workspace_id is None:
        return {}
    config = {"logAnalyticsWorkspaceResourceID": workspace_id, "useAADAuth": "true"}
    return {LOG_AGENT: {"enabled": True, "config": config}}


def _system_pool(spec: EnvironmentSpec) -> "ManagedClusterAgentPoolProfile":
    return {
        **_pool(spec, naming.SYSTEM_POOL),
        "mode": "System",
        "vmSize": SYSTEM_VM_SIZE,
        "count": SYSTEM_NODE_COUNT,
        "enableEncryptionAtHost": True,
        "nodeTaints": [SYSTEM_TAINT],
    }


def _gpu_pool(spec: EnvironmentSpec) -> "ManagedClusterAgentPoolProfile":
    sku = find_gpu_sku(spec.gpu.vm_size)
    pool: ManagedClusterAgentPoolProfile = {
        **_pool(spec, naming.GPU_POOL),
        "mode": "User",
        "vmSize": sku.name if sku else spec.gpu.vm_size,
        "count": first_gpu_node_count(spec),
        "enableAutoScaling": True,
        "minCount": spec.gpu.min_nodes,
        "maxCount": spec.gpu.max_nodes,
        "enableEncryptionAtHost": sku is not None and sku.host_encryption,
        "nodeLabels": {naming.GPU_NODE_LABEL: "true"},
        "nodeTaints": [GPU_TAINT],
        # A managed GPU pool includes a device plugin, but does not support the autoscaler.
        "gpuProfile": {"driver": "Install", "nvidia": {"managementMode": "Unmanaged"}},
    }
    zones: ManagedClusterAgentPoolProfileProperties = (
        {"availabilityZones": list(spec.gpu.zones)} if spec.gpu.zones else {}
    )
    return {**pool, **zones, **_priority(spec)}


def _pool(spec: EnvironmentSpec, name: str) -> "ManagedClusterAgentPoolProfile":
    return {
        "name": name,
        "type": "VirtualMachineScaleSets",
        "osType": "Linux",
        "osSKU": "Ubuntu",
        "tags": naming.environment_tags(spec),
    }


def _priority(spec: EnvironmentSpec) -> "ManagedClusterAgentPoolProfileProperties":
    if spec.gpu.spot:
        return {
            "scaleSetPriority": "Spot",
            "scaleSetEvictionPolicy": "Delete",
            "spotMaxPrice": -1,
        }
    # A surge node counts against the vCPU quota when the pool is created, and a spare GPU is
    # rarely available. Spot pools do not support this setting.
    return {"upgradeSettings": {"maxSurge": "0", "maxUnavailable": "1"}}


def _network_profile() -> "ContainerServiceNetworkProfile":
    """Overlay uses no virtual network addresses for pods. Cilium enforces network policies without
    a separate agent; Azure's own policy engine is being retired."""
    return {
        "networkPlugin": "azure",
        "networkPluginMode": "overlay",
        "networkDataplane": "cilium",
        "networkPolicy": "cilium",
        "loadBalancerSku": "standard",
        "outboundType": "loadBalancer",
    }


def find_kubelet_identity(cluster: Mapping[str, Any]) -> str | None:
    """Object id of the identity with which its nodes pull images; None: it has none yet.

    AKS shows it once the cluster is created, and not in the answer to the request.
    """
    properties = as_mapping(cluster.get("properties"))
    identity = as_mapping(as_mapping(properties.get("identityProfile")).get("kubeletidentity"))
    return str(identity["objectId"]) if identity.get("objectId") else None
