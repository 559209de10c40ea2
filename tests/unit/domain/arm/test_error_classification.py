"""Azure's refusals, as they were recorded, become reasons with a verdict and a next step."""

import json

import pytest

from domain.arm.error_bodies import parse_arm_error
from domain.arm.error_classification import classify_error, classify_response
from domain.arm.error_rules import RULES
from domain.outcomes import Failure

SUBSCRIPTION = "12345678-1234-4321-8765-123456789abc"

REGIONAL_NOW = (
    "Insufficient regional vcpu quota left for location westus2. left regional vcpu quota 4, "
    "requested quota 6. If you want to increase the quota, please follow this instruction: "
    "https://learn.microsoft.com/en-us/azure/quotas/view-quotas. Surge nodes would also consume "
    "vcpu quota, please consider use smaller maxSurge"
)
FAMILY_NOW = (
    "Insufficient vcpu quota requested 24, remaining 6 for family {family} for region "
    "northeurope. If you want to increase the quota, please follow this instruction: https://x"
)
APPROVED = (
    "Provisioning of resource(s) for container service x failed. Message: Operation could not be "
    "completed as it results in exceeding approved {name} quota. Additional details - Deployment "
    "Model: Resource Manager, Location: westus2, Current Limit: 20, Current Usage: 18, Additional "
    "Required: 6, (Minimum) New Limit Required: 24. Details: "
)
WRAPPED = 'Code="OperationNotAllowed" Message="' + APPROVED.format(name="Total Regional Cores")
BUSY = (
    "Operation is not allowed: Another operation (Updating) is in progress, please wait for it "
    "to finish before starting a new operation. See https://aka.ms/aks-pending-operation"
)
BUSY_NOW = (
    "Operation is not allowed because there's an in progress update managed cluster operation "
    "(operation ID: e375d315-0000-0000-0000-000000000000) on the managed cluster started on UTC "
    "2026-05-22T07:19:23Z. Please wait for it to finish before starting a new operation."
)
NOT_REGISTERED = (
    "The subscription is not registered to use namespace 'Microsoft.Cdn'. See "
    "https://aka.ms/rps-not-found for how to register subscriptions."
)
ROUTE_TOO_EARLY = (
    "Please make sure that the originGroup is created successfully and at least one enabled "
    "origin is created under the origin group."
)
ENDPOINT_TOO_EARLY = (
    "Endpoint 'x' is not associated with the AFDX profile or is in a invalid provisioning state."
)
CDN_THROTTLED = (
    "Number of requests for action 'Microsoft.Cdn/profiles/read' exceeded the limit of '50' for "
    "time interval '00:05:00'. Please try again after '372' seconds."
)
GATEWAY = (
    "The gateway did not receive a response from 'Microsoft.ContainerService' within the "
    "specified time period."
)


