"""The errors that clients of these services have met, each with the function that makes it."""

from emulators.azure.coverage import Entry, Known

RECORDED, DOCUMENTED = Known.RECORDED, Known.DOCUMENTED
REPORTED, ASSUMED = Known.REPORTED, Known.ASSUMED

BY_FAULT = "control.recorded:RECORDED_ANSWERS"
CODE_ONLY = "by a fault; only the code was recorded, the sentence is assumed"

AKS_ERRORS = (
    Entry(
        "AKS another operation",
        "409 `OperationNotAllowed`, flat, without Retry-After, for api-versions before 2025-08-01",
        RECORDED,
        "aks.state_errors:cluster_busy",
    ),
    Entry(
        "AKS another operation, newest wording",
        "409 `OperationNotAllowed` with the operation's id and start, from 2025-08-01 on",
        REPORTED,
        "aks.state_errors:cluster_busy",
        "where the api-version parts the wordings is assumed",
    ),
    Entry(
        "AKS another pool operation",
        "409 `OperationNotAllowed`, `(nodepool1 - Creating)`",
        REPORTED,
        "aks.state_errors:pool_busy",
    ),
    Entry(
        "AKS write races with a deletion",
        "409 `EtagMismatch`, subcode `PutManagedClusterAndAgentPools_FailedPrecondition`",
        RECORDED,
        "aks.state_errors:being_deleted",
    ),
    Entry(
        "AKS regional quota, text of 2021",
        "400 `QuotaExceeded`",
        RECORDED,
        BY_FAULT,
        "by a fault: today's text is the next row's",
    ),
    Entry(
        "AKS regional quota",
        "400 `ErrCode_InsufficientVCPUQuota`, `Insufficient regional vcpu quota left`",
        REPORTED,
        "aks.errors:quota_exceeded",
    ),
    Entry(
        "AKS family quota",
        "400 `ErrCode_InsufficientVCPUQuota`, family names irregular as in the quota API",
        REPORTED,
        "aks.errors:quota_exceeded",
    ),
    Entry(
        "AKS VM size not allowed",
        "400 `BadRequest` with the sizes that are allowed",
        REPORTED,
        "aks.errors:size_not_allowed",
    ),
    Entry(
        "AKS zone not supported",
        "400 `AvailabilityZoneNotSupported` with the zones of the size",
        REPORTED,
        "aks.errors:zone_not_supported",
        "MicrosoftDocs/azure-aks-docs#416 (2026); the target is that of an older text",
    ),
    Entry(
        "AKS VM size not supported", "400 `VMSizeNotSupported`", REPORTED, BY_FAULT, "by a fault"
    ),
    Entry(
        "AKS no capacity",
        "the poll answers 200 with `Failed` and `ReconcileVMSSAgentPoolFailed`; the pool stays",
        RECORDED,
        "control.recorded:RECORDED_FAILURES",
        "by a fault; with AllocationFailed inside never recorded",
    ),
    Entry(
        "AKS system pool count 0",
        "400 `InvalidParameter`, target `agentPoolProfile.count`",
        REPORTED,
        "aks.errors:out_of_range",
    ),
    Entry(
        "AKS pool without count",
        "400 `InvalidParameter`, target `properties.count`, with the autoscaler too",
        REPORTED,
        "aks.errors:missing_parameter",
    ),
    Entry(
        "AKS no system pool",
        "400 `MustDefineAtLeastOneSystemPool`, also when `mode` is left out",
        REPORTED,
        "aks.errors:no_system_pool",
    ),
    Entry(
        "AKS bad pool name",
        "400 `InvalidParameter`, `agentPoolProfile.name is invalid`",
        REPORTED,
        "aks.errors:invalid_parameter",
        "the sentence is reported in part",
    ),
    Entry(
        "AKS administrator's credential, local accounts off",
        "400 `BadRequest`",
        REPORTED,
        "aks.errors:local_accounts_disabled",
    ),
    Entry(
        "AKS cluster quota",
        "400 `ManagedClusterCountExceedsQuotaLimit`",
        DOCUMENTED,
        "aks.errors:too_many_clusters",
        "the status is assumed; `PUT /_simulator/limits` changes the limit",
    ),
    Entry(
        "AKS pool missing",
        "404 `NotFound`, flat, subcode `GetAgentPool_NotFound`",
        RECORDED,
        "aks.errors:pool_not_found",
    ),
    Entry(
        "AKS cluster missing",
        "404 `ResourceNotFound` of the gateway",
        RECORDED,
        "arm.errors:resource_not_found",
    ),
    Entry(
        "AKS cluster just deleted",
        "404 `NotFound`, flat, subcode `GetManagedCluster_NotFound_HCPServerError`",
        RECORDED,
        "aks.errors:cluster_just_deleted",
        "for 60 s, which is assumed, as is the sentence",
    ),
    Entry("AKS invalid virtual network", "400 `InvalidParameter`", RECORDED, BY_FAULT, CODE_ONLY),
    Entry(
        "AKS service principal", "404 `ServicePrincipalNotFound`", RECORDED, BY_FAULT, CODE_ONLY
    ),
    Entry("AKS virtual network unread", "500 `GetVnetError`", RECORDED, BY_FAULT, "by a fault"),
    Entry("AKS SKUs unread", "500 `GetSKUStoreError`", RECORDED, BY_FAULT, "by a fault"),
    Entry("AKS internal error", "500 `InternalOperationError`", RECORDED, BY_FAULT, "by a fault"),
    Entry(
        "AKS throttled",
        "429 `Throttled` with Retry-After",
        DOCUMENTED,
        "throttling.errors:aks_throttled",
        "the sentence is assumed",
    ),
    Entry(
        "AKS stop when stopped",
        "400, `managed cluster is in Provisioning State(Succeeded) and Power State(Stopped)`",
        REPORTED,
        "aks.state_errors:wrong_power_state",
        "the code `OperationNotAllowed` is assumed, and that other writes are refused alike",
    ),
    Entry(
        "AKS maintenance configuration name",
        "400 `InvalidParameter`, three names are allowed",
        REPORTED,
        "aks.errors:configuration_name_not_allowed",
    ),
    Entry(
        "AKS default maintenance other than weekly",
        "400 `InvalidParameter`, `Only weekly schedule is supported`",
        REPORTED,
        "aks.errors:only_weekly",
    ),
    Entry(
        "AKS maintenance begins in the past",
        "400: a window that was read cannot be sent with its `startDate` on the next day",
        REPORTED,
        "aks.errors:date_in_the_past",
        "code and sentence are assumed",
    ),
    Entry(
        "AKS maintenance configuration missing",
        "404 `NotFound`, flat",
        ASSUMED,
        "aks.errors:configuration_not_found",
    ),
    Entry(
        "child of a missing cluster",
        "404 `ResourceNotFound` of the gateway, about the cluster",
        RECORDED,
        "arm.gateway:Gateway",
    ),
    Entry(
        "AKS abort when nothing runs",
        "409",
        DOCUMENTED,
        "aks.state_errors:nothing_to_abort",
        "code and sentence are assumed",
    ),
)

