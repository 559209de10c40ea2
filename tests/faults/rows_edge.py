"""What Front Door and the way through it do to the first building of an environment."""

from functools import partial
from typing import Any

from domain.environment.operation import OperationKind
from tests.faults.answers import (
    EDGE_GROUP,
    ENDPOINT,
    ORIGIN,
    PROFILE,
    ROUTE,
    SECURITY_POLICY,
    WAF_POLICY,
    Fault,
    answer,
    edge,
    ends,
    late,
    poll,
    recorded,
)
from tests.faults.row import FaultRow
from tests.faults.row import fails as row_that_fails
from tests.faults.row import passes as row_that_passes

passes = partial(row_that_passes, OperationKind.PROVISION)


def fails(name: str, step: str, what: str, *faults: Fault, **more: Any) -> FaultRow:
    """The edge begins late: it would be chance whether the cell has a cluster when a request of
    the edge is refused at once."""
    late_edge = late("GET", EDGE_GROUP, 45)
    return row_that_fails(OperationKind.PROVISION, name, step, what, late_edge, *faults, **more)


BAD_GATEWAY = "<html><body>502 Bad Gateway</body></html>"

EDGE_ROWS = (
    passes(
        "profile-502",
        "edge/profile",
        "PUT of the profile: 502 with a proxy's page, four times",
        recorded("PUT", PROFILE, "BadGatewayPage", count=4),
    ),
    passes(
        "endpoint-throttled",
        "edge/endpoint",
        "PUT of the endpoint: 429 TooManyRequests, five times",
        recorded("PUT", ENDPOINT, "TooManyRequests", count=5),
    ),
    passes(
        "origin-unresolved",
        "edge/origin",
        "PUT of the origin: 400, its host name does not resolve, eight times",
        answer(
            "PUT",
            ORIGIN,
            400,
            "BadRequest",
            "The host name of the origin could not be resolved.",
            count=8,
        ),
    ),
    passes(
        "route-in-conflict",
        "edge/route",
        "PUT of the route: 409 AnotherOperationInProgress, four times",
        recorded("PUT", ROUTE, "AnotherOperationInProgress", count=4),
    ),
    passes(
        "waf-not-found-yet",
        "edge/securityPolicy",
        "PUT of the security policy: 400, the WAF policy is not found yet, three times",
        recorded("PUT", SECURITY_POLICY, "WafPolicyNotFound", count=3),
    ),
    passes(
        "edge-poll-404",
        "edge/profile",
        "Polls of the profile's creation: 404, for ever",
        poll(PROFILE, 404, "NotFound"),
    ),
    passes(
        "edge-502-for-minutes",
        "probe",
        "The edge answers 502, fifteen times",
        edge(502, BAD_GATEWAY, count=15),
    ),
    fails(
        "profiles-used-up",
        "edge/profile",
        "PUT of the profile: 400, number of profiles",
        answer(
            "PUT",
            PROFILE,
            400,
            "BadRequest",
            "The number of profiles created exceeds quota limit.",
        ),
        reason="FrontDoorQuotaExceeded",
        says="exceeds quota",
    ),
    fails(
        "free-trial",
        "edge/profile",
        "PUT of the profile: 400, subscription of a free trial",
        recorded("PUT", PROFILE, "TrialForbidden"),
        reason="SubscriptionNotEligible",
        says="Free Trial",
    ),
    fails(
        "endpoint-name-taken",
        "edge/endpoint",
        "PUT of the endpoint: 409, the name is taken",
        answer("PUT", ENDPOINT, 409, "Conflict", "That resource name isn't available."),
        reason="NameTaken",
        says="isn't available",
    ),
    fails(
        "waf-policy-refused",
        "edge/wafPolicy",
        "PUT of the WAF policy: 400",
        answer(
            "PUT",
            WAF_POLICY,
            400,
            "BadRequest",
            "WebApplicationFirewallPolicy validation failed.",
        ),
        reason="AzureRequestFailed",
        says="validation failed",
    ),
    fails(
        "route-ends-failed",
        "edge/route",
        "The route's creation ends Failed",
        ends("PUT", ROUTE, "Conflict", "A route with the same patterns exists already."),
        reason="AzureRequestFailed",
        says="same patterns",
    ),
    fails(
        "foreign-edge-group",
        "edge/resourceGroup",
        "The group's name belongs to a group of another owner",
        others=("gp-{name}-edge",),
        reason="ResourceNotOwned",
        says="its tags do not mark it as Gridplane's",
    ),
    fails(
        "edge-policy-denies",
        "edge/resourceGroup",
        "PUT of the group: 403 RequestDisallowedByPolicy",
        answer(
            "PUT",
            EDGE_GROUP,
            403,
            "RequestDisallowedByPolicy",
            "Resource was disallowed by policy 'require-tags'.",
        ),
        reason="PolicyDenied",
        says="require-tags",
    ),
    fails(
        "edge-never-answers",
        "probe",
        "The edge answers 502, for ever",
        edge(502, BAD_GATEWAY),
        reason="EdgePropagationTimeout",
        says="HTTP 502",
        retryable=True,
    ),
    fails(
        "edge-is-forbidden",
        "probe",
        "The edge answers 403, for ever",
        edge(403, "<html><body>blocked</body></html>"),
        reason="EdgePropagationTimeout",
        says="HTTP 403",
        retryable=True,
    ),
)