@pytest.mark.parametrize(
    ("status", "code", "message", "reason", "retryable", "text"),
    [
        pytest.param(
            400,
            "ErrCode_InsufficientVCPUQuota",
            FAMILY_NOW.format(family="standardEASv4Family"),
            "QuotaExceeded",
            False,
            "vCPU quota of standardEASv4Family in northeurope has 6 left; 24 are required",
            id="family quota, with its numbers",
        ),
        pytest.param(
            400,
            "ErrCode_InsufficientVCPUQuota",
            FAMILY_NOW.format(family="Standard NCASv3_T4 Family"),
            "QuotaExceeded",
            False,
            "Standard NCASv3_T4 Family in northeurope has 6 left",
            id="family quota of a family with spaces in its name",
        ),
        pytest.param(
            400,
            "ErrCode_InsufficientVCPUQuota",
            REGIONAL_NOW,
            "RegionalQuotaExceeded",
            False,
            "regional vCPU quota of westus2 has 4 left; 6 are required",
            id="regional quota, with its numbers",
        ),
        pytest.param(
            400,
            "QuotaExceeded",
            APPROVED.format(name="Total Regional Cores"),
            "RegionalQuotaExceeded",
            False,
            "has 2 vCPUs left (limit 20, used 18); 6 are required",
            id="regional quota in its older wording",
        ),
        pytest.param(
            None,
            "ReconcileVMSSAgentPoolFailed",
            WRAPPED,
            "RegionalQuotaExceeded",
            False,
            "limit 20",
            id="quota wrapped by AKS in a failed operation is no busy cluster",
        ),
        pytest.param(
            None,
            "ReconcileVMSSAgentPoolFailed",
            APPROVED.format(name="standardNCADSA100v4Family Cores"),
            "QuotaExceeded",
            False,
            "quota 'standardNCADSA100v4Family'",
            id="family quota found by a poll",
        ),
        pytest.param(
            None,
            "OperationNotAllowed",
            APPROVED.format(name="LowPriorityCores"),
            "SpotQuotaExceeded",
            False,
            "6 are required",
            id="spot quota",
        ),
        pytest.param(
            400,
            "ManagedClusterCountExceedsQuotaLimit",
            "Operation results in exceeding quota limits for managed clusters. Maximum allowed: "
            "100, Current usage: 100, Additional requested: 1. Please",
            "ManagedClusterQuotaExceeded",
            False,
            "100 allowed, 100 used",
            id="too many clusters",
        ),
        pytest.param(
            400,
            "PublicIPCountLimitReached",
            "Cannot create more than 10 public IP addresses for this subscription in this region.",
            "PublicIpQuotaExceeded",
            False,
            "10 public IP",
            id="public IP quota",
        ),
        pytest.param(
            400,
            "AKSCapacityError",
            "Creating a new cluster is unavailable at this time in region qatarcentral. "
            "In order to create a new cluster, we recommend using an alternate region.",
            "AksCapacityExceeded",
            False,
            "qatarcentral",
            id="no room for a control plane",
        ),
        pytest.param(
            400,
            "AksCapacityHeavyUsage",
            "AKS is unavailable in region centralus due to high demand and limited capacity.",
            "AksCapacityExceeded",
            False,
            "centralus",
            id="no room for a control plane, by its newer code",
        ),
        pytest.param(
            None,
            "ReconcileVMSSAgentPoolFailed",
            'Code="OverconstrainedZonalAllocationRequest" Message="Allocation failed. VM(s) with '
            "the following constraints cannot be allocated, because the condition is too "
            "restrictive.",
            "ZonalAllocationFailed",
            False,
            "too restrictive",
            id="no machines in the zone for these constraints",
        ),
        pytest.param(
            400,
            "InsufficientSubnetSize",
            "Pre-allocated IPs 1280 exceeds IPs available 1024 in Subnet Cidr 10.240.100.0/22, "
            "Subnet Name networkProfile.podCIDR.",
            "SubnetFull",
            False,
            "10.240.100.0/22",
            id="subnet too small",
        ),
        pytest.param(
            None,
            "ReconcileVMSSAgentPoolFailed",
            'Code="SubnetIsFull" Message="Subnet aks-sn with address prefix 10.240.0.0/29 does '
            'not have enough capacity for 101 IP addresses."',
            "SubnetFull",
            False,
            "101 IP addresses",
            id="a full subnet is no lack of machines",
        ),
        pytest.param(
            None,
            "UpgradeFailed",
            "Drain node aks-gpu-1 failed when evicting pod model-0 failed with Too Many Requests "
            "error. This is often caused by a restrictive Pod Disruption Budget (PDB) policy. See "
            "http://aka.ms/aks/debugdrainfailures. Original error: Cannot evict pod as it would "
            "violate the pod's disruption budget.",
            "PodDrainFailed",
            False,
            "model-0",
            id="a drain that a disruption budget forbids",
        ),
        pytest.param(
            None,
            "PodDrainFailure",
            'Code="TooManyRequests" Message="Drain of aks-gpu-1 did not complete."',
            "PodDrainFailed",
            False,
            "aks-gpu-1",
            id="TooManyRequests of the eviction API is no throttling",
        ),
        pytest.param(
            400,
            "BadRequest",
            "The VM size of Standard_D2_v2 is not allowed in your subscription in location "
            "'eastus'. The available VM sizes are 'standard_b16pls_v2'",
            "SkuNotAvailable",
            False,
            "Standard_D2_v2",
            id="size not allowed here",
        ),
        pytest.param(
            400, "VMSizeNotSupported", "x", "SkuNotAvailable", False, "x", id="size not supported"
        ),
        pytest.param(
            400,
            "AvailabilityZoneNotSupported",
            "The zone(s) '2' for resource 'gpu' is not supported. The supported zones for "
            "location 'centralus' are ''",
            "SkuNotAvailable",
            False,
            "The zone(s) '2'",
            id="size not in the zone",
        ),
        pytest.param(
            None,
            "CreateVMSSAgentPoolFailed",
            'Code="ZonalAllocationFailed" Message="Allocation failed. We do not have sufficient '
            'capacity for the requested VM size in this zone."',
            "ZonalAllocationFailed",
            False,
            "sufficient capacity",
            id="no machines in the zone",
        ),
        pytest.param(
            None,
            "ReconcileVMSSAgentPoolFailed",
            'Code="AllocationFailed" Message="Allocation failed."',
            "AllocationFailed",
            False,
            "could not complete",
            id="no machines",
        ),
        pytest.param(
            None,
            "ReconcileVMSSAgentPoolFailed",
            'Code="SkuNotAvailable" Message="The requested VM size is not available"',
            "SkuNotAvailable",
            False,
            "SkuNotAvailable",
            id="size not available, found by a poll",
        ),
        pytest.param(
            409,
            "ResourceGroupBeingDeleted",
            "The resource group 'gp-fraud-llm-edge' is in deprovisioning state and cannot perform "
            "this operation.",
            "ResourceBeingDeleted",
            True,
            "deprovisioning",
            id="a group that is being deleted, as a GET of it would say",
        ),
        pytest.param(
            409, "OperationNotAllowed", BUSY, "OperationInProgress", True, "Updating", id="busy"
        ),
        pytest.param(
            409,
            "OperationNotAllowed",
            BUSY_NOW,
            "OperationInProgress",
            True,
            "in progress",
            id="busy in the newest wording",
        ),
        pytest.param(
            409,
            "OperationNotAllowed",
            "Another agentpool operation (nodepool1 - Creating) is in progress",
            "OperationInProgress",
            True,
            "nodepool1",
            id="busy pool",
        ),
        pytest.param(
            409,
            "EtagMismatch",
            "Failed to save managed cluster x. Operation is not allowed: Another operation is in "
            "progress",
            "OperationInProgress",
            True,
            "save managed cluster",
            id="a race lost",
        ),
        pytest.param(
            409,
            "AnotherOperationInProgress",
            "Another operation on this or dependent resource is in progress.",
            "OperationInProgress",
            True,
            "dependent",
            id="busy network",
        ),
        pytest.param(
            429,
            "ResourceRequestsThrottled",
            CDN_THROTTLED,
            "Throttled",
            True,
            "exceeded the limit",
            id="throttled by Front Door",
        ),
        pytest.param(
            429, "RetryableError", "A retryable error occurred.", "Throttled", True, "", id="429"
        ),
        pytest.param(429, "", "", "Throttled", True, "HTTP 429", id="429 without a body"),
        pytest.param(
            504, "GatewayTimeout", GATEWAY, "AzureGatewayError", True, "may have", id="504"
        ),
        pytest.param(
            502,
            "",
            "502 Bad Gateway nginx",
            "AzureGatewayError",
            True,
            "may have started",
            id="502 as a page",
        ),
        pytest.param(
            500,
            "InternalOperationError",
            "Internal server error",
            "AzureUnavailable",
            True,
            "",
            id="500",
        ),
        pytest.param(503, "", "", "AzureUnavailable", True, "HTTP 503", id="503"),
        pytest.param(
            None,
            "InternalServerError",
            "Encountered an internal server error.",
            "AzureUnavailable",
            True,
            "",
            id="an internal error found by a poll",
        ),
        pytest.param(
            403,
            "AuthorizationFailed",
            f"The client 'x' does not have authorization to perform action 'y' over scope "
            f"'/subscriptions/{SUBSCRIPTION}/resourceGroups/g'",
            "Forbidden",
            False,
            "/subscriptions/***/resourceGroups/g",
            id="forbidden, without the subscription id",
        ),
        pytest.param(
            401, "InvalidAuthenticationToken", "expired", "Forbidden", False, "", id="401"
        ),
        pytest.param(
            None,
            "LinkedAuthorizationFailed",
            "The client has permission, but not over the linked scope",
            "Forbidden",
            False,
            "",
            id="forbidden, found by a poll",
        ),
        pytest.param(
            403,
            "RequestDisallowedByPolicy",
            "Resource 'x' was disallowed by policy.",
            "PolicyDenied",
            False,
            "disallowed",
            id="a policy's 403 is not a missing role",
        ),
        pytest.param(
            409,
            "MissingSubscriptionRegistration",
            NOT_REGISTERED,
            "ProviderNotRegistered",
            False,
            "Microsoft.Cdn",
            id="provider not registered, with its name",
        ),
        pytest.param(
            400,
            "SubscriptionNotEnabledEncryptionAtHost",
            "Subscription does not enable EncryptionAtHost.",
            "FeatureNotRegistered",
            False,
            "EncryptionAtHost",
            id="feature not registered",
        ),
        pytest.param(
            400,
            "DnsRecordInUse",
            "DNS record fraud-llm.westeurope.cloudapp.azure.com is already used by another public "
            "IP.",
            "DnsLabelTaken",
            False,
            "",
            id="DNS label taken",
        ),
        pytest.param(
            404,
            "ResourceGroupNotFound",
            "Resource group 'x' could not be found.",
            "ParentNotFound",
            True,
            "'x'",
            id="a group that ARM does not know yet",
        ),
        pytest.param(404, "NotFound", "y", "NotFound", False, "y", id="not found"),
        pytest.param(404, "", "", "NotFound", False, "HTTP 404", id="404 without a body"),
        pytest.param(
            412,
            "PreconditionFailed",
            "The request failed due to conflict with a concurrent request: EtagMismatch.",
            "OperationInProgress",
            True,
            "EtagMismatch",
            id="changed by a concurrent request",
        ),
        pytest.param(
            409, "ScopeLocked", "The scope is locked", "ResourceLocked", False, "", id="locked"
        ),
        pytest.param(
            409,
            "ReadOnlyDisabledSubscription",
            "The subscription is disabled",
            "SubscriptionDisabled",
            False,
            "",
            id="subscription disabled",
        ),
        pytest.param(
            None,
            "OperationPreempted",
            "The operation was preempted by a more recent operation.",
            "OperationSuperseded",
            False,
            "",
            id="overtaken by a later operation",
        ),
        pytest.param(
            409, "Conflict", "Something else.", "AzureRequestFailed", False, "", id="another 409"
        ),
        pytest.param(
            400,
            "OddParameter",
            "The value of parameter agentPoolProfile.name is odd.",
            "AzureRequestFailed",
            False,
            "agentPoolProfile.name",
            id="an unclassified error keeps Azure's words",
        ),
        pytest.param(None, "", "", "AzureRequestFailed", False, "no reason", id="nothing at all"),
    ],
)
def test_a_refusal_is_classified(status, code, message, reason, retryable, text) -> None:
    failure = classify_error(status, code, message, "PUT managedCluster")
    assert (failure.reason, failure.retryable) == (reason, retryable)
    assert text in failure.message
    assert failure.suggested_action.endswith((".", ")."))
    assert failure.innererror is not None
    assert failure.innererror["code"] == (code or "Unknown")
    assert failure.innererror.get("httpStatus") == status


