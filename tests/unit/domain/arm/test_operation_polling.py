"""Answers to polls, as they were recorded: what ends an operation, what is only noise."""

from typing import Any

import pytest

from domain.arm.failures import no_answer, resource_still_exists
from domain.arm.operation_polling import (
    OperationProgress,
    decide_after_poll,
    parse_retry_after,
    read_poll,
)
from domain.outcomes import Handle, Outcome, Status
from tests.support.payloads import QUOTA

FRONT_DOOR_NOISE = {"code": "None", "message": None}
AKS_NOISE = {"code": "NotLatestOperation", "message": "Cannot proceed with the operation"}
SUBSCRIPTION = "12345678-1234-4321-8765-123456789abc"


def decide(
    status: int, body: object = None, headers: dict[str, str] | None = None, **options: Any
) -> Outcome:
    return read_poll(status, body, headers or {}, **{"operation": "managedCluster", **options})


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        pytest.param({"name": "x", "status": "InProgress"}, "InProgress", id="in progress"),
        pytest.param(
            {"status": "CreatingAgentPool: 0/1 nodes completed"},
            "CreatingAgentPool: 0/1 nodes completed",
            id="AKS' free text is progress",
        ),
        pytest.param({"status": "ReconcilingDNS"}, "ReconcilingDNS", id="any other word"),
        pytest.param(
            {"status": "InProgress", "error": AKS_NOISE}, "InProgress", id="with AKS' stray error"
        ),
        pytest.param(
            {"status": "InProgress", "error": FRONT_DOOR_NOISE},
            "InProgress",
            id="with Front Door's empty error",
        ),
        pytest.param({"status": "Failing"}, "Failing", id="almost a terminal word"),
        pytest.param(
            {"properties": {"provisioningState": "Creating", "deploymentStatus": "NotStarted"}},
            "Creating",
            id="a resource being created",
        ),
        pytest.param(
            {"properties": {"provisioningState": "UpgradingNodeImageVersion"}},
            "UpgradingNodeImageVersion",
            id="a resource being upgraded",
        ),
        pytest.param({"status": "Deleting"}, "Deleting", id="deleting"),
    ],
)
def test_an_operation_runs_on(body, detail) -> None:
    assert decide(200, body) == Outcome.running(detail)
    assert decide(200, body, {"Retry-After": "7"}) == Outcome.running(detail, 7.0)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(200, {"status": "Succeeded", "endTime": "x"}, id="AKS"),
        pytest.param(200, {"status": "succeeded"}, id="in lower case"),
        pytest.param(200, {"status": "SUCCEEDED"}, id="in upper case"),
        pytest.param(
            200, {"status": "Succeeded", "error": AKS_NOISE}, id="with AKS' error still in it"
        ),
        pytest.param(
            200, {"status": "Succeeded", "error": FRONT_DOOR_NOISE}, id="with Front Door's error"
        ),
        pytest.param(
            200,
            {"properties": {"provisioningState": "Succeeded", "deploymentStatus": "NotStarted"}},
            id="a Front Door resource, whose deploymentStatus never leaves NotStarted",
        ),
        pytest.param(200, None, id="Location: 200 without a body"),
        pytest.param(200, "", id="Location: 200 with an empty text"),
        pytest.param(204, None, id="Location: 204"),
        pytest.param(200, {"location": "westeurope"}, id="a resource without a state"),
        pytest.param(200, {"properties": {}}, id="a resource with empty properties"),
        pytest.param(200, {"properties": None, "status": None}, id="nulls"),
        pytest.param(201, {"properties": {"provisioningState": "Succeeded"}}, id="201"),
    ],
)
def test_an_operation_has_succeeded(status, body) -> None:
    assert decide(status, body) == Outcome.succeeded()


