"""What a failure says in full: which numbers it repeats, and what it leaves out."""

import pytest

from domain.arm.error_bodies import parse_arm_error, redact
from domain.arm.error_classification import classify_error, classify_response

FAMILY = "Insufficient vcpu quota requested 24, remaining 6 for family standardX"
APPROVED = (
    "Operation could not be completed as it results in exceeding approved {name} quota. "
    "Current Limit: 20, Current Usage: 18, Additional Required: 6"
)


@pytest.mark.parametrize(
    ("status", "code", "message", "said"),
    [
        pytest.param(
            400,
            "ErrCode_InsufficientVCPUQuota",
            f"{FAMILY} for region northeurope.",
            "The vCPU quota of standardX in northeurope has 6 left; 24 are required.",
            id="family quota of a region",
        ),
        pytest.param(
            400,
            "ErrCode_InsufficientVCPUQuota",
            f"{FAMILY}.",
            "The vCPU quota of standardX has 6 left; 24 are required.",
            id="family quota without a region",
        ),
        pytest.param(
            None,
            "OperationNotAllowed",
            APPROVED.format(name="standardNCADSA100v4Family Cores"),
            "The quota 'standardNCADSA100v4Family' has 2 vCPUs left (limit 20, used 18); 6 "
            "are required.",
            id="approved quota",
        ),
        pytest.param(
            400,
            "ManagedClusterCountExceedsQuotaLimit",
            "Maximum allowed: 100, Current usage: 100",
            "The subscription has reached its limit of AKS clusters: 100 allowed, 100 used.",
            id="number of clusters",
        ),
        pytest.param(
            400,
            "ManagedClusterCountExceedsQuotaLimit",
            "Too many.",
            "The subscription has reached its limit of AKS clusters.",
            id="number of clusters without numbers",
        ),
        pytest.param(
            409,
            "MissingSubscriptionRegistration",
            "The subscription is not registered to use namespace 'Microsoft.Cdn'.",
            "The subscription is not registered to use Microsoft.Cdn.",
            id="a provider with its name",
        ),
        pytest.param(
            409,
            "MissingSubscriptionRegistration",
            "Not registered.",
            "The subscription is not registered to use a resource provider.",
            id="a provider without a name",
        ),
        pytest.param(
            504,
            "GatewayTimeout",
            "The gateway did not receive a response from 'X' within the specified time period.",
            "Azure's gateway did not answer 'PUT x'; the operation may have started nevertheless.",
            id="a gateway's timeout",
        ),
        pytest.param(
            400, "Odd", "Why not.", "Azure refused 'PUT x' with HTTP 400: Why not.", id="unknown"
        ),
        pytest.param(400, "Odd", "", "Azure refused 'PUT x' with HTTP 400: Odd", id="a code"),
        pytest.param(
            None, "Odd", "Late.", "Azure could not complete 'PUT x': Late.", id="found by a poll"
        ),
    ],
)
def test_a_failure_says_what_azure_said_in_the_words_of_its_rule(status, code, message, said):
    assert classify_error(status, code, message, "PUT x").message == said


@pytest.mark.parametrize("status", [408, 502, 504])
def test_a_gateway_error_on_a_read_does_not_claim_that_anything_started(status: int):
    failure = classify_error(status, "", "", "GET managedCluster")
    assert failure.message == "Azure's gateway did not answer 'GET managedCluster'."
    assert failure.retryable


@pytest.mark.parametrize("verb", ["PUT", "POST", "DELETE"])
@pytest.mark.parametrize(("status", "code"), [(502, ""), (400, "GatewayTimeout")])
def test_a_gateway_error_on_a_change_says_that_it_may_have_started(
    verb: str, status: int, code: str
):
    failure = classify_error(status, code, "", f"{verb} managedCluster")
    assert failure.message.endswith("the operation may have started nevertheless.")


def test_a_response_is_classified_with_its_status_its_details_and_its_retry_after():
    body = {
        "error": {
            "code": "Odd",
            "message": "Outer.",
            "details": [
                {"code": "Inner", "message": "Why."},
                {"message": "Alone."},
                {"code": "C"},
            ],
        }
    }
    failure = classify_response(429, body, "GET x", retry_after_seconds=7)
    said = "Outer. Inner: Why. : Alone. C:"
    assert failure.message == f"Azure refused 'GET x' with HTTP 429: {said}"
    assert failure.retry_after_seconds == 7
    assert failure.innererror is not None
    assert (failure.innererror["code"], failure.innererror["httpStatus"]) == ("Odd", 429)


def test_a_detail_that_the_message_repeats_is_said_once():
    body = {"error": {"message": "A: b", "details": [{"code": "A", "message": "b"}]}}
    assert classify_response(400, body, "x").message.count("A: b") == 1


@pytest.mark.parametrize("body", [None, "text", "[1]", {"error": "invalid_client"}, b"<b>x</b>"])
def test_a_body_without_details_has_none(body: object):
    assert parse_arm_error(body).details == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://x.example.com/y?sig=abc&x=1 now", "see https://x.example.com/y now"),
        ("Bearer abc.def expired", "Bearer *** expired"),
        ("token eyJhbGciOi.eyJzdWIi.c2ln expired", "token *** expired"),
        ("AccountKey=c2VjcmV0; Endpoint=x", "AccountKey=***; Endpoint=x"),
        ("a" * 1000, "a" * 1000),
        ("a" * 1001, "a" * 999 + "…"),
    ],
    ids=["query", "bearer", "token", "key", "as long as may be", "too long"],
)
def test_secrets_and_endless_texts_are_cut_and_nothing_else(text: str, shown: str):
    assert redact(text) == shown