@pytest.mark.parametrize(
    ("operation", "status", "code", "message", "reason", "retryable", "text"),
    [
        pytest.param(
            "PUT profile",
            400,
            "BadRequest",
            "The number of profiles created exceeds quota. Please contact support to increase.",
            "FrontDoorQuotaExceeded",
            False,
            "profiles",
            id="Front Door profile quota",
        ),
        pytest.param(
            "PUT profile",
            400,
            "BadRequest",
            "Free Trial and Student account is forbidden for Azure Frontdoor resources.",
            "SubscriptionNotEligible",
            False,
            "Free Trial",
            id="trial subscription",
        ),
        pytest.param(
            "PUT route",
            400,
            "BadRequest",
            ROUTE_TOO_EARLY,
            "OriginGroupNotReady",
            True,
            "",
            id="a route too early is a 400 that passes",
        ),
        pytest.param(
            "DELETE origin",
            400,
            "BadRequest",
            "Cannot disable or delete the last origin when the origin group is still associated "
            "with a route or a rule.",
            "OriginInUse",
            True,
            "",
            id="an origin that the route still needs",
        ),
        pytest.param(
            "PUT origin",
            None,
            "BadRequest",
            "PrivateEndpointProvisioning Failed. ErrorCode: X. ErrorMessage: Y",
            "PrivateEndpointNotCreated",
            True,
            "ErrorMessage: Y",
            id="a private endpoint that Front Door could not make",
        ),
        pytest.param(
            "PUT origin",
            400,
            "BadRequest",
            'The location of the Private Link "westus" is invalid or not supported',
            "PrivateLinkRegionUnsupported",
            False,
            "westus",
            id="a region without private link",
        ),
        pytest.param(
            "PUT origin",
            400,
            "BadRequest",
            "Origin Group can only have origins with private links or origins without private "
            "links. They cannot have a mix of both",
            "OriginsCannotMix",
            False,
            "a mix of both",
            id="a public origin beside private ones",
        ),
        pytest.param(
            "DELETE managedCluster",
            None,
            "CannotDeleteLoadBalancerWithPrivateLinkService",
            "Cannot delete load balancer /x since it is referenced by private link service /y.",
            "PrivateLinkInUse",
            True,
            "private link service /y",
            id="a cluster whose private link has connections",
        ),
        pytest.param(
            "PUT origin",
            400,
            "BadRequest",
            "The host name of the origin could not be resolved.",
            "OriginHostNotResolved",
            True,
            "",
            id="an origin whose cell has no address yet",
        ),
        pytest.param(
            "PUT securityPolicy",
            400,
            "BadRequest",
            ENDPOINT_TOO_EARLY,
            "EndpointNotReady",
            True,
            "",
            id="a security policy too early",
        ),
        pytest.param(
            "PUT securityPolicy",
            400,
            "BadRequest",
            "Waf policy not found in AFD Data store",
            "WafPolicyNotReady",
            True,
            "",
            id="a WAF policy that Front Door does not know yet",
        ),
        pytest.param(
            "PUT endpoint",
            409,
            "Conflict",
            "That resource name isn't available.",
            "NameTaken",
            False,
            "name",
            id="name taken",
        ),
    ],
)
def test_a_refusal_of_front_door_is_classified(
    operation, status, code, message, reason, retryable, text
) -> None:
    failure = classify_error(status, code, message, operation)
    assert (failure.reason, failure.retryable) == (reason, retryable)
    assert text in failure.message


