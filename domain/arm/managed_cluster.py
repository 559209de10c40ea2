"""Request bodies of resource groups and AKS clusters.

Parts of a cluster are checked against the types of azure-mgmt-containerservice; the type of the
whole requires read-only keys.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from domain.arm import naming
from domain.arm.merge_existing import keep_cluster, keep_tags
from domain.catalog.gpu_skus import find_gpu_sku, nodes_for
from domain.spec.model import EnvironmentSpec

if TYPE_CHECKING:
    from azure.mgmt.containerservice.types import (
        ContainerServiceNetworkProfile,
        ManagedClusterAgentPoolProfile,
        ManagedClusterAgentPoolProfileProperties,
        ManagedClusterIdentity,
        ManagedClusterProperties,
    )

SYSTEM_VM_SIZE = "Standard_D4ds_v5"
"""The smallest size AKS recommends for system pools (4 vCPUs), with a local disk for the OS."""

SYSTEM_NODE_COUNT = 2
"""One node fewer would take CoreDNS and with it every wake-up down at each node upgrade."""

GPU_TAINT = "sku=gpu:NoSchedule"
"""Keeps system pods off the GPU nodes: one of them would hold an idle node up."""

SYSTEM_TAINT = "CriticalAddonsOnly=true:NoSchedule"
"""The inference pods belong on GPU nodes and nothing else runs here: a pod that lost its node
selector stays visibly Pending instead of squeezing CoreDNS."""

SPOT_TAINT_KEY = "kubernetes.azure.com/scalesetpriority"


def gpus_needed(spec: EnvironmentSpec) -> int:
    """GPUs that all replicas of one cell hold together."""
    return spec.workload.replicas * spec.workload.gpus_per_replica


def first_gpu_node_count(spec: EnvironmentSpec) -> int:
    """Nodes to ask for at once, so that they boot beside the system pool."""
    sku = find_gpu_sku(spec.gpu.vm_size)
    workload = spec.workload
    gpus_per_node = sku.gpus if sku else workload.gpus_per_replica
    needed = nodes_for(gpus_per_node, workload.gpus_per_replica, workload.replicas)
    return min(max(needed, spec.gpu.min_nodes), spec.gpu.max_nodes)


def build_resource_group(
    spec: EnvironmentSpec, region: str, existing: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A group that exists cannot move: ARM refuses another location with 409."""
    location = existing["location"] if existing else region
    return keep_tags({"location": location, "tags": naming.environment_tags(spec)}, existing)


def build_managed_cluster(
    spec: EnvironmentSpec,
    region: str,
    subscription_id: str,
    existing: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The cluster with both pools in one request.

    With `existing`, what others decide is kept: the autoscaler's node count, the Kubernetes
    version after an upgrade, add-ons that policies switch on, and pools that are not ours.
    """
    identity: ManagedClusterIdentity = {"type": "SystemAssigned"}
    body: dict[str, Any] = {
        "location": region,
        "tags": naming.environment_tags(spec),
        "identity": identity,
        "properties": _properties(spec, region),
    }
    return keep_cluster(body, existing) if existing else body


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
    }


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
        # A managed GPU pool would bring its own device plugin, but does not know the autoscaler.
        "gpuProfile": {"driver": "Install", "nvidia": {"managementMode": "Unmanaged"}},
    }
    return {**pool, **_priority(spec)}


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
    # seldom to be had. Spot pools know no such setting.
    return {"upgradeSettings": {"maxSurge": "0", "maxUnavailable": "1"}}


def _network_profile() -> "ContainerServiceNetworkProfile":
    """Overlay spends no virtual network addresses on pods; Cilium enforces network policies
    without an agent of its own, and Azure's own policy engine is being retired."""
    return {
        "networkPlugin": "azure",
        "networkPluginMode": "overlay",
        "networkDataplane": "cilium",
        "networkPolicy": "cilium",
        "loadBalancerSku": "standard",
        "outboundType": "loadBalancer",
    }