FRONT_DOOR_ERRORS = (
    Entry(
        "AFD profile or endpoint missing",
        "404 `ResourceNotFound` of the gateway",
        RECORDED,
        "arm.errors:resource_not_found",
    ),
    Entry(
        "AFD other resource missing",
        "404 `NotFound`, `The requested resource was not found.`",
        RECORDED,
        "front_door.errors:not_found",
    ),
    Entry(
        "AFD route too early",
        "400 `BadRequest` until an enabled origin is provisioned: worth retrying",
        RECORDED,
        "front_door.errors:route_too_early",
    ),
    Entry(
        "AFD security policy, endpoint not ready",
        "400 `BadRequest`",
        RECORDED,
        "front_door.errors:endpoint_not_ready",
    ),
    Entry(
        "AFD security policy, no WAF policy",
        "400 `BadRequest`",
        RECORDED,
        "front_door.errors:no_waf_policy",
    ),
    Entry(
        "AFD security policy, no WAF policy, newer text",
        "400 `BadRequest`, `Waf policy not found in AFD Data store`",
        REPORTED,
        BY_FAULT,
        "by a fault",
    ),
    Entry(
        "AFD last origin",
        "400 `BadRequest` while a route uses the origin group",
        REPORTED,
        "front_door.errors:last_origin",
    ),
    Entry(
        "AFD profile quota",
        "400 `BadRequest`",
        REPORTED,
        "front_door.errors:too_many_profiles",
        "`PUT /_simulator/limits` changes the limit",
    ),
    Entry("AFD trial subscription", "400 `BadRequest`", REPORTED, BY_FAULT, "by a fault"),
    Entry(
        "AFD endpoint host name taken",
        "409 `Conflict`",
        REPORTED,
        "front_door.errors:host_name_taken",
        "that a name in another profile of the tenant takes it is assumed",
    ),
    Entry(
        "AFD value not acceptable",
        "400 `BadRequest`, `Property '...' cannot be set to '...'. Acceptable values are: ...`",
        RECORDED,
        "front_door.errors:not_acceptable",
        "recorded for a rule's condition, here in the same shape for other properties",
    ),
    Entry(
        "WAF header without selector",
        "400 `BadRequest`, `WebApplicationFirewallPolicy validation failed.`",
        RECORDED,
        "waf.errors:validation_failed",
    ),
    Entry(
        "WAF hyphen in the name",
        "400 `BadRequest`, `Policy ArmResourceId has incorrect formatting`",
        REPORTED,
        "waf.errors:validation_failed",
    ),
    Entry(
        "Microsoft.Cdn throttled",
        "429 `ResourceRequestsThrottled`",
        REPORTED,
        "throttling.errors:resource_requests_throttled",
    ),
    Entry("AFD classic throttled", "429 `TooManyRequests`", RECORDED, BY_FAULT, "by a fault"),
)