@pytest.mark.parametrize(
    ("message", "header", "expected"),
    [
        pytest.param("", 12.2, 13, id="the header, rounded up"),
        pytest.param(CDN_THROTTLED, None, 372, id="the message"),
        pytest.param("… can be retried in 11 seconds.", None, 11, id="another message"),
        pytest.param("Too many requests. Retry after 2 seconds", None, 2, id="a third"),
        pytest.param(CDN_THROTTLED, 5.0, 5, id="the header wins"),
        pytest.param("Too many requests.", None, None, id="neither header nor text"),
    ],
)
def test_when_to_try_again_is_taken_from(message, header, expected) -> None:
    failure = classify_error(429, "X", message, "GET profile", retry_after_seconds=header)
    assert failure.retry_after_seconds == expected


@pytest.mark.parametrize(
    ("code", "message", "term"),
    [
        pytest.param("OddCode", "Why.", "'OddCode'", id="the code"),
        pytest.param("Outer", 'Code="Inner" Message="x"', "'Outer Inner'", id="a quoted code"),
        pytest.param("", "<b>Odd</b>", "'PUT managedCluster HTTP 400'", id="no code"),
    ],
)
def test_an_unknown_error_claims_no_cause_and_names_what_to_search_for(code, message, term):
    failure = classify_error(400, code, message, "PUT managedCluster")
    assert failure.reason == "AzureRequestFailed"
    assert "not known to Gridplane" in failure.suggested_action
    assert term in failure.suggested_action
    assert message in failure.message


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.reason)
def test_every_rule_cites_where_its_error_was_seen(rule):
    kinds = {"recorded", "documented", "reported", "assumed"}
    for cited in rule.source.split("; "):
        kind, _, by = cited.partition(": ")
        assert kind in kinds
        assert by


