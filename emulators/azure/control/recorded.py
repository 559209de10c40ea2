"""Answers of real Azure that no rule of the simulator makes: a fault names one to give it.

Names of resources are neutral; everything else is as it was recorded or reported.
"""

from collections.abc import Mapping
from typing import Any

from emulators.azure.arm.answers import JSON, Answer
from emulators.azure.arm.errors import MADE_BY_GATEWAY, made_by_provider

_BUSY_URI = (
    "https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000000/providers/"
    "Microsoft.Network/locations/westeurope/operations/11111111-1111-1111-1111-111111111111"
)


def _cores(usage: int, required: int) -> str:
    return (
        "Operation could not be completed as it results in exceeding approved Total Regional "
        "Cores quota. Additional details - Deployment Model: Resource Manager, Location: westus2, "
        f"Current Limit: 20, Current Usage: {usage}, Additional Required: {required}, "
        f"(Minimum) New Limit Required: {usage + required}."
    )


def _gateway(
    status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Answer:
    body = {"error": {"code": code, "message": message}}
    return Answer(status, body, {**MADE_BY_GATEWAY, **(headers or {})})


def _provider(status: int, code: str, message: str, **more: Any) -> Answer:
    body = {"error": {"code": code, "message": message, **more}}
    return Answer(status, body, made_by_provider(status))


def _aks(status: int, code: str, message: str) -> Answer:
    body = {"code": code, "details": None, "message": message, "subcode": ""}
    return Answer(status, body, made_by_provider(status), JSON)


def _aks_failure(code: str, message: str) -> Answer:
    return Answer(500, {"code": code, "message": message}, made_by_provider(500), JSON)


def _page(status: int, title: str) -> Answer:
    html = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>"
    )
    return Answer(status, html, content_type="text/html")


def _retryable(code: str, message: str, retry_after: int | None = None) -> Answer:
    body = {
        "error": {
            "code": "RetryableError",
            "message": "A retryable error occurred.",
            "details": [{"code": code, "message": message}],
        }
    }
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Answer(429, body, headers)


RECORDED_ANSWERS: Mapping[str, Answer] = {
    "GatewayTimeout": _gateway(
        504,
        "GatewayTimeout",
        "The gateway did not receive a response from 'Microsoft.ContainerService' within the "
        "specified time period.",
    ),
    "BadGatewayConnection": _provider(
        502,
        "BadGatewayConnection",
        "The network connectivity issue encountered for 'Microsoft.ContainerService'; "
        "cannot fulfill the request.",
    ),
    "InternalServerError": _gateway(
        500,
        "InternalServerError",
        "Encountered internal server error. Diagnostic information: timestamp "
        "'20260711T101112Z', subscription id '00000000-0000-0000-0000-000000000000', "
        "tracking id '11111111-1111-1111-1111-111111111111', "
        "request correlation id '11111111-1111-1111-1111-111111111111'.",
    ),
    "BadGatewayPage": _page(502, "502 Bad Gateway"),
    "GatewayTimeoutPage": _page(504, "504 Gateway Time-out"),
    "RuntimeErrorPage": _page(500, "Runtime Error"),
    "FailedIdentityOperation": _gateway(
        429,
        "FailedIdentityOperation",
        "Identity operation for resource failed with error 'Failed to perform resource identity "
        "operation. Status: 'TooManyRequests'. Response: Retry after 2 seconds.'.",
    ),
    "QuotaExceeded": Answer(
        400,
        {
            "code": "QuotaExceeded",
            "message": "Provisioning of resource(s) for container service gp-fraud in resource "
            f"group gp-fraud failed. Message: {_cores(20, 6)} Details: ",
        },
        made_by_provider(400),
        JSON,
    ),
    "VMSizeNotSupported": _aks(
        400,
        "VMSizeNotSupported",
        "Virtual Machine size: 'Standard_NC6' is not supported for subscription "
        "00000000-0000-0000-0000-000000000000 in location 'westus'. The available VM sizes are: "
        "standard_d2s_v5",
    ),
    "InvalidParameter": _aks(
        400,
        "InvalidParameter",
        "The value of parameter agentPoolProfile.vnetSubnetID is invalid. The VNET is in another "
        "region than the cluster.",
    ),
    "ServicePrincipalNotFound": _aks(
        404,
        "ServicePrincipalNotFound",
        "Service principal clientID: 11111111-1111-1111-1111-111111111111 not found in Active "
        "Directory tenant 22222222-2222-2222-2222-222222222222.",
    ),
    "GetVnetError": _aks_failure(
        "GetVnetError",
        "Get virtual network failed. Subscription: 00000000-0000-0000-0000-000000000000; resource "
        "group: MC_gp-fraud_gp-fraud_westus2; virtual network name: aks-vnet-67045100",
    ),
    "GetSKUStoreError": _aks_failure("GetSKUStoreError", "Internal server error"),
    "InternalOperationError": _aks_failure("InternalOperationError", "Internal server error"),
    "TrialForbidden": _provider(
        400,
        "BadRequest",
        "Free Trial and Student account is forbidden for Azure Frontdoor resources.",
    ),
    "WafPolicyNotFound": _provider(400, "BadRequest", "Waf policy not found in AFD Data store"),
    "TooManyRequests": _provider(
        429, "TooManyRequests", "Too many requests. Please try again after sometime."
    ),
    "BackendStorageThrottled": _gateway(
        429,
        "SubscriptionRequestsThrottled",
        "Number of requests for subscription '00000000-0000-0000-0000-000000000000' and operation "
        "'POST/SUBSCRIPTIONS/RESOURCEGROUPS/PROVIDERS/MICROSOFT.COMPUTE/VIRTUALMACHINES/START' "
        "exceeded the backend storage limit. Please try again after '6' seconds.",
        {"Retry-After": "6"},
    ),
    "RetryableErrorDueToAnotherOperation": _retryable(
        "RetryableErrorDueToAnotherOperation",
        "Operation was canceled by another one and can be retried in 11 seconds.",
        retry_after=11,
    ),
    "ReferencedResourceNotProvisioned": _retryable(
        "ReferencedResourceNotProvisioned",
        "Cannot proceed with operation because a resource that it refers to is not in Succeeded "
        "state.",
    ),
    "AnotherOperationInProgress": _provider(
        409,
        "AnotherOperationInProgress",
        "Another operation on this or dependent resource is in progress. To retrieve status of "
        f"the operation use uri: {_BUSY_URI}",
    ),
    "CannotDeleteResource": _provider(
        409,
        "CannotDeleteResource",
        "Cannot delete resource while nested resources exist. Some existing nested resource IDs "
        "include: 'Microsoft.Network/privateDnsZones/gp.example/virtualNetworkLinks/fraud'. "
        "Please delete all nested resources before deleting this resource.",
    ),
}

RECORDED_FAILURES: Mapping[str, Mapping[str, Any]] = {
    "ReconcileVMSSAgentPoolFailed": {
        "code": "ReconcileVMSSAgentPoolFailed",
        "message": f'Code="OperationNotAllowed" Message="{_cores(18, 4)}"',
    },
}
"""Errors with which a poll ended."""
