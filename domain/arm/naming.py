"""Names of Azure and Kubernetes resources, derived from the environment's name, never random."""

from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from domain.spec.model import EnvironmentSpec

SYSTEM_POOL = "system"
GPU_POOL = "gpu"
GPU_NODE_PREFIX = f"aks-{GPU_POOL}-"
"""AKS names a pool's scale set and nodes `aks-<pool>-<number>-vmss...`."""
AUTO_UPGRADE_SCHEDULE = "aksManagedAutoUpgradeSchedule"
NODE_OS_UPGRADE_SCHEDULE = "aksManagedNodeOSUpgradeSchedule"
"""Names that AKS gives a meaning: of the upgrades of Kubernetes, and of the nodes' system."""
SECRETS_ADDON = "azureKeyvaultSecretsProvider"
"""AKS's name of the add-on that brings the Secrets Store CSI driver."""
FEDERATED_CREDENTIAL = "inference"
ORIGIN_GROUP = "inference"
ROUTE = "inference"
SECURITY_POLICY = "waf"
INFERENCE_NAMESPACE = "inference"
DEVICE_PLUGIN = "nvidia-device-plugin"
SYSTEM_NAMESPACE = "kube-system"
"""Of the device plugin, and of what the autoscaler tells."""
NODE_EVENTS_NAMESPACE = "default"
"""Nodes belong to no namespace, so Kubernetes keeps their events there."""
CERTIFICATE_VOLUME = "certificate"
CERTIFICATE_FILE = "origin.pem"
"""Key and chain of the gateway's certificate, in that volume of its pods."""
GPU_NODE_LABEL = "gridplane.io/gpu-pool"
TEMPLATE_LABEL = "gridplane.io/template"
"""Pod label with a digest of the pod template: a Deployment does not expose Kubernetes' own
pod-template-hash."""
GPU_RESOURCE = "nvidia.com/gpu"
ROLE_ASSIGNMENT_TYPE = "Microsoft.Authorization/roleAssignments"
MANAGED_BY = "gridplane"
OWNER_TAG = "gridplane-environment"
"""Marks what an environment owns. Prefixed, because policies write `environment`."""


def edge_resource_group(name: str) -> str:
    return f"gp-{name}-edge"


def cell_resource_group(name: str, region: str) -> str:
    return f"gp-{name}-{region}"


def cluster_name(name: str, region: str) -> str:
    return f"gp-{name}-{region}"


def node_resource_group(name: str, region: str) -> str:
    """Set explicitly: AKS's default `MC_` name could exceed the limit of 80 characters."""
    return f"gp-{name}-{region}-nodes"


def profile_name(name: str) -> str:
    return f"gp-{name}"


def endpoint_name(name: str) -> str:
    return f"gp-{name}"


def private_link_service(name: str) -> str:
    """Of each cell. The cloud controller refuses to rename one that exists."""
    return f"gp-{name}"


def origin_name(region: str) -> str:
    return region


def waf_policy_name(name: str) -> str:
    """Letters and digits only: Azure refuses a hyphen in a WAF policy's name with 400."""
    return f"gp{name.replace('-', '')}"


def dns_label(name: str, region: str, subscription_id: str) -> str:
    """Must be unique per region across all Azure customers, hence the hash of the subscription."""
    digest = sha256(f"{subscription_id}/{name}/{region}".encode()).hexdigest()
    return f"{name}-{digest[:8]}"


def origin_host(name: str, region: str, subscription_id: str) -> str:
    return f"{dns_label(name, region, subscription_id)}.{region}.cloudapp.azure.com"


def private_origin_host(name: str, region: str, subscription_id: str) -> str:
    """Names an origin that is reached over Private Link: nothing resolves it, and its top-level
    domain is reserved for private use, so nobody else can."""
    return f"{dns_label(name, region, subscription_id)}.{region}.internal"


def find_origin_host(spec: EnvironmentSpec, region: str, subscription_id: str) -> str:
    """By which Front Door knows the cell."""
    if spec.edge.has_private_origins:
        return private_origin_host(spec.name, region, subscription_id)
    if certificate := spec.edge.origin_certificate:
        return certificate.host_of(region)
    return origin_host(spec.name, region, subscription_id)


def private_link_request(name: str, front_door_id: str) -> str:
    """What a profile says when it asks for a connection, which takes 140 characters. The id makes
    it this profile's request, and nobody else's."""
    return f"Gridplane {name}, Front Door {front_door_id}"


def resource_group_id(subscription_id: str, group: str) -> str:
    return f"/subscriptions/{subscription_id}/resourceGroups/{group}"


def cluster_id(subscription_id: str, name: str, region: str) -> str:
    group = resource_group_id(subscription_id, cell_resource_group(name, region))
    return (
        f"{group}/providers/Microsoft.ContainerService/managedClusters/"
        f"{cluster_name(name, region)}"
    )


