"""Reads the answers to polls of long-running operations and paces the next poll."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, cast

from domain.arm.error_bodies import redact
from domain.arm.error_classification import classify_response
from domain.outcomes import Failure


class PollKind(StrEnum):
    """Whose operation is polled; each service has its own pace."""

    AKS = "aks"
    FRONT_DOOR = "frontDoor"
    RESOURCE_GROUP = "resourceGroup"


@dataclass(frozen=True, slots=True)
class Running:
    """Not finished, with what Azure says it is doing."""

    detail: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Succeeded:
    """Finished as asked."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Finished, but not as asked."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Canceled:
    """Ended before it was finished: aborted, or overtaken by a later operation."""

    failure: Failure


type OperationState = Running | Succeeded | Failed | Canceled

POLL_MISSED = frozenset({408, 429, *range(500, 600)})
"""Statuses that say something about the poll and nothing about the operation."""

PACES: Mapping[str, tuple[float, float]] = {
    # AKS never sends Retry-After, and its operation-status reads are limited to 2 per second per
    # subscription: half of all creations end within 4 minutes, the others can be asked less often.
    PollKind.AKS: (15.0, 30.0),
    # Front Door sends Retry-After 10 on the first answer and nothing on its polls.
    PollKind.FRONT_DOOR: (10.0, 10.0),
    PollKind.RESOURCE_GROUP: (15.0, 15.0),
}
"""First delay, and the longest one."""

GROWTH_BEGINS = 120.0
GROWTH_ENDS = 300.0
SHORTEST_DELAY = 1.0
ONE_DAY = 86_400.0
LONGEST_RETRY_AFTER = 600.0
"""Nothing Azure was recorded to ask for comes near; a longer pause would only hide the end."""


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, or the distance of an HTTP date from the answer's own Date header."""
    named = {name.lower(): value for name, value in headers.items()}
    written = named.get("retry-after", "").strip()
    if not written:
        return None
    if written.replace(".", "", 1).isdecimal():
        return min(float(written), ONE_DAY)
    until, sent = _http_date(written), _http_date(named.get("date", ""))
    if until is None or sent is None:
        return None
    return min(max(0.0, (until - sent).total_seconds()), ONE_DAY)


def decide_operation_state(
    http_status: int,
    body: object,
    headers: Mapping[str, str],
    *,
    operation: str = "operation",
    gone_is_success: bool = False,
) -> OperationState:
    """One reading for polls of Azure-AsyncOperation, of Location and of the resource itself.

    A status in the body decides where there is one: only Succeeded, Failed and Canceled end an
    operation, any other text is progress. An `error` object beside it means nothing: AKS was
    recorded to end `Succeeded` with an error in the body, Front Door sends one with every poll.
    """
    retry_after = parse_retry_after(headers)
    if http_status in POLL_MISSED:
        return Running(f"The last poll was answered with HTTP {http_status}.", retry_after)
    if http_status == 404 and gone_is_success:
        return Succeeded()
    if http_status >= 400:
        return Failed(classify_response(http_status, body, operation))
    status = _status(body)
    if status is None:
        return Running("InProgress", retry_after) if http_status == 202 else Succeeded()
    return _decide_by_status(status, body, operation, retry_after)


def decide_poll_delay(retry_after: float | None, elapsed_seconds: float, kind: str) -> float:
    """Retry-After where Azure sent one, our own pace where not."""
    if retry_after is not None:
        return min(max(retry_after, SHORTEST_DELAY), LONGEST_RETRY_AFTER)
    first, longest = PACES[kind]
    grown = (elapsed_seconds - GROWTH_BEGINS) / (GROWTH_ENDS - GROWTH_BEGINS)
    return first + (longest - first) * min(max(grown, 0.0), 1.0)


def _decide_by_status(
    status: str, body: object, operation: str, retry_after: float | None
) -> OperationState:
    match status.lower():
        case "succeeded":
            return Succeeded()
        case "failed":
            return Failed(classify_response(None, _error_of(body, status), operation))
        case "canceled" | "cancelled":
            return Canceled(_canceled(body, operation))
        case _:
            return Running(redact(status), retry_after)


def _status(body: object) -> str | None:
    """The operation's `status`, or the resource's `properties.provisioningState`."""
    document = _as_object(body)
    properties = _as_object(document.get("properties"))
    for status in (document.get("status"), properties.get("provisioningState")):
        if isinstance(status, str) and status:
            return status
    return None


def _error_of(body: object, status: str) -> dict[str, Any]:
    """A resource in state Failed does not say why: its operation does."""
    document = _as_object(body)
    error = _as_object(document.get("error")) or _as_object(
        _as_object(document.get("properties")).get("error")
    )
    return error or {"code": status, "message": ""}


def _canceled(body: object, operation: str) -> Failure:
    known = classify_response(None, _error_of(body, "Canceled"), operation)
    return known.model_copy(
        update={
            "reason": "OperationCanceled",
            "message": f"'{operation}' was canceled in Azure before it was finished.",
            "suggested_action": "Look at who aborted it or started another operation on the same "
            "resource, then retry.",
        }
    )


def _as_object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _http_date(written: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(written)
    except ValueError:
        return None
    return date if date.tzinfo else None
