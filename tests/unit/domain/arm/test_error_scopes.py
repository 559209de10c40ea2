"""The same words in different services' errors: each is classified by where it was said."""

import ast
from pathlib import Path

import pytest

from domain.arm.azure_error import CREATE_ADDRESS, START_GPU_NODE, AzureError
from domain.arm.error_classification import UNCLASSIFIED, classify_error, classify_response
from domain.arm.error_rules import RULES, SERVICE_RULES
from domain.arm.resource_kinds import KINDS

DRAIN = "Cannot evict pod as it would violate the pod's disruption budget."
STOPPED = (
    "An error has occurred in subscription x, resourceGroup: g request: Managed Cluster is in "
    "stopped state, no operations except for start are allowed."
)
BUSY = "Operation is not allowed: Another operation (Updating) is in progress, please wait."
SPENT = (
    "Operation could not be completed as it results in exceeding approved "
    "standardNCADSA100v4Family Cores quota. Additional details - Current Limit: 24, Current "
    "Usage: 24, Additional Required: 24, (Minimum) New Limit Required: 48."
)
NOT_YET = "Please make sure that the originGroup is created successfully."
NO_SUBNET = "Could not find subnet aks in vnet gp from resource group network."
NO_ROLE = (
    "The client 'x' with object id 'x' does not have authorization to perform action "
    "'Microsoft.Network/virtualNetworks/subnets/join/action' over scope 's'."
)


