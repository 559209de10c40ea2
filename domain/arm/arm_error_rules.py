"""Errors of Azure Resource Manager, and those that all services word alike."""

import re

from domain.arm.azure_error import AzureError, Service
from domain.arm.error_actions import GRANT_ROLE, OTHER_REGION
from domain.arm.error_rule import Scope, code_rule, of_services, rule
from domain.arm.role_assignments import ROLE_ASSIGNMENT_EXISTS

_ERROR_CODES = (
    "documented: learn.microsoft.com/azure/azure-resource-manager/troubleshooting/"
    "common-deployment-errors"
)


_PUT = Scope(methods=frozenset({"PUT"}))
_DELETE = Scope(methods=frozenset({"DELETE"}))
_ABOUT_ITSELF = Scope(methods=frozenset({"GET", "HEAD", "DELETE"}))
"""Requests that refer to no other resource."""


def _provider(error: AzureError, found: re.Match[str]) -> str:
    return (
        f"The subscription is not registered to use {found['namespace'] or 'a resource provider'}."
    )


AUTHORIZATION_RULES = (
    code_rule(
        "Forbidden",
        r"AuthorizationFailed|LinkedAuthorizationFailed",
        GRANT_ROLE,
        source=_ERROR_CODES,
    ),
    rule(
        "DenyAssignment",
        r"DenyAssignmentAuthorizationFailed",
        "Ask the owner of the deny assignment that Azure names for an exclusion; a role does not "
        "override it.",
        source="documented: learn.microsoft.com/azure/role-based-access-control/deny-assignments",
    ),
)
"""Answered in front of the services: about the caller, not about an identity in Azure."""

ROLE_RULES = (
    code_rule(
        ROLE_ASSIGNMENT_EXISTS,
        r"RoleAssignmentExists",
        "Nothing: the role is assigned.",
        scope=of_services(Service.AUTHORIZATION, methods=("PUT",)),
        source="recorded: azure-cli test_aks_create_default_service_with_virtual_node_addon",
    ),
    code_rule(
        "PrincipalNotFound",
        r"PrincipalNotFound",
        "Nothing: the request is repeated until Microsoft Entra ID has replicated the identity.",
        scope=of_services(Service.AUTHORIZATION, methods=("PUT",)),
        retryable=True,
        source="recorded: azure-service-operator and azure-cli, for 15 to 37 s",
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

QUOTA_RULES = (
    rule(
        "QuotaExceeded",
        r"QuotaExceeded|exceed.{0,40}quota",
        "Release what uses the quota that Azure names, or request an increase at "
        "https://aka.ms/quotas.",
        scope=_PUT,
        source="documented: learn.microsoft.com/azure/azure-resource-manager/troubleshooting/"
        "error-resource-quota",
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
        r"ConcurrentOperation|ConcurrentFederatedIdentityCredentialsWrites",
        "Nothing: the request is repeated once the running operation has ended.",
        retryable=True,
        statuses=(409, 412),
        source="recorded: azure-service-operator Test_AKS_Fleet and "
        "Test_Containerservice_v1api20210501; reported: Azure/azure-cli-extensions#9855, "
        "pulumi-azure-native#4343",
    ),
    rule(
        "ResourceInUse",
        r"CannotDeleteResource|while nested resources exist",
        "Delete the resources that Azure names, then delete the environment again.",
        scope=_DELETE,
        source="recorded: azure-service-operator",
    ),
    rule(
        "ExistsInAnotherRegion",
        r"InvalidResourceLocation|InvalidResourceGroupLocation",
        "Choose another environment name, or delete the resource of that name in the other "
        "region.",
        scope=_PUT,
        source=_ERROR_CODES,
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
        r"ScopeLocked|following scope\(s\) are locked",
        "Remove the lock on the resource or its group.",
        source="documented: learn.microsoft.com/azure/azure-resource-manager/management/"
        "lock-resources",
    ),
    rule(
        "SubscriptionDisabled",
        r"ReadOnlyDisabledSubscription|SubscriptionNotFound|DisabledSubscription|"
        r"SubscriptionDisabled",
        "Enable the subscription, or correct the configured subscription id.",
        source=_ERROR_CODES,
    ),
    rule(
        "RegionNotAvailable",
        r"LocationNotAvailableForResourceType|NoRegisteredProviderFound|"
        r"RequestDisallowedByAzure|disallowed by Azure:",
        f"The region is not open to the resource type or the subscription: {OTHER_REGION}.",
        scope=_PUT,
        source=f"{_ERROR_CODES}; reported: Azure/AKS#5099",
    ),
    rule("Forbidden", r"", GRANT_ROLE, statuses=(401, 403), source=_ERROR_CODES),
    rule(
        "Forbidden",
        r"AuthorizationFailed|does not have authorization",
        GRANT_ROLE,
        scope=of_services(Service.FRONT_DOOR, Service.RESOURCE_MANAGER),
        source=_ERROR_CODES,
    ),
)

NOT_FOUND_RULES = (
    # ARM replicates a new resource group between its regions: for seconds after the 201, the next
    # request may still fail with ResourceGroupNotFound.
    code_rule(
        "ParentNotFound",
        r"ParentResourceNotFound|ResourceGroupNotFound",
        "Nothing if the parent was just created; otherwise retry the operation to create it.",
        retryable=True,
        source="recorded: azure-service-operator, 2024",
    ),
    code_rule(
        "NotFound",
        r"|NotFound|ResourceNotFound",
        "Create the resource first: retry the operation.",
        statuses=(404,),
        source="recorded: azure-service-operator",
    ),
    rule(
        "NotFound",
        r"",
        "Create the resource first: retry the operation.",
        statuses=(404,),
        scope=_ABOUT_ITSELF,
        source="recorded: azure-service-operator",
    ),
    code_rule(
        "NotFound",
        r"NotFound|ResourceNotFound",
        "Retry the operation to create it.",
        source="recorded: azure-service-operator",
    ),
)

INVALID_RULES = (
    code_rule(
        "InvalidRequest",
        r"InvalidTemplate(?:Deployment)?|InvalidParameter|InvalidRequest(?:Content|Format)?|"
        r"InvalidRequestPropertyValue|InvalidResource\w*|BadParameter|LinkedInvalidPropertyId",
        "Correct the setting that Azure names, then update the environment.",
        source=f"{_ERROR_CODES}; recorded: AKS, 400 InvalidParameter",
    ),
)