@pytest.mark.parametrize(
    ("body", "reason", "text"),
    [
        pytest.param(
            {
                "status": "Failed",
                "error": {
                    "code": "ReconcileVMSSAgentPoolFailed",
                    "message": 'Code="OperationNotAllowed" Message="Operation could not be '
                    "completed as it results in exceeding approved Total Regional Cores quota. "
                    "Additional details - Current Limit: 20, Current Usage: 18, Additional "
                    'Required: 4, (Minimum) New Limit Required: 22."',
                },
            },
            "RegionalQuotaExceeded",
            "4 are required",
            id="with the real error",
        ),
        pytest.param({"status": "failed"}, "AzureRequestFailed", "Failed", id="without an error"),
        pytest.param(
            {"status": "Failed", "error": FRONT_DOOR_NOISE},
            "AzureRequestFailed",
            "no reason",
            id="with Front Door's empty error",
        ),
        pytest.param(
            {"properties": {"provisioningState": "Failed"}},
            "AzureRequestFailed",
            "Failed",
            id="a resource in state Failed",
        ),
        pytest.param(
            {
                "properties": {
                    "provisioningState": "Failed",
                    "error": {"code": "Odd", "message": "Nobody knows."},
                }
            },
            "AzureRequestFailed",
            "Nobody knows.",
            id="a resource that says why",
        ),
    ],
)
def test_an_operation_has_failed(body, reason, text) -> None:
    state = decide(200, body, operation="managedCluster")
    assert state.status is Status.FAILED
    assert state.failure
    assert state.failure.reason == reason
    assert text.lower() in state.failure.message.lower()
    assert "managedCluster" in state.failure.message or reason != "AzureRequestFailed"


@pytest.mark.parametrize(
    "body",
    [
        {"status": "Canceled"},
        {"status": "cancelled"},
        {"status": "Canceled", "error": AKS_NOISE},
        {"properties": {"provisioningState": "Canceled"}},
    ],
    ids=["canceled", "in British spelling", "with a reason", "a resource"],
)
def test_an_operation_was_canceled(body) -> None:
    state = decide(200, body, operation="managedCluster")
    assert state.status is Status.CANCELED
    assert state.failure
    assert state.failure.reason == "OperationCanceled"
    assert "'managedCluster' was canceled in Azure" in state.failure.message
    assert "aborted" in state.failure.suggested_action
    error = body.get("error", {"code": "Canceled", "message": ""})
    assert state.failure.innererror == error


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize(
    "body",
    ["<html>502 Bad Gateway</html>", None, {"error": {"code": "GatewayTimeout"}}],
    ids=["HTML", "nothing", "JSON"],
)
def test_a_missed_poll_says_nothing_about_the_operation(status, body) -> None:
    state = decide(status, body, {"Retry-After": "7"})
    assert state.status is Status.RUNNING
    assert state.retry_after_seconds == 7.0
    assert str(status) in (state.detail or "")


def test_a_location_that_is_accepted_is_still_running() -> None:
    assert decide(202, None, {"retry-after": "15"}) == Outcome.running("InProgress", 15.0)


def test_what_is_gone_is_what_a_deletion_wants() -> None:
    body = {"error": {"code": "ResourceGroupNotFound", "message": "gone"}}
    assert decide(404, body, gone_is_success=True) == Outcome.succeeded()


@pytest.mark.parametrize(
    "body",
    [{"properties": {"provisioningState": state}} for state in ("Succeeded", "Failed", "Canceled")]
    + [{"location": "westeurope"}],
    ids=["succeeded", "failed", "canceled", "without a state"],
)
def test_what_rests_although_its_deletion_has_ended_still_exists(body) -> None:
    state = decide(200, body, gone_is_success=True)
    assert state.failure
    assert (state.failure.reason, state.answered) == ("ResourceStillExists", True)
    assert "'managedCluster'" in state.failure.message


def test_what_is_being_deleted_is_waited_for() -> None:
    body = {"properties": {"provisioningState": "Deleting"}}
    assert decide(200, body, gone_is_success=True) == Outcome.running("Deleting")


@pytest.mark.parametrize("gone_is_success", [True, False])
def test_a_poll_that_is_refused_says_nothing_about_the_operation(gone_is_success: bool) -> None:
    state = decide(
        400, {"error": {"code": "Odd", "message": "Odd."}}, gone_is_success=gone_is_success
    )
    assert (state.status, state.answered) == (Status.FAILED, False)
    assert state.failure
    assert state.failure.reason == "AzureRequestFailed"
    assert "HTTP 400: Odd." in state.failure.message


def test_an_operation_that_is_not_found_has_not_ended_by_that() -> None:
    state = decide(404, {"code": "NotFound", "message": "gone"})
    assert (state.status, state.answered) == (Status.FAILED, False)
    assert state.failure
    assert state.failure.reason == "NotFound"


def test_a_poll_that_is_forbidden_says_nothing_about_the_operation() -> None:
    state = decide(403, {"error": {"code": "AuthorizationFailed", "message": "no"}})
    assert (state.status, state.answered) == (Status.FAILED, False)
    assert state.failure
    assert state.failure.reason == "Forbidden"