@pytest.mark.parametrize(
    ("operation", "status", "code", "message", "reason"),
    [
        pytest.param(
            "PUT agentPool",
            409,
            "OperationNotAllowed",
            BUSY,
            "OperationInProgress",
            id="OperationNotAllowed of a busy cluster",
        ),
        pytest.param(
            "PUT agentPool",
            409,
            "OperationNotAllowed",
            SPENT,
            "QuotaExceeded",
            id="OperationNotAllowed of a spent quota",
        ),
        pytest.param(
            "PUT agentPool",
            400,
            "OperationNotAllowed",
            STOPPED,
            "ClusterStopped",
            id="OperationNotAllowed of a stopped cluster",
        ),
        pytest.param(
            "PUT managedCluster",
            409,
            "OperationNotAllowed",
            STOPPED,
            "ClusterStopped",
            id="OperationNotAllowed of a stopped cluster, as a conflict",
        ),
        pytest.param(
            "POST stop",
            400,
            "BadRequest",
            "managed cluster is in Provisioning State(Succeeded) and Power State(Stopped), "
            "stopping cannot be performed",
            "ClusterStopped",
            id="a power state",
        ),
        pytest.param(
            "PUT route",
            400,
            "BadRequest",
            NOT_YET,
            "OriginGroupNotReady",
            id="a route that is sent too early",
        ),
        pytest.param(
            "DELETE route",
            400,
            "BadRequest",
            NOT_YET,
            UNCLASSIFIED,
            id="the same words about a route that is deleted",
        ),
        pytest.param(
            "PUT agentPool",
            409,
            "OperationNotAllowed",
            "Spot is not supported here.",
            UNCLASSIFIED,
            id="OperationNotAllowed for another cause is not guessed",
        ),
        pytest.param(
            START_GPU_NODE,
            None,
            "cloudProviderError",
            'Code="OperationNotAllowed" Message="Operation results in exceeding quota limits of '
            'Core. Maximum allowed: 10, Current in use: 7, Additional requested: 4."',
            "RegionalQuotaExceeded",
            id="OperationNotAllowed of the autoscaler's request",
        ),
        pytest.param(
            "PUT profile",
            400,
            "BadRequest",
            "The number of profiles created exceeds quota.",
            "FrontDoorQuotaExceeded",
            id="quota of Front Door profiles",
        ),
        pytest.param(
            "PUT route",
            400,
            "QuotaExceeded",
            "The maximum number of routes is reached.",
            "FrontDoorQuotaExceeded",
            id="quota of Front Door routes is no vCPU quota",
        ),
        pytest.param(
            "PUT wafPolicy",
            400,
            "BadRequest",
            "WAF policies exceed the quota.",
            "FrontDoorQuotaExceeded",
            id="quota of WAF policies",
        ),
        pytest.param(
            "PUT resourceGroup",
            409,
            "ResourceGroupQuotaExceeded",
            "Creating the resource group 'x' would exceed the quota of '980'.",
            "QuotaExceeded",
            id="quota of resource groups",
        ),
        pytest.param(
            "GET managedCluster",
            409,
            "Conflict",
            "The last operation exceeded the quota.",
            UNCLASSIFIED,
            id="a read spends no quota",
        ),
        pytest.param(
            "PUT managedCluster",
            None,
            "PublicIPCountLimitReached",
            "Cannot create more than 10 public IP addresses for this subscription.",
            "PublicIpQuotaExceeded",
            id="quota of public IPs in a cluster's PUT",
        ),
        pytest.param(
            "PUT agentPool",
            None,
            "UpgradeFailed",
            f'Code="TooManyRequests" Message="{DRAIN}"',
            "PodDrainFailed",
            id="TooManyRequests of the eviction API",
        ),
        pytest.param(
            "PUT agentPool",
            None,
            "ReconcileVMSSAgentPoolFailed",
            'Code="TooManyRequests" Message="You have reached your pull rate limit."',
            UNCLASSIFIED,
            id="TooManyRequests of a registry",
        ),
        pytest.param(
            "PUT agentPool",
            None,
            "ReconcileVMSSAgentPoolFailed",
            'Code="TooManyRequests" Message="The number of requests exceeded the limit"',
            "Throttled",
            id="TooManyRequests of Compute",
        ),
        pytest.param(
            "PUT profile",
            None,
            "TooManyRequests",
            "Too many requests. Please try again after sometime.",
            "Throttled",
            id="TooManyRequests as the error itself",
        ),
        pytest.param(
            "PUT route",
            400,
            "BadRequest",
            "The origin answered TooManyRequests.",
            UNCLASSIFIED,
            id="TooManyRequests that a Front Door error mentions",
        ),
        pytest.param(
            "PUT managedCluster",
            400,
            "SubnetNotFound",
            NO_SUBNET,
            "ReferencedResourceNotFound",
            id="a subnet that is missing, by its code",
        ),
        pytest.param(
            "PUT managedCluster",
            404,
            "ResourceNotFound",
            "The Resource 'Microsoft.Network/virtualNetworks/gp.vnet' under resource group "
            "'network' was not found.",
            "ReferencedResourceNotFound",
            id="a network that is missing is not the cluster",
        ),
        pytest.param(
            "PUT agentPool",
            None,
            "NotFound",
            "Subnet aks does not exist.",
            "ReferencedResourceNotFound",
            id="NotFound of a subnet",
        ),
        pytest.param(
            "PUT agentPool",
            None,
            "CreateVMSSAgentPoolFailed",
            'Code="ResourceGroupNotFound" Message="Resource group \'network\' not found."',
            "ReferencedResourceNotFound",
            id="another group than the cluster's",
        ),
        pytest.param(
            "PUT managedCluster",
            404,
            "ServicePrincipalNotFound",
            "Service principal clientID: x not found in Active Directory tenant y.",
            "ServicePrincipalNotFound",
            id="an identity that is missing",
        ),
        pytest.param(
            "GET managedCluster", 404, "ResourceNotFound", "gone", "NotFound", id="the cluster"
        ),
        pytest.param(
            "PUT managedCluster",
            404,
            "ResourceGroupNotFound",
            "Resource group 'x' could not be found.",
            "ParentNotFound",
            id="the cluster's own group",
        ),
        pytest.param(
            "DELETE managedCluster",
            None,
            "DeleteFailed",
            "Subnet aks was not found.",
            UNCLASSIFIED,
            id="a deletion does not refer to a subnet",
        ),
        pytest.param(
            "PUT managedCluster", 403, "AuthorizationFailed", NO_ROLE, "Forbidden", id="our role"
        ),
        pytest.param(
            "PUT managedCluster",
            None,
            "CreateVMSSAgentPoolFailed",
            f'Code="LinkedAuthorizationFailed" Message="{NO_ROLE}"',
            "ClusterIdentityForbidden",
            id="the role of the cluster's identity",
        ),
        pytest.param(
            CREATE_ADDRESS,
            None,
            "SyncLoadBalancerFailed",
            '{"error":{"code":"AuthorizationFailed","message":"' + NO_ROLE + '"}}',
            "ClusterIdentityForbidden",
            id="the role of the cloud controller",
        ),
        pytest.param(
            "PUT profile",
            None,
            "BadRequest",
            NO_ROLE,
            "Forbidden",
            id="our role, found by a poll of Front Door",
        ),
        pytest.param(
            "DELETE resourceGroup",
            403,
            "DenyAssignmentAuthorizationFailed",
            "The client has permission to perform action 'x', but the action is denied by the "
            "deny assignment 'y'.",
            "DenyAssignment",
            id="a deny assignment is no missing role",
        ),
        pytest.param(
            "PUT managedCluster",
            400,
            "BadRequest",
            "Please make sure that the originGroup is created successfully.",
            UNCLASSIFIED,
            id="words of Front Door in a cluster's error",
        ),
        pytest.param(
            "PUT profile",
            400,
            "BadRequest",
            "Please make sure that the originGroup is created successfully.",
            UNCLASSIFIED,
            id="words about a route in a profile's error",
        ),
        pytest.param(
            "PUT originGroup",
            400,
            "BadRequest",
            "This SkuNotAvailable for Front Door.",
            UNCLASSIFIED,
            id="a SKU of Front Door is no vmSize",
        ),
        pytest.param(
            "PUT endpoint",
            409,
            "Conflict",
            "That resource name isn't available.",
            "NameTaken",
            id="a name that Front Door has given away",
        ),
        pytest.param(
            "PUT managedCluster",
            409,
            "Conflict",
            "RoleAssignment AlreadyExists.",
            UNCLASSIFIED,
            id="what exists in a cluster's error is not its name",
        ),
        pytest.param(
            "PUT agentPool",
            None,
            "ReconcileVMSSAgentPoolFailed",
            "The webhook answered ServiceUnavailable.",
            UNCLASSIFIED,
            id="an outage of something else",
        ),
        pytest.param(
            "PUT agentPool",
            None,
            "ReconcileVMSSAgentPoolFailed",
            'Code="InternalExecutionError" Message="An internal execution error occurred."',
            "AzureUnavailable",
            id="an outage of Compute",
        ),
        pytest.param(
            "PUT agentPool",
            None,
            "ReconcileVMSSAgentPoolFailed",
            "We are unable to serve this request due to an internal error, Correlation ID: x.",
            "AksInternalError",
            id="an internal error of AKS",
        ),
        pytest.param(
            "PUT agentPool",
            None,
            "VMExtensionProvisioningError",
            "VM has reported a failure when processing extension 'vmssCSE'. Error message: "
            '"Enable failed: command terminated with exit status=85"',
            "GpuDriverFailed",
            id="a GPU driver that cannot be installed",
        ),
        pytest.param(
            "PUT agentPool",
            None,
            "VMExtensionProvisioningError",
            "VM has reported a failure when processing extension 'vmssCSE'. Error message: "
            '"Enable failed: command terminated with exit status=50"',
            "NodeBootstrapFailed",
            id="a node without a way out",
        ),
        pytest.param(
            "PUT agentPool",
            400,
            "PropertyChangeNotAllowed",
            "Changing property 'properties.vmSize' is not allowed.",
            "PropertyNotChangeable",
            id="a property that cannot be changed",
        ),
        pytest.param(
            "PUT resourceGroup",
            409,
            "InvalidResourceGroupLocation",
            "The resource group 'x' already exists in location 'westeurope'.",
            "ExistsInAnotherRegion",
            id="a group in another region",
        ),
        pytest.param(
            "PUT managedCluster",
            409,
            "LocationNotAvailableForResourceType",
            "The provided location 'usdodcentral' is not available for resource type "
            "'Microsoft.ContainerService/managedClusters'.",
            "RegionNotAvailable",
            id="a region without AKS",
        ),
        pytest.param(
            "PUT managedCluster",
            403,
            "RequestDisallowedByAzure",
            "Resource 'x' was disallowed by Azure: this policy maintains a set of best available "
            "regions.",
            "RegionNotAvailable",
            id="a region that is closed to the subscription",
        ),
        pytest.param(
            "DELETE resourceGroup",
            409,
            "CannotDeleteResource",
            "Cannot delete resource while nested resources exist.",
            "ResourceInUse",
            id="nested resources",
        ),
        pytest.param(
            "PUT managedCluster",
            400,
            "InvalidTemplate",
            "Deployment template validation failed.",
            "InvalidRequest",
            id="an invalid template",
        ),
        pytest.param(
            "PUT managedCluster",
            400,
            "InvalidTemplateDeployment",
            f"See inner errors. SkuNotAvailable: The requested VM size is not available. {SPENT}",
            "QuotaExceeded",
            id="the cause inside a template's error",
        ),
        pytest.param(
            "DELETE resourceGroup",
            409,
            "ScopeLocked",
            "The scope cannot perform delete operation because following scope(s) are locked.",
            "ResourceLocked",
            id="a lock",
        ),
        pytest.param(
            "PUT profile",
            409,
            "MissingSubscriptionRegistration",
            "The subscription is not registered to use namespace 'Microsoft.Cdn'.",
            "ProviderNotRegistered",
            id="a provider",
        ),
        pytest.param(
            "PUT managedCluster",
            403,
            "RequestDisallowedByPolicy",
            "Resource 'x' was disallowed by policy.",
            "PolicyDenied",
            id="a policy",
        ),
        pytest.param(
            "PUT managedCluster",
            409,
            "SkuNotAvailable",
            "The requested VM size is currently not available in location 'x'.",
            "SkuNotAvailable",
            id="a size",
        ),
    ],
)
def test_the_operation_decides_what_the_words_mean(operation, status, code, message, reason):
    assert classify_error(status, code, message, operation).reason == reason


