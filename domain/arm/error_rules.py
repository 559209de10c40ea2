"""The ordered rules that classify Azure's errors; the first match applies."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AzureError:
    """One error. `http_status`: None for an operation that failed after it was accepted."""

    http_status: int | None
    code: str
    message: str
    operation: str

    @property
    def text(self) -> str:
        return f"{self.code} {self.message}"


type Describe = Callable[[AzureError, re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """Matches if `pattern` is found in code and message, and the status is in `statuses`, if any.

    `describe` builds the message from the match; None: Azure's message is quoted.
    """

    reason: str
    pattern: re.Pattern[str]
    suggested_action: str
    retryable: bool = False
    statuses: frozenset[int] = field(default_factory=frozenset[int])
    describe: Describe | None = None

    def match(self, error: AzureError) -> re.Match[str] | None:
        if self.statuses and error.http_status not in self.statuses:
            return None
        return self.pattern.search(error.text)


def _rule(
    reason: str,
    pattern: str,
    suggested_action: str,
    *,
    retryable: bool = False,
    statuses: tuple[int, ...] = (),
    describe: Describe | None = None,
) -> ErrorRule:
    compiled = re.compile(pattern, re.IGNORECASE | re.DOTALL)
    return ErrorRule(reason, compiled, suggested_action, retryable, frozenset(statuses), describe)


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


def _cluster_quota(error: AzureError, found: re.Match[str]) -> str:
    limit = f": {found['limit']} allowed, {found['usage']} used" if found["limit"] else ""
    return f"The subscription has reached its limit of AKS clusters{limit}."


def _provider(error: AzureError, found: re.Match[str]) -> str:
    return (
        f"The subscription is not registered to use {found['namespace'] or 'a resource provider'}."
    )


def _gateway(error: AzureError, found: re.Match[str]) -> str:
    return (
        f"Azure's gateway did not answer '{error.operation}'; the operation may have started "
        "nevertheless."
    )


_REQUEST_QUOTA = (
    "Request a quota increase at https://aka.ms/quotas, or choose another vmSize or region."
)
_APPROVED = (
    r"exceeding approved (?P<name>[^.]*?)(?: Cores)? quota.*?Current Limit: (?P<limit>\d+), "
    r"Current Usage: (?P<usage>\d+), Additional Required: (?P<required>\d+)"
)

RULES: tuple[ErrorRule, ...] = (
    _rule(
        "Throttled",
        r"",
        "Nothing: the request is repeated as soon as Azure accepts it.",
        retryable=True,
        statuses=(429,),
    ),
    _rule(
        "Throttled",
        r"RequestsThrottled|\bThrottled\b|TooManyRequests|RetryableError|FailedIdentityOperation",
        "Nothing: the request is repeated as soon as Azure accepts it.",
        retryable=True,
    ),
    _rule(
        "ProviderNotRegistered",
        r"MissingSubscriptionRegistration(?:.*?namespace '(?P<namespace>[\w.]+)')?",
        "Register the resource provider in this subscription (az provider register).",
        describe=_provider,
    ),
    _rule(
        "FeatureNotRegistered",
        r"SubscriptionNotEnabledEncryptionAtHost|FeatureNotRegistered|FeatureRegistrationRequired",
        "Register the feature in this subscription (az feature register); for encryption at host "
        "it is Microsoft.Compute/EncryptionAtHost.",
    ),
    _rule(
        "QuotaExceeded",
        r"requested (?P<required>\d+), remaining (?P<remaining>\d+) for family (?P<family>.+?)"
        r"(?: for region (?P<region>\w+))?(?:\.|$)",
        _REQUEST_QUOTA,
        describe=_family_quota,
    ),
    _rule(
        "SpotQuotaExceeded",
        _APPROVED.replace("[^.]*?", r"[^.]*?(?:low ?priority|spot)[^.]*?"),
        _REQUEST_QUOTA,
        describe=_approved_quota,
    ),
    _rule(
        "RegionalQuotaExceeded",
        _APPROVED.replace("[^.]*?", r"Total Regional"),
        _REQUEST_QUOTA,
        describe=_approved_quota,
    ),
    _rule("QuotaExceeded", _APPROVED, _REQUEST_QUOTA, describe=_approved_quota),
    _rule(
        "RegionalQuotaExceeded",
        r"regional vcpu quota left for location (?P<region>\w+).*?"
        r"left regional vcpu quota (?P<remaining>\d+), requested quota (?P<required>\d+)",
        _REQUEST_QUOTA,
        describe=_regional_quota,
    ),
    _rule("SpotQuotaExceeded", r"lowPriorityCores|low ?priority quota", _REQUEST_QUOTA),
    _rule(
        "ManagedClusterQuotaExceeded",
        r"ManagedClusterCountExceedsQuotaLimit"
        r"(?:.*?Maximum allowed: (?P<limit>\d+), Current usage: (?P<usage>\d+))?",
        "Delete unused clusters, or request a quota increase at https://aka.ms/quotas.",
        describe=_cluster_quota,
    ),
    _rule(
        "PublicIpQuotaExceeded",
        r"PublicIPCountLimitReached|PublicIpAddressCountLimit|maximum number of public ip",
        "Release public IP addresses in this region, or request a quota increase.",
    ),
    _rule(
        "FrontDoorQuotaExceeded",
        r"number of profiles created exceeds quota",
        "Delete unused Front Door profiles, or request a quota increase from Azure support.",
    ),
    _rule(
        "SubscriptionNotEligible",
        r"Free Trial and Student account is forbidden",
        "Use a pay-as-you-go or enterprise subscription.",
    ),
    _rule(
        "QuotaExceeded", r"QuotaExceeded|InsufficientVCPUQuota|exceed.{0,40}quota", _REQUEST_QUOTA
    ),
    _rule(
        "ZonalAllocationFailed",
        r"ZonalAllocationFailed",
        "Try again later, or choose another vmSize or region: this zone has no capacity now.",
    ),
    _rule(
        "AllocationFailed",
        r"AllocationFailed|OverconstrainedAllocationRequest|InsufficientCapacity|"
        r"(?:does not|not) have (?:sufficient|enough) capacity",
        "Try again later, or choose another vmSize or region: Azure has no capacity now.",
    ),
    _rule(
        "SkuNotAvailable",
        r"SkuNotAvailable|VMSizeNotSupported|VM size of \S+ is not allowed|"
        r"(?:VM|requested) size.{0,80}(?:not available|not supported)",
        "Choose another vmSize or region, or request access to the size from Azure support.",
    ),
    _rule(
        "OriginGroupNotReady",
        r"make sure that the originGroup is created successfully",
        "Nothing: the request is repeated once the origin exists.",
        retryable=True,
    ),
    # Not observed, so the wording is a guess: the DNS name of a cell's public IP exists only once
    # the IP does.
    _rule(
        "OriginHostNotResolved",
        r"host ?name.{0,120}(?:not|cannot) (?:be )?resolve|HostNameNotResolv",
        "Nothing: the request is repeated until the cell's public IP has its DNS name.",
        retryable=True,
        statuses=(400,),
    ),
    _rule(
        "EndpointNotReady",
        r"is not associated with the AFDX profile or is in an? invalid provisioning state",
        "Nothing: the request is repeated once the endpoint exists.",
        retryable=True,
    ),
    _rule(
        "WafPolicyNotReady",
        r"Firewall Policy being attached to AFDX profile does not exist|"
        r"Waf policy not found in AFD Data store",
        "Nothing: the request is repeated until Front Door finds the WAF policy.",
        retryable=True,
    ),
    _rule(
        "OperationSuperseded",
        r"OperationPreempted|OperationSuperseded|(?:overridden|superseded|preempted) by a",
        "Find out what else changes this resource, then retry the operation.",
    ),
    _rule(
        "OperationInProgress",
        r"another (?:\w+ )?operation|in progress|EtagMismatch|AnotherOperationInProgress|"
        r"ConcurrentOperation",
        "Nothing: the request is repeated once the running operation has ended.",
        retryable=True,
        statuses=(409, 412),
    ),
    _rule(
        "NameTaken",
        r"resource name isn't available|name is not available|NameNotAvailable|AlreadyInUse|"
        r"already taken|AlreadyExists",
        "Choose another environment name.",
    ),
    _rule(
        "DnsLabelTaken",
        r"DnsRecordInUse|DnsRecordIsReserved|DNS record .{0,120} is already used",
        "Remove the public IP address that holds the DNS label, or choose another name.",
    ),
    _rule(
        "PolicyDenied",
        r"RequestDisallowedByPolicy|disallowed by (?:azure )?policy",
        "Request an exemption from the owner of the policy assignment, or change the request.",
    ),
    _rule(
        "ResourceLocked",
        r"ScopeLocked",
        "Remove the lock on the resource or its group.",
    ),
    _rule(
        "SubscriptionDisabled",
        r"ReadOnlyDisabledSubscription|SubscriptionNotFound|DisabledSubscription",
        "Enable the subscription, or correct the configured subscription id.",
    ),
    _rule(
        "Forbidden",
        r"",
        "Grant the control plane's managed identity the role that this action requires.",
        statuses=(401, 403),
    ),
    _rule(
        "Forbidden",
        r"AuthorizationFailed|LinkedAuthorizationFailed|does not have authorization",
        "Grant the control plane's managed identity the role that this action requires.",
    ),
    # ARM replicates a new resource group between its regions: for seconds after the 201, the next
    # request may still fail with ResourceGroupNotFound.
    _rule(
        "ParentNotFound",
        r"ParentResourceNotFound|ResourceGroupNotFound",
        "Nothing if the parent was just created; otherwise retry the operation to create it.",
        retryable=True,
    ),
    _rule("NotFound", r"", "Create the resource first: retry the operation.", statuses=(404,)),
    _rule("NotFound", r"\bNotFound\b|ResourceNotFound", "Retry the operation to create it."),
    _rule(
        "AzureGatewayError",
        r"",
        "Nothing: the request is repeated; every request is idempotent.",
        retryable=True,
        statuses=(408, 502, 504),
        describe=_gateway,
    ),
    _rule(
        "AzureGatewayError",
        r"GatewayTimeout|BadGateway|ServerTimeout",
        "Nothing: the request is repeated; every request is idempotent.",
        retryable=True,
        describe=_gateway,
    ),
    _rule(
        "AzureUnavailable",
        r"",
        "Nothing: the request is repeated. If it persists, check https://azure.status.microsoft.",
        retryable=True,
        statuses=(500, 503, *range(505, 600)),
    ),
    _rule(
        "AzureUnavailable",
        r"InternalServerError|InternalOperationError|ServiceUnavailable|InternalExecutionError",
        "Nothing: the request is repeated. If it persists, check https://azure.status.microsoft.",
        retryable=True,
    ),
)