def test_what_is_not_worth_retrying_has_no_time_for_it() -> None:
    failure = classify_error(403, "AuthorizationFailed", "", "x", retry_after_seconds=5)
    assert failure.retry_after_seconds is None


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        pytest.param(
            {"error": {"code": "ResourceNotFound", "message": "gone"}},
            "ResourceNotFound",
            "gone",
            id="the gateway's wrapped shape",
        ),
        pytest.param(
            {"code": "NotFound", "details": None, "message": "gone", "subcode": "x"},
            "NotFound",
            "gone",
            id="AKS' flat shape",
        ),
        pytest.param(
            {"status": "Failed", "error": {"code": "X", "message": "y"}}, "X", "y", id="a poll"
        ),
        pytest.param({"error": {"code": "None", "message": None}}, "", "", id="Front Door's None"),
        pytest.param(
            {"error": "invalid_client", "error_description": "secret expired"},
            "invalid_client",
            "secret expired",
            id="Entra's shape",
        ),
        pytest.param('{"error":{"code":"X","message":"y"}}', "X", "y", id="JSON as text"),
        pytest.param(b'{"code":"X","message":"y"}', "X", "y", id="JSON as bytes"),
        pytest.param(
            "<html><head><title>502 Bad Gateway</title><style>b{}</style></head>"
            "<body><center><h1>502 Bad Gateway</h1></center><hr>nginx &amp; co</body></html>",
            "",
            "502 Bad Gateway 502 Bad Gateway nginx & co",
            id="a proxy's HTML page",
        ),
        pytest.param("", "", "", id="empty text"),
        pytest.param(b"\xff\xfe", "", "\ufffd\ufffd", id="broken bytes"),
        pytest.param("[1, 2]", "", "[1, 2]", id="JSON that is no object"),
        pytest.param(None, "", "", id="nothing"),
        pytest.param([], "", "", id="an array"),
        pytest.param({}, "", "", id="an empty object"),
        pytest.param({"error": None}, "", "", id="error is null"),
        pytest.param({"error": {"code": 5, "message": ["x"]}}, "5", "['x']", id="odd types"),
    ],
)
def test_every_shape_of_error_is_read(body, code, message) -> None:
    assert parse_arm_error(body)[:2] == (code, message)