def test_a_nested_detail_of_another_error_is_not_the_error() -> None:
    body = {
        "code": "BadRequest",
        "message": "The extension failed.",
        "details": [{"code": "TooManyRequests", "message": "The registry refused the pull."}],
    }
    failure = classify_response(400, body, "PUT agentPool")
    assert failure.reason == UNCLASSIFIED
    assert "TooManyRequests: The registry refused the pull." in failure.message


@pytest.mark.parametrize("rule", SERVICE_RULES, ids=lambda rule: rule.reason)
def test_a_services_rules_are_about_its_operations(rule) -> None:
    assert rule.scope.services or rule.scope.kinds


def test_general_rules_follow_those_of_the_services() -> None:
    scoped = [index for index, rule in enumerate(RULES) if rule in SERVICE_RULES]
    assert scoped == list(range(scoped[0], scoped[0] + len(SERVICE_RULES)))


def _operations_of_activities() -> set[str]:
    calls = (
        node.args[1]
        for path in Path("activities").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "failed"
        and len(node.args) == 2
    )
    return {str(each.value) for each in calls if isinstance(each, ast.Constant)}


@pytest.mark.parametrize(
    "operation",
    [*(f"PUT {kind}" for kind in KINDS), *sorted(_operations_of_activities())],
)
def test_every_operation_belongs_to_a_service(operation: str) -> None:
    assert AzureError(400, "", "", operation).service is not None