@pytest.mark.parametrize("status", [400, 404, 409, 500, 503])
def test_a_status_in_the_body_decides_whatever_the_http_status(status: int) -> None:
    assert decide(status, {"status": "Succeeded"}) == Outcome.succeeded()
    assert decide(status, {"status": "Canceled"}).status is Status.CANCELED
    assert decide(status, {"status": "Updating"}) == Outcome.running("Updating")


def test_progress_texts_are_redacted_too() -> None:
    state = decide(200, {"status": f"Waiting for /subscriptions/{SUBSCRIPTION}/x"})
    assert state.status is Status.RUNNING
    assert state.detail
    assert SUBSCRIPTION not in state.detail


@pytest.mark.parametrize(
    "body", ["text", 5, [], [{"status": "Failed"}], {"status": 5}, {"status": {}}], ids=repr
)
def test_a_body_without_a_readable_state_leaves_it_to_the_status_code(body) -> None:
    assert decide(200, body) == Outcome.succeeded()
    assert decide(202, body).status is Status.RUNNING


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"Retry-After": "10"}, 10.0, id="seconds"),
        pytest.param({"RETRY-AFTER": " 15 "}, 15.0, id="in any case, with spaces"),
        pytest.param({"Retry-After": "1.5"}, 1.5, id="a fraction"),
        pytest.param({"Retry-After": "0"}, 0.0, id="zero"),
        pytest.param({}, None, id="no header"),
        pytest.param({"Retry-After": ""}, None, id="an empty header"),
        pytest.param({"Retry-After": "soon"}, None, id="a word"),
        pytest.param({"Retry-After": "-5"}, None, id="a negative number"),
        pytest.param({"Retry-After": "1.2.3"}, None, id="no number"),
        pytest.param({"Retry-After": "9" * 400}, 86_400.0, id="an endless number"),
        pytest.param(
            {
                "Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT",
                "Date": "Sun, 22 Nov 2026 10:00:00 GMT",
            },
            30.0,
            id="a date, measured from the answer's own",
        ),
        pytest.param(
            {
                "Retry-After": "Sun, 22 Nov 2026 10:00:00 GMT",
                "Date": "Sun, 22 Nov 2026 10:00:30 GMT",
            },
            0.0,
            id="a date that has passed",
        ),
        pytest.param(
            {"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT"}, None, id="a date with no other"
        ),
        pytest.param(
            {
                "Retry-After": "Sun, 22 Nov 2026 10:00:30 -0000",
                "Date": "Sun, 22 Nov 2026 10:00:00 GMT",
            },
            None,
            id="a date without a zone",
        ),
    ],
)
def test_retry_after_is_read_as(headers, seconds) -> None:
    assert parse_retry_after(headers) == seconds


PROGRESS = OperationProgress(
    handle=Handle(kind="route", resource_id="/route", operation_url="/operation"), refused_polls=2
)
RUNS = Outcome.running("Creating")
SILENT = Outcome.failed(no_answer("timed out"))


@pytest.mark.parametrize(
    ("poll", "last"),
    [
        pytest.param(RUNS, 0, id="the next answer decides"),
        pytest.param(SILENT, 600, id="which is waited for"),
    ],
)
def test_a_wait_ends_at_its_deadline(poll: Outcome, last: float) -> None:
    waiting = decide_after_poll(PROGRESS, poll, step="route", overdue_seconds=last - 0.5)
    assert waiting == PROGRESS.model_copy(update={"refused_polls": 0})
    ended = decide_after_poll(PROGRESS, poll, step="route", overdue_seconds=last)
    assert isinstance(ended, Outcome)
    assert ended.failure
    assert ended.failure.reason == "DeadlineExceeded"
    assert ended.failure.message.startswith("'route' was still running")


STILL_THERE = Outcome.failed(resource_still_exists("route"))


@pytest.mark.parametrize(
    ("poll", "refusal", "said"),
    [
        pytest.param(STILL_THERE, "It is locked.", "It is locked.", id="the reason is told"),
        pytest.param(STILL_THERE, None, None, id="there is none"),
        pytest.param(QUOTA, "It is locked.", None, id="another failure explains itself"),
    ],
)
def test_a_deletion_without_effect_is_explained_by_what_its_polls_were_answered(
    poll: Outcome, refusal: str | None, said: str | None
) -> None:
    progress = PROGRESS.model_copy(update={"refusal": refusal})
    ended = decide_after_poll(progress, poll, step="route", overdue_seconds=0)
    assert isinstance(ended, Outcome)
    if said is None:
        assert ended == poll
    else:
        assert ended.failure
        assert said in ended.failure.message