def agent_pool_id(subscription_id: str, name: str, region: str, pool: str = GPU_POOL) -> str:
    return f"{cluster_id(subscription_id, name, region)}/agentPools/{pool}"


def maintenance_configuration_id(
    subscription_id: str, name: str, region: str, schedule: str
) -> str:
    return f"{cluster_id(subscription_id, name, region)}/maintenanceConfigurations/{schedule}"


def identity_name(name: str, region: str) -> str:
    """Of the identity that reads the secrets of a cell."""
    return f"gp-{name}-{region}"


def identity_id(subscription_id: str, name: str, region: str) -> str:
    group = resource_group_id(subscription_id, cell_resource_group(name, region))
    identities = "providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    return f"{group}/{identities}/{identity_name(name, region)}"


def federated_credential_id(subscription_id: str, name: str, region: str) -> str:
    identity = identity_id(subscription_id, name, region)
    return f"{identity}/federatedIdentityCredentials/{FEDERATED_CREDENTIAL}"


def service_account(name: str) -> str:
    """Of the workload's pods."""
    return name


def certificate_class(name: str, certificate_id: str) -> str:
    """Of the SecretProviderClass with the gateway's certificate: that of another certificate is
    another, so that pods of the previous specification keep theirs."""
    digest = sha256(certificate_id.encode()).hexdigest()
    return f"{name}-certificate-{digest[:10]}"


def pull_secret_holder(name: str) -> str:
    """Of the Deployment whose pod keeps the Secret by which nodes pull the image."""
    return f"{name}-pull-secret"


def service_account_subject(name: str) -> str:
    """What the tokens of the workload's pods name as their subject."""
    return f"system:serviceaccount:{INFERENCE_NAMESPACE}:{service_account(name)}"


def private_link_service_id(subscription_id: str, name: str, region: str) -> str:
    group = resource_group_id(subscription_id, node_resource_group(name, region))
    return f"{group}/providers/Microsoft.Network/privateLinkServices/{private_link_service(name)}"


def profile_id(subscription_id: str, name: str) -> str:
    group = resource_group_id(subscription_id, edge_resource_group(name))
    return f"{group}/providers/Microsoft.Cdn/profiles/{profile_name(name)}"


def endpoint_id(subscription_id: str, name: str) -> str:
    return f"{profile_id(subscription_id, name)}/afdEndpoints/{endpoint_name(name)}"


def origin_group_id(subscription_id: str, name: str) -> str:
    return f"{profile_id(subscription_id, name)}/originGroups/{ORIGIN_GROUP}"


def origin_id(subscription_id: str, name: str, region: str) -> str:
    return f"{origin_group_id(subscription_id, name)}/origins/{origin_name(region)}"


def route_id(subscription_id: str, name: str) -> str:
    return f"{endpoint_id(subscription_id, name)}/routes/{ROUTE}"


def security_policy_id(subscription_id: str, name: str) -> str:
    return f"{profile_id(subscription_id, name)}/securityPolicies/{SECURITY_POLICY}"


def waf_policy_id(subscription_id: str, name: str) -> str:
    group = resource_group_id(subscription_id, edge_resource_group(name))
    policies = "providers/Microsoft.Network/frontDoorWebApplicationFirewallPolicies"
    return f"{group}/{policies}/{waf_policy_name(name)}"


def role_assignment_id(subscription_id: str, name: str, region: str, scope: str, role: str) -> str:
    """Azure asks for a GUID as its name. The principal is no part of it, so that the assignment
    is found when the identity that it is for has gone."""
    parts = ("gridplane", subscription_id, name, region, scope, role)
    guid = uuid5(NAMESPACE_URL, "/".join(parts).lower())
    return f"{scope}/providers/{ROLE_ASSIGNMENT_TYPE}/{guid}"


def gateway_name(name: str) -> str:
    """Of the gateway's Kubernetes objects in every cell."""
    return f"{name}-gateway"


def next_version(name: str) -> str:
    """Of the objects of the version that an update brings, beside those of the one that serves."""
    return f"{name}-next"


def versions(name: str) -> tuple[str, str]:
    """What the model's replicas are called, of each version that there may be."""
    return (name, next_version(name))


def model_service(name: str) -> str:
    """The Service in the cluster by which the gateway finds the model's replicas."""
    return f"{name}-model"


def model_host(name: str) -> str:
    return f"{model_service(name)}.{INFERENCE_NAMESPACE}.svc.cluster.local"


def environment_tags(spec: EnvironmentSpec) -> dict[str, str]:
    """The tag that marks the owner, and those by which people and cost reports find resources."""
    return {
        **spec.tags,
        OWNER_TAG: spec.name,
        "cost-center": spec.cost_center,
        "owner": spec.owner,
        "environment": spec.name,
        "managed-by": MANAGED_BY,
    }


def kubernetes_labels(spec: EnvironmentSpec, name: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/instance": spec.name,
        "app.kubernetes.io/managed-by": MANAGED_BY,
    }
