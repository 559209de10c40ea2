"""Errors of AKS itself."""

import re

from domain.arm.error_rule import AzureError, rule


def _cluster_quota(error: AzureError, found: re.Match[str]) -> str:
    limit = f": {found['limit']} allowed, {found['usage']} used" if found["limit"] else ""
    return f"The subscription has reached its limit of AKS clusters{limit}."


AKS_RULES = (
    # The eviction API answers 429 TooManyRequests while a disruption budget forbids an eviction,
    # and AKS quotes it.
    rule(
        "PodDrainFailed",
        r"PodDrainFailure|violate the pod's disruption budget|debugdrainfailures",
        "Relax the PodDisruptionBudget that AKS names, or delete its pods, then repeat the "
        "request.",
        source="documented: learn.microsoft.com/troubleshoot/azure/azure-kubernetes/"
        "create-upgrade-delete/error-code-poddrainfailure; reported: hashicorp/consul-k8s#1457, "
        "cloudnative-pg/cloudnative-pg#7346",
    ),
    rule(
        "AksCapacityExceeded",
        r"AKSCapacityError|AKSCapacityHeavyUsage|"
        r"Creating a new cluster is unavailable at this time|"
        r"unable to provision an AKS cluster in \w+, due to an operational threshold",
        "Try again later, or choose another region: AKS has no room for control planes there now. "
        "Another vmSize does not help.",
        source="documented: learn.microsoft.com/troubleshoot/azure/azure-kubernetes/"
        "create-upgrade-delete/akscapacityerror; reported: Azure/AKS#4113, Azure/AKS#1189, "
        "learn.microsoft.com/answers/questions/5865050",
    ),
    rule(
        "ManagedClusterQuotaExceeded",
        r"ManagedClusterCountExceedsQuotaLimit"
        r"(?:.*?Maximum allowed: (?P<limit>\d+), Current usage: (?P<usage>\d+))?",
        "Delete unused clusters, or request a quota increase at https://aka.ms/quotas.",
        source="documented: learn.microsoft.com/azure/aks/quotas-skus-regions",
        describe=_cluster_quota,
    ),
)
