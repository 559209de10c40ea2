"""Reads the answers to polls of long-running ARM operations."""

from collections.abc import Mapping
from typing import Any, cast

from domain import deadlines
from domain.arm.error_bodies import redact
from domain.arm.error_classification import classify_response
from domain.arm.failures import STILL_EXISTS, deadline_exceeded, resource_still_exists
from domain.outcomes import ACTIVITY_FAILED, NO_ANSWER, Failure, Handle, Outcome, Status
from domain.wire import WireModel, parse_http_date

POLL_MISSED = frozenset({408, 429, *range(500, 600)})
"""Statuses that say something about the poll and nothing about the operation."""

AT_REST_STATES = frozenset({"", "succeeded", "failed", "canceled"})
"""Provisioning states in which nothing happens to a resource; a group may have none."""

MOST_REFUSED_POLLS = 3

THROTTLED = "Throttled"
OUTAGE_REASONS = frozenset({"AzureUnavailable", "AzureGatewayError", THROTTLED, NO_ANSWER})

ONE_DAY = 86_400.0
_NOT_POLLED = frozenset({ACTIVITY_FAILED, NO_ANSWER})


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, or the distance of an HTTP date from the answer's own Date header."""
    named = {name.lower(): value for name, value in headers.items()}
    written = named.get("retry-after", "").strip()
    if not written:
        return None
    if written.replace(".", "", 1).isdecimal():
        return min(float(written), ONE_DAY)
    until, sent = parse_http_date(written), parse_http_date(named.get("date", ""))
    if until is None or sent is None:
        return None
    return min(max(0.0, (until - sent).total_seconds()), ONE_DAY)


def read_poll(
    http_status: int,
    body: object,
    headers: Mapping[str, str],
    *,
    operation: str,
    gone_is_success: bool = False,
) -> Outcome:
    """One reading for polls of Azure-AsyncOperation, of Location and of the resource itself.

    A status in the body decides where there is one, whatever the HTTP status: only Succeeded,
    Failed and Canceled end an operation, any other text is progress. `gone_is_success`: the answer
    is about the resource itself, which is being deleted. An `error` object beside it
    means nothing: AKS was recorded to end `Succeeded` with an error in the body, Front Door sends
    one with every poll. An error answer without a status says nothing about the operation.
    """
    retry_after, status = parse_retry_after(headers), _status(body)
    if gone_is_success and http_status < 400 and (status or "").lower() in AT_REST_STATES:
        return Outcome.failed(resource_still_exists(operation))
    if status is not None:
        return _read_status(status, body, operation, retry_after)
    if http_status in POLL_MISSED:
        return miss_poll(http_status, headers)
    if http_status == 404 and gone_is_success:
        return Outcome.succeeded()
    if http_status >= 400:
        return _unanswered(Outcome.failed(classify_response(http_status, body, operation)))
    in_progress = http_status == 202
    return Outcome.running("InProgress", retry_after) if in_progress else Outcome.succeeded()


class OperationProgress(WireModel):
    """The observed progress of an ARM operation that is waited for."""

    handle: Handle
    refused_polls: int = 0
    """Consecutive polls that were refused without a status of the operation."""
    refusal: str | None = None
    """The answer with which the operation's URL was given up."""


def decide_after_poll(
    progress: OperationProgress, poll: Outcome, *, step: str, overdue_seconds: float
) -> OperationProgress | Outcome:
    """The outcome of the wait, or the progress with which it goes on.

    After MOST_REFUSED_POLLS the operation's URL is given up and the resource itself is read. At
    the deadline the next answered poll decides.
    """
    if poll.failure and poll.failure.reason not in _NOT_POLLED and not poll.answered:
        refused = progress.refused_polls + 1
        if refused < MOST_REFUSED_POLLS:
            return progress.model_copy(update={"refused_polls": refused})
        if progress.handle.operation_url is None:
            return poll
        resource = progress.handle.model_copy(update={"operation_url": None})
        return OperationProgress(handle=resource, refusal=poll.failure.message)
    answered = poll.answered and (poll.failure is None or poll.failure.reason not in _NOT_POLLED)
    if answered and poll.status is not Status.RUNNING:
        return _with_refusal(poll, progress.refusal)
    if overdue_seconds >= (0 if answered else deadlines.LAST_POLL):
        return Outcome.failed(deadline_exceeded(step, poll.detail))
    return progress.model_copy(update={"refused_polls": 0})


def _with_refusal(poll: Outcome, refusal: str | None) -> Outcome:
    """Only a deletion without effect needs what Azure said to its polls: nothing else explains it.

    Azure Resource Manager answers the polls of a group's deletion that failed with 409 and the
    reason, but without a status.
    """
    if poll.failure is None or poll.failure.reason != STILL_EXISTS or refusal is None:
        return poll
    message = f"{poll.failure.message} Azure's last answer to a poll of it: {refusal}"
    return Outcome.failed(poll.failure.model_copy(update={"message": redact(message)}))


def is_outage(failure: Failure | None) -> bool:
    """Whether Azure was not there to take the request, which says nothing about the resource."""
    return failure is not None and failure.reason in OUTAGE_REASONS


def miss_poll(http_status: int, headers: Mapping[str, str]) -> Outcome:
    detail = f"The last poll was answered with HTTP {http_status}."
    return _unanswered(Outcome.running(detail, parse_retry_after(headers)))


def _unanswered(poll: Outcome) -> Outcome:
    return poll.model_copy(update={"answered": False})


def _read_status(status: str, body: object, operation: str, retry_after: float | None) -> Outcome:
    match status.lower():
        case "succeeded":
            return Outcome.succeeded()
        case "failed":
            return Outcome.failed(classify_response(None, _error_of(body, status), operation))
        case "canceled" | "cancelled":
            return Outcome.canceled(_canceled(body, operation))
        case _:
            return Outcome.running(redact(status), retry_after)


def _status(body: object) -> str | None:
    """The operation's `status`, or the resource's `properties.provisioningState`."""
    document = _as_object(body)
    properties = _as_object(document.get("properties"))
    for status in (document.get("status"), properties.get("provisioningState")):
        if isinstance(status, str) and status:
            return status
    return None


def _error_of(body: object, status: str) -> dict[str, Any]:
    """A resource in state Failed does not say why; its operation does."""
    document = _as_object(body)
    error = _as_object(document.get("error")) or _as_object(
        _as_object(document.get("properties")).get("error")
    )
    return error or {"code": status, "message": ""}


def _canceled(body: object, operation: str) -> Failure:
    classified = classify_response(None, _error_of(body, "Canceled"), operation)
    return classified.model_copy(
        update={
            "reason": "OperationCanceled",
            "message": f"'{operation}' was canceled in Azure before it was finished.",
            "suggested_action": "Find out who aborted it or started another operation on the same "
            "resource, then retry.",
        }
    )


def _as_object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