ARM_ERRORS = (
    Entry(
        "child of a missing parent",
        "404 `ParentResourceNotFound`, `'read'` or `'delete'`",
        RECORDED,
        "arm.errors:parent_not_found",
    ),
    Entry(
        "missing resource group",
        "404 `ResourceGroupNotFound`",
        RECORDED,
        "arm.errors:resource_group_not_found",
    ),
    Entry(
        "resource provider not registered",
        "409 `MissingSubscriptionRegistration`, once more in `details`",
        RECORDED,
        "providers.errors:not_registered",
        "that reads are refused as well is assumed, and that a cluster needs those of Compute, "
        "Network and ManagedIdentity",
    ),
    Entry(
        "body larger than 4 MB",
        "413 `RequestContentTooLarge`",
        REPORTED,
        "arm.errors:content_too_large",
    ),
    Entry(
        "denied by Azure Policy",
        "403 `RequestDisallowedByPolicy`, the assignments in the message and in `additionalInfo`",
        DOCUMENTED,
        "policy.errors:disallowed",
        "where it was refused for a missing tag the evaluated expression is assumed",
    ),
    Entry(
        "activity log, start too long ago",
        "400 `BadRequest`, flat",
        RECORDED,
        "activity_log.errors:too_long_ago",
    ),
    Entry(
        "nested resources",
        "409 `CannotDeleteResource`",
        RECORDED,
        BY_FAULT,
        "by a fault; seen for private DNS zones only",
    ),
    Entry(
        "subscription throttled",
        "429 `SubscriptionRequestsThrottled` with Retry-After",
        REPORTED,
        "throttling.errors:subscription_requests_throttled",
    ),
    Entry(
        "subscription throttled by backend storage",
        "429 `SubscriptionRequestsThrottled`",
        REPORTED,
        BY_FAULT,
        "by a fault",
    ),
    Entry(
        "identity operation throttled",
        "429 `FailedIdentityOperation` of the gateway",
        RECORDED,
        BY_FAULT,
        CODE_ONLY,
    ),
    Entry(
        "network, another operation",
        "429 `RetryableError`, details `RetryableErrorDueToAnotherOperation`, Retry-After 11",
        RECORDED,
        BY_FAULT,
        "by a fault",
    ),
    Entry(
        "network, reference not provisioned",
        "429 `RetryableError`, details `ReferencedResourceNotProvisioned`, without Retry-After",
        RECORDED,
        BY_FAULT,
        CODE_ONLY,
    ),
    Entry("network busy", "409 `AnotherOperationInProgress`", RECORDED, BY_FAULT, CODE_ONLY),
    Entry(
        "gateway timeout",
        "504 `GatewayTimeout`; with `after` the operation runs on behind it",
        RECORDED,
        BY_FAULT,
        "by a fault",
    ),
    Entry("gateway connection", "502 `BadGatewayConnection`", RECORDED, BY_FAULT, "by a fault"),
    Entry("gateway error", "500 `InternalServerError`", RECORDED, BY_FAULT, CODE_ONLY),
    Entry("proxy page 502", "502, HTML of nginx", RECORDED, BY_FAULT, "by a fault"),
    Entry("proxy page 504", "504, HTML of nginx", ASSUMED, BY_FAULT, "by a fault"),
    Entry("proxy page 500", "500, HTML `Runtime Error`", RECORDED, BY_FAULT, "by a fault"),
)
