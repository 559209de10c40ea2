"""Errors of Azure Resource Manager, and those that all services word alike."""

import re

from domain.arm.error_rule import AzureError, rule

_ERROR_CODES = (
    "documented: learn.microsoft.com/azure/azure-resource-manager/troubleshooting/"
    "common-deployment-errors"
)
_GRANT_ROLE = "Grant the control plane's managed identity the role that this action requires."
_REPEATED_IDEMPOTENT = "Nothing: the request is repeated; every request is idempotent."
_REPEATED_UNLESS_OUTAGE = (
    "Nothing: the request is repeated. If it persists, check https://azure.status.microsoft."
)
_REPEATED_WHEN_ACCEPTED = "Nothing: the request is repeated as soon as Azure accepts it."


def _provider(error: AzureError, found: re.Match[str]) -> str:
    return (
        f"The subscription is not registered to use {found['namespace'] or 'a resource provider'}."
    )


def _gateway(error: AzureError, found: re.Match[str]) -> str:
    unanswered = f"Azure's gateway did not answer '{error.operation}'"
    if error.only_reads:
        return f"{unanswered}."
    return f"{unanswered}; the operation may have started nevertheless."


THROTTLING_RULES = (
    rule(
        "Throttled",
        r"",
        _REPEATED_WHEN_ACCEPTED,
        retryable=True,
        statuses=(429,),
        source="documented: learn.microsoft.com/azure/azure-resource-manager/management/"
        "request-limits-and-throttling",
    ),
    rule(
        "Throttled",
        r"RequestsThrottled|\bThrottled\b|TooManyRequests|RetryableError|FailedIdentityOperation",
        _REPEATED_WHEN_ACCEPTED,
        retryable=True,
        source="recorded: Microsoft.Network and Microsoft.Cdn; documented: AKS, "
        "learn.microsoft.com/azure/aks/quotas-skus-regions",
    ),
)

REGISTRATION_RULES = (
    rule(
        "ProviderNotRegistered",
        r"MissingSubscriptionRegistration(?:.*?namespace '(?P<namespace>[\w.]+)')?",
        "Register the resource provider in this subscription (az provider register).",
        source=_ERROR_CODES,
        describe=_provider,
    ),
    rule(
        "FeatureNotRegistered",
        r"SubscriptionNotEnabledEncryptionAtHost|FeatureNotRegistered|FeatureRegistrationRequired",
        "Register the feature in this subscription (az feature register); for encryption at host "
        "it is Microsoft.Compute/EncryptionAtHost.",
        source="documented: learn.microsoft.com/azure/aks/enable-host-encryption",
    ),
)

CONFLICT_RULES = (
    # The same fact as provisioningState Deleting in the answer to a GET.
    rule(
        "ResourceBeingDeleted",
        r"ResourceGroupBeingDeleted|is in deprovisioning state",
        "Nothing: the request is repeated once the deletion has ended.",
        retryable=True,
        source="reported: Azure/azure-cli#28679, Azure/azure-cli#21121",
    ),
    rule(
        "OperationSuperseded",
        r"OperationPreempted|OperationSuperseded|(?:overridden|superseded|preempted) by a",
        "Find out what else changes this resource, then retry the operation.",
        source="reported: issues of terraform-provider-azurerm about parallel AKS pools",
    ),
    rule(
        "OperationInProgress",
        r"another (?:\w+ )?operation|in progress|EtagMismatch|AnotherOperationInProgress|"
        r"ConcurrentOperation",
        "Nothing: the request is repeated once the running operation has ended.",
        retryable=True,
        statuses=(409, 412),
        source="recorded: azure-service-operator Test_AKS_Fleet and "
        "Test_Containerservice_v1api20210501; reported: Azure/azure-cli-extensions#9855",
    ),
    rule(
        "NameTaken",
        r"resource name isn't available|name is not available|NameNotAvailable|AlreadyInUse|"
        r"already taken|AlreadyExists",
        "Choose another environment name.",
        source="reported: Front Door endpoints in issues of terraform-provider-azurerm",
    ),
)

REFUSAL_RULES = (
    rule(
        "PolicyDenied",
        r"RequestDisallowedByPolicy|disallowed by (?:azure )?policy",
        "Request an exemption from the owner of the policy assignment, or change the request.",
        source=_ERROR_CODES,
    ),
    rule(
        "ResourceLocked",
        r"ScopeLocked",
        "Remove the lock on the resource or its group.",
        source="documented: learn.microsoft.com/azure/azure-resource-manager/management/"
        "lock-resources",
    ),
    rule(
        "SubscriptionDisabled",
        r"ReadOnlyDisabledSubscription|SubscriptionNotFound|DisabledSubscription",
        "Enable the subscription, or correct the configured subscription id.",
        source=_ERROR_CODES,
    ),
    rule("Forbidden", r"", _GRANT_ROLE, statuses=(401, 403), source=_ERROR_CODES),
    rule(
        "Forbidden",
        r"AuthorizationFailed|LinkedAuthorizationFailed|does not have authorization",
        _GRANT_ROLE,
        source=_ERROR_CODES,
    ),
)

NOT_FOUND_RULES = (
    # ARM replicates a new resource group between its regions: for seconds after the 201, the next
    # request may still fail with ResourceGroupNotFound.
    rule(
        "ParentNotFound",
        r"ParentResourceNotFound|ResourceGroupNotFound",
        "Nothing if the parent was just created; otherwise retry the operation to create it.",
        retryable=True,
        source="recorded: azure-service-operator, 2024",
    ),
    rule(
        "NotFound",
        r"",
        "Create the resource first: retry the operation.",
        statuses=(404,),
        source="recorded: azure-service-operator",
    ),
    rule(
        "NotFound",
        r"\bNotFound\b|ResourceNotFound",
        "Retry the operation to create it.",
        source="recorded: azure-service-operator",
    ),
)

OUTAGE_RULES = (
    rule(
        "AzureGatewayError",
        r"",
        _REPEATED_IDEMPOTENT,
        retryable=True,
        statuses=(408, 502, 504),
        source="recorded: azure-service-operator, 502 and 504 of polls, PUT and DELETE",
        describe=_gateway,
    ),
    rule(
        "AzureGatewayError",
        r"GatewayTimeout|BadGateway|ServerTimeout",
        _REPEATED_IDEMPOTENT,
        retryable=True,
        source="recorded: azure-service-operator",
        describe=_gateway,
    ),
    rule(
        "AzureUnavailable",
        r"",
        _REPEATED_UNLESS_OUTAGE,
        retryable=True,
        statuses=(500, 503, *range(505, 600)),
        source="recorded: azure-service-operator, 500 InternalServerError with tracking ids",
    ),
    rule(
        "AzureUnavailable",
        r"InternalServerError|InternalOperationError|ServiceUnavailable|InternalExecutionError",
        _REPEATED_UNLESS_OUTAGE,
        retryable=True,
        source="recorded: AKS, 500 InternalOperationError",
    ),
)
