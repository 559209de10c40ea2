"""Refusals of Azure for good, while an environment is built for the first time."""

from functools import partial

from domain.environment.operation import OperationKind
from tests.faults.answers import CELL_GROUP, CLUSTER, CREDENTIAL, answer, recorded
from tests.faults.row import fails as row_that_fails

fails = partial(row_that_fails, OperationKind.PROVISION)

GROUP_STEP = "cell/resourceGroup"
STEP = "cell/managedCluster"

REFUSED_ROWS = (
    fails(
        "quota-of-region",
        STEP,
        "PUT of the cluster: 400, regional cores",
        recorded("PUT", CLUSTER, "QuotaExceeded"),
        reason="RegionalQuotaExceeded",
        says="has 0 vCPUs left (limit 20, used 20); 6 are required",
        cluster=False,
    ),
    fails(
        "quota-of-family",
        STEP,
        "PUT of the cluster: 400, vCPUs of the family",
        answer(
            "PUT",
            CLUSTER,
            400,
            "ErrCode_InsufficientVCPUQuota",
            "Insufficient vcpu quota requested 24, remaining 0 for family "
            "standardNCADSA100v4Family for region westeurope.",
        ),
        reason="QuotaExceeded",
        says="standardNCADSA100v4Family in westeurope has 0 left; 24 are required",
        cluster=False,
    ),
    fails(
        "quota-of-clusters",
        STEP,
        "PUT of the cluster: 400, number of clusters",
        answer(
            "PUT",
            CLUSTER,
            400,
            "ManagedClusterCountExceedsQuotaLimit",
            "Maximum allowed: 100, Current usage: 100",
        ),
        reason="ManagedClusterQuotaExceeded",
        says="100 allowed, 100 used",
        cluster=False,
    ),
    fails(
        "size-not-supported",
        STEP,
        "PUT of the cluster: 400 VMSizeNotSupported",
        recorded("PUT", CLUSTER, "VMSizeNotSupported"),
        reason="SkuNotAvailable",
        says="is not supported for subscription",
        cluster=False,
    ),
    fails(
        "no-control-planes",
        STEP,
        "PUT of the cluster: 400 AKSCapacityHeavyUsage",
        answer(
            "PUT",
            CLUSTER,
            400,
            "AKSCapacityHeavyUsage",
            "Creating a new cluster is unavailable at this time in region westeurope.",
        ),
        reason="AksCapacityExceeded",
        says="unavailable at this time",
        cluster=False,
    ),
    fails(
        "policy-denies",
        GROUP_STEP,
        "PUT of the group: 403 RequestDisallowedByPolicy",
        answer(
            "PUT",
            CELL_GROUP,
            403,
            "RequestDisallowedByPolicy",
            "Resource was disallowed by policy 'allowed-locations'.",
        ),
        reason="PolicyDenied",
        says="allowed-locations",
        cluster=False,
    ),
    fails(
        "role-taken-away",
        STEP,
        "PUT of the cluster: 403 AuthorizationFailed",
        answer(
            "PUT",
            CLUSTER,
            403,
            "AuthorizationFailed",
            "The client does not have authorization to perform action "
            "'Microsoft.ContainerService/managedClusters/write'.",
        ),
        reason="Forbidden",
        says="managedClusters/write",
        cluster=False,
    ),
    fails(
        "provider-unregistered",
        STEP,
        "PUT of the cluster: 409 MissingSubscriptionRegistration",
        answer(
            "PUT",
            CLUSTER,
            409,
            "MissingSubscriptionRegistration",
            "The subscription is not registered to use namespace 'Microsoft.ContainerService'.",
        ),
        reason="ProviderNotRegistered",
        says="Microsoft.ContainerService",
        cluster=False,
    ),
    fails(
        "feature-unregistered",
        STEP,
        "PUT of the cluster: 400 SubscriptionNotEnabledEncryptionAtHost",
        answer(
            "PUT",
            CLUSTER,
            400,
            "SubscriptionNotEnabledEncryptionAtHost",
            "Subscription does not enable EncryptionAtHost.",
        ),
        reason="FeatureNotRegistered",
        says="EncryptionAtHost",
        cluster=False,
    ),
    fails(
        "subscription-read-only",
        GROUP_STEP,
        "PUT of the group: 409 ReadOnlyDisabledSubscription",
        answer(
            "PUT",
            CELL_GROUP,
            409,
            "ReadOnlyDisabledSubscription",
            "The subscription is disabled and therefore marked as read only.",
        ),
        reason="SubscriptionDisabled",
        says="marked as read only",
        cluster=False,
    ),
    fails(
        "group-read-only",
        STEP,
        "PUT of the cluster: 409 ScopeLocked",
        answer(
            "PUT",
            CLUSTER,
            409,
            "ScopeLocked",
            "The scope cannot perform write operation because following scope(s) are locked.",
        ),
        reason="ResourceLocked",
        says="are locked",
        cluster=False,
    ),
    fails(
        "foreign-cell-group",
        GROUP_STEP,
        "The group's name belongs to a group of another owner",
        others=("gp-{name}-westeurope",),
        reason="ResourceNotOwned",
        says="its tags do not mark it as Gridplane's",
        cluster=False,
    ),
    fails(
        "unknown-refusal",
        STEP,
        "PUT of the cluster: 400 with a code that is not known",
        answer("PUT", CLUSTER, 400, "CustomCATrustNotAllowed", "A certificate is not allowed."),
        reason="AzureRequestFailed",
        says="A certificate is not allowed",
        cluster=False,
    ),
    fails(
        "credential-refused",
        "cell/workload",
        "POST listClusterUserCredential: 403",
        answer("POST", CREDENTIAL, 403, "AuthorizationFailed", "listClusterUserCredential/action"),
        reason="Forbidden",
        says="listClusterUserCredential/action",
    ),
)