@pytest.mark.parametrize(
    "details",
    [None, "text", {"code": "x"}, [None, "x", 5]],
    ids=["null", "text", "object", "array of no objects"],
)
def test_details_that_are_none_are_left_out(details) -> None:
    assert parse_arm_error({"error": {"code": "a", "details": details}}).details == []


def test_details_count_when_a_whole_response_is_classified() -> None:
    body = {
        "error": {
            "code": "BadRequest",
            "message": "Something failed.",
            "details": [{"code": "ZonalAllocationFailed", "message": "no machines"}],
        }
    }
    failure = classify_response(400, body, "PUT agentPool")
    assert failure.reason == "ZonalAllocationFailed"
    assert "no machines" in failure.message


@pytest.mark.parametrize(
    ("message", "hidden"),
    [
        pytest.param(f"/subscriptions/{SUBSCRIPTION}/x", SUBSCRIPTION, id="in a path"),
        pytest.param(f"in subscription: {SUBSCRIPTION}, group", SUBSCRIPTION, id="after a colon"),
        pytest.param(f"subscription '{SUBSCRIPTION}' is", SUBSCRIPTION, id="in quotes"),
        pytest.param(f"SubscriptionId={SUBSCRIPTION.upper()}", SUBSCRIPTION.upper(), id="as id"),
        pytest.param("https://x.y/op?api-version=1&s=QUJD&h=1", "QUJD", id="a URL's signature"),
        pytest.param("Authorization: Bearer abc.def", "abc.def", id="a bearer token"),
        pytest.param("token eyJhbGciOi.eyJzdWIi.c2ln here", "eyJzdWIi", id="a JWT"),
        pytest.param("AccountKey=abc==;x", "abc==", id="an account key"),
        pytest.param("SharedAccessKey: 'abc'", "abc", id="a shared access key"),
        pytest.param('{"client_secret": "hunter2"}', "hunter2", id="a client secret in JSON"),
        pytest.param("password = hunter2", "hunter2", id="a password"),
    ],
)
def test_what_nobody_should_see_is_removed(message, hidden) -> None:
    failure = classify_error(400, "X", message, "x")
    assert hidden not in json.dumps(failure.to_wire())


def test_an_operation_id_stays_because_support_asks_for_it() -> None:
    failure = classify_error(409, "OperationNotAllowed", BUSY_NOW, "x")
    assert "e375d315-0000-0000-0000-000000000000" in failure.message


def test_an_endless_message_is_cut() -> None:
    failure = classify_error(400, "X", "word " * 10_000, "x")
    assert len(failure.message) <= 1000
    assert failure.innererror is not None
    assert len(failure.innererror["message"]) <= 1000


def test_a_failure_survives_the_wire() -> None:
    failure = classify_error(429, "Throttled", "", "x", retry_after_seconds=3)
    wire = failure.to_wire()
    assert wire["retryAfterSeconds"] == 3
    assert wire["suggestedAction"]
    assert Failure.from_wire(json.loads(json.dumps(wire))) == failure
