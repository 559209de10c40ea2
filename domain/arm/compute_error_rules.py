"""Errors of Azure Compute: quota, capacity and VM sizes. AKS passes them on in its own errors."""

import re

from domain.arm.azure_error import AzureError, Service
from domain.arm.error_actions import ELSEWHERE
from domain.arm.error_rule import of_services, rule

_SCOPE = of_services(Service.AKS, Service.COMPUTE, methods=("PUT", "POST"))


def _family_quota(error: AzureError, found: re.Match[str]) -> str:
    where = f" in {found['region']}" if found["region"] else ""
    return (
        f"The vCPU quota of {found['family'].strip()}{where} has {found['remaining']} left; "
        f"{found['required']} are required."
    )


def _approved_quota(error: AzureError, found: re.Match[str]) -> str:
    remaining = int(found["limit"]) - int(found["usage"])
    return (
        f"The quota '{found['name'].strip()}' has {remaining} vCPUs left (limit {found['limit']}, "
        f"used {found['usage']}); {found['required']} are required."
    )


def _regional_quota(error: AzureError, found: re.Match[str]) -> str:
    return (
        f"The regional vCPU quota of {found['region']} has {found['remaining']} left; "
        f"{found['required']} are required."
    )


_REQUEST_QUOTA = f"Request a quota increase at https://aka.ms/quotas and retry, {ELSEWHERE}."
_APPROVED = (
    r"exceeding approved (?P<name>[^.]*?)(?: Cores)? quota.*?Current Limit: (?P<limit>\d+), "
    r"Current Usage: (?P<usage>\d+), Additional Required: (?P<required>\d+)"
)
_IN_USE = (
    r"exceeding quota limits? of (?P<name>[^.]*?)(?: Cores)?\. Maximum allowed: (?P<limit>\d+), "
    r"Current in use: (?P<usage>\d+), Additional requested: (?P<required>\d+)"
)
_QUOTA_PAGE = "documented: learn.microsoft.com/azure/azure-resource-manager/troubleshooting"
_ALLOCATION_PAGE = (
    "documented: learn.microsoft.com/azure/virtual-machines/troubleshooting/allocation-failure"
)

COMPUTE_QUOTA_RULES = (
    rule(
        "QuotaExceeded",
        r"requested (?P<required>\d+), remaining (?P<remaining>\d+) for family (?P<family>.+?)"
        r"(?: for region (?P<region>\w+))?(?:\.|$)",
        _REQUEST_QUOTA,
        scope=_SCOPE,
        source="reported: AKS, ErrCode_InsufficientVCPUQuota in logs of terraform",
        describe=_family_quota,
    ),
    rule(
        "SpotQuotaExceeded",
        _APPROVED.replace("[^.]*?", r"[^.]*?(?:low ?priority|spot)[^.]*?"),
        _REQUEST_QUOTA,
        scope=_SCOPE,
        source=f"{_QUOTA_PAGE}/error-resource-quota",
        describe=_approved_quota,
    ),
    rule(
        "RegionalQuotaExceeded",
        _APPROVED.replace("[^.]*?", r"Total Regional"),
        _REQUEST_QUOTA,
        scope=_SCOPE,
        source="recorded: azure-cli test_aks_availability_zones_msi, 2021-06-10",
        describe=_approved_quota,
    ),
    rule(
        "QuotaExceeded",
        _APPROVED,
        _REQUEST_QUOTA,
        scope=_SCOPE,
        source=f"{_QUOTA_PAGE}/error-resource-quota",
        describe=_approved_quota,
    ),
    rule(
        "RegionalQuotaExceeded",
        _IN_USE.replace("[^.]*?", "Core"),
        _REQUEST_QUOTA,
        scope=_SCOPE,
        source="reported: Azure/AKS#1184",
        describe=_approved_quota,
    ),
    rule(
        "QuotaExceeded",
        _IN_USE,
        _REQUEST_QUOTA,
        scope=_SCOPE,
        source="reported: kubernetes/autoscaler#2607",
        describe=_approved_quota,
    ),
    rule(
        "RegionalQuotaExceeded",
        r"regional vcpu quota left for location (?P<region>\w+).*?"
        r"left regional vcpu quota (?P<remaining>\d+), requested quota (?P<required>\d+)",
        _REQUEST_QUOTA,
        scope=_SCOPE,
        source="reported: AKS, ErrCode_InsufficientVCPUQuota in logs of terraform",
        describe=_regional_quota,
    ),
    rule(
        "SpotQuotaExceeded",
        r"lowPriorityCores|low ?priority quota",
        _REQUEST_QUOTA,
        scope=_SCOPE,
        source="documented: the quota's name in Compute's list of usages",
    ),
    rule(
        "QuotaExceeded",
        r"InsufficientVCPUQuota|exceed[^.]{0,80}\b(?:v?cpus?|cores?)\b[^.]{0,40}quota|"
        r"quota[^.]{0,40}\b(?:v?cpus?|cores?)\b",
        _REQUEST_QUOTA,
        scope=_SCOPE,
        source=f"{_QUOTA_PAGE}/error-resource-quota",
    ),
)

COMPUTE_CAPACITY_RULES = (
    rule(
        "ZonalAllocationFailed",
        r"ZonalAllocationFailed|OverconstrainedZonalAllocationRequest",
        f"This zone has no capacity now: retry later, {ELSEWHERE}.",
        scope=_SCOPE,
        source=f"{_ALLOCATION_PAGE}; reported: Azure/karpenter-provider-azure#892",
    ),
    rule(
        "AllocationFailed",
        r"AllocationFailed|OverconstrainedAllocationRequest|InsufficientCapacity|"
        r"(?:does not|not) have (?:sufficient|enough) capacity",
        f"Azure has no capacity now: retry later, {ELSEWHERE}.",
        scope=_SCOPE,
        source=f"{_ALLOCATION_PAGE}; reported: Azure-Samples/aks-store-demo#115",
    ),
    rule(
        "SkuNotAvailable",
        r"SkuNotAvailable|VMSizeNotSupported|VM size of \S+ is not allowed|"
        r"AvailabilityZoneNotSupported|"
        r"(?:VM|requested) size.{0,80}(?:not available|not supported)",
        f"Request access to the size from Azure support and retry, {ELSEWHERE}.",
        scope=_SCOPE,
        source=f"{_QUOTA_PAGE}/error-sku-not-available; reported: AKS in logs of terraform, 2023, "
        "and MicrosoftDocs/azure-aks-docs#416",
    ),
)
