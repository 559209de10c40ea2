"""Errors of AKS itself."""

import re

from domain.arm.azure_error import AzureError, Service
from domain.arm.error_actions import (
    OTHER_REGION,
    OTHER_SIZE,
    REPEATED,
    REPEATED_WHEN_ACCEPTED,
)
from domain.arm.error_rule import code_rule, of_kinds, of_services, quoting, rule

_TROUBLESHOOTING = "documented: learn.microsoft.com/troubleshoot/azure/azure-kubernetes"
_AKS = of_services(Service.AKS)
_AKS_WRITES = of_services(Service.AKS, methods=("PUT", "POST", "DELETE"))
_AKS_PUT = of_services(Service.AKS, methods=("PUT",))
_NODES = of_services(Service.AKS, Service.COMPUTE)


def _cluster_quota(error: AzureError, found: re.Match[str]) -> str:
    limit = f": {found['limit']} allowed, {found['usage']} used" if found["limit"] else ""
    return f"The subscription has reached its limit of AKS clusters{limit}."


CLUSTER_STOPPED = "ClusterStopped"

AKS_RULES = (
    # The eviction API answers 429 TooManyRequests while a disruption budget forbids an eviction,
    # and AKS quotes it.
    rule(
        "PodDrainFailed",
        r"PodDrainFailure|violate the pod's disruption budget|debugdrainfailures",
        "Relax the PodDisruptionBudget that AKS names, or delete its pods, then repeat the "
        "request.",
        scope=_AKS_WRITES,
        source=f"{_TROUBLESHOOTING}/create-upgrade-delete/error-code-poddrainfailure; "
        "reported: hashicorp/consul-k8s#1457, cloudnative-pg/cloudnative-pg#7346",
    ),
    # The same OperationNotAllowed as of a busy cluster and of a spent quota.
    rule(
        CLUSTER_STOPPED,
        r"(?:cluster|agent ?pool) is in (?:a )?stopped state|Power ?State\(Stopped\)",
        "Start the cluster (az aks start), then retry the operation.",
        scope=_AKS_WRITES,
        source="documented: learn.microsoft.com/azure/aks/start-stop-cluster; reported: outputs "
        "of terraform, MicrosoftDocs/azure-docs#85161",
    ),
    rule(
        "AksCapacityExceeded",
        r"AKSCapacityError|AKSCapacityHeavyUsage|"
        r"Creating a new cluster is unavailable at this time|"
        r"unable to provision an AKS cluster in \w+, due to an operational threshold",
        f"AKS has no room for control planes in the region now: retry later, or {OTHER_REGION}. "
        "Another vmSize does not help.",
        scope=of_kinds("managedCluster", methods=("PUT",)),
        source=f"{_TROUBLESHOOTING}/create-upgrade-delete/akscapacityerror; reported: "
        "Azure/AKS#4113, Azure/AKS#1189, learn.microsoft.com/answers/questions/5865050",
    ),
    rule(
        "ManagedClusterQuotaExceeded",
        r"ManagedClusterCountExceedsQuotaLimit"
        r"(?:.*?Maximum allowed: (?P<limit>\d+), Current usage: (?P<usage>\d+))?",
        "Delete unused clusters, or request a quota increase at https://aka.ms/quotas.",
        scope=of_kinds("managedCluster", methods=("PUT",)),
        source="documented: learn.microsoft.com/azure/aks/quotas-skus-regions",
        describe=_cluster_quota,
    ),
    # 84, 85 and 86 are the GPU driver's exit codes of the script that AKS bootstraps nodes with.
    rule(
        "GpuDriverFailed",
        r"vmssCSE.*?exit (?:status|code)\s*[=:]?\s*8[456]\b",
        "AKS could not install the NVIDIA driver on the node: retry the operation; if it fails "
        f"again, {OTHER_SIZE}.",
        scope=_NODES,
        source="reported: Azure/AKS#1149, Azure/aks-engine#2406, Azure/aks-engine#2941",
    ),
    rule(
        "NodeBootstrapFailed",
        r"VMExtensionProvisioning(?:Error|Timeout)|VMExtensionError|vmssCSE|"
        r"OSProvisioningTimedOut|OutboundConnFail",
        "Check that nodes reach mcr.microsoft.com and the cluster's API server (firewall, DNS, "
        "route table); the exit code in Azure's message names the cause.",
        scope=_NODES,
        source=f"{_TROUBLESHOOTING}/create-upgrade-delete/"
        "error-code-outboundconnfailvmextensionerror; reported: Azure/AKS#1149, "
        "kubernetes/autoscaler#1661",
    ),
    rule(
        "KubernetesVersionNotSupported",
        r"K8sVersionNotSupported|AgentPoolK8sVersionNotSupported|"
        r"Managed cluster .{0,80}is on version \S+,? which is not supported",
        "Upgrade the cluster to a version that `az aks get-versions` lists for its region.",
        scope=_AKS_PUT,
        source="documented: learn.microsoft.com/azure/aks/supported-kubernetes-versions",
    ),
    rule(
        "PropertyNotChangeable",
        r"PropertyChangeNotAllowed|Changing property '[^']+' is not allowed",
        "Restore the property's former value, or delete the environment and create it again.",
        scope=_AKS_PUT,
        source="reported: pulumi/pulumi-azure-native#959, "
        "hashicorp/terraform-provider-azurerm#26730",
    ),
    rule(
        "ServicePrincipalNotFound",
        r"ServicePrincipalNotFound",
        "Check that the cluster's identity exists in the subscription's Entra tenant, then retry "
        "the operation: a new one takes minutes to be known.",
        scope=_AKS_PUT,
        source="recorded: azure-cli, 404 of a managedCluster's PUT",
    ),
    rule(
        "AksInternalError",
        r"unable to serve this request due to an internal error",
        "Retry the operation; if it fails again, give Azure support the correlation id in Azure's "
        "message.",
        scope=_AKS_WRITES,
        source="reported: Azure/AKS#3104",
    ),
    # AKS acts with the cluster's identity, which lacks the permission, not the control plane's.
    rule(
        "ClusterIdentityForbidden",
        quoting("AuthorizationFailed|LinkedAuthorizationFailed"),
        "Grant the cluster's managed identity the role that the action requires on the resource "
        "that Azure names.",
        scope=of_services(Service.AKS, Service.COMPUTE, Service.NETWORK),
        source="documented: learn.microsoft.com/azure/aks/use-managed-identity",
    ),
    # Others say TooManyRequests as well: the eviction API, and registries of images.
    rule(
        "Throttled",
        rf"(?:{quoting('TooManyRequests|OperationNotAllowed|SubscriptionRequestsThrottled')}).*?"
        r"(?:number of (?:\w+ )*requests|allowedRequestCount|throttl)",
        REPEATED_WHEN_ACCEPTED,
        retryable=True,
        scope=of_services(Service.AKS, Service.COMPUTE, Service.NETWORK),
        source=f"{_TROUBLESHOOTING}/create-upgrade-delete/429-too-many-requests-errors",
    ),
    code_rule(
        "Throttled",
        r"FailedIdentityOperation",
        REPEATED,
        retryable=True,
        scope=_AKS,
        source="recorded: azure-service-operator",
    ),
    rule(
        "AzureUnavailable",
        quoting("InternalServerError|InternalOperationError|InternalExecutionError"),
        REPEATED,
        retryable=True,
        scope=_NODES,
        source="recorded: AKS, 500 InternalOperationError; documented: "
        "learn.microsoft.com/azure/virtual-machines/troubleshooting/allocation-failure",
    ),
)
