"""What went wrong with Azure, why, and whether trying again can help."""

import math
import re
from typing import Any

from domain.arm.error_bodies import parse_arm_error, redact
from domain.arm.error_rules import RULES, AzureError, Rule
from domain.outcomes import Failure

UNCLASSIFIED = "AzureRequestFailed"

_SECONDS_IN_TEXT = re.compile(
    r"(?:try again after|retried in|retry after) '?(\d+)'? second", re.IGNORECASE
)


def classify_error(
    http_status: int | None,
    code: str,
    message: str,
    operation: str,
    *,
    retry_after_seconds: float | None = None,
) -> Failure:
    """The first rule that matches decides. `http_status` is None for a failure found by a poll."""
    error = AzureError(http_status, code, message, operation)
    for rule in RULES:
        found = rule.match(error)
        if found:
            said = rule.describe(error, found) if rule.describe else _azure_said(error)
            return _build_failure(error, said, rule, retry_after_seconds)
    return Failure(
        reason=UNCLASSIFIED,
        message=redact(_azure_said(error)),
        retryable=False,
        suggested_action="Read Azure's own error under innererror, correct the cause and retry.",
        innererror=_innererror(error),
    )


def classify_response(
    http_status: int | None,
    body: object,
    operation: str,
    *,
    retry_after_seconds: float | None = None,
) -> Failure:
    """Classify an error body as it came, the details included."""
    code, message, details = parse_arm_error(body)
    inner = [f"{d.get('code') or ''}: {d.get('message') or ''}" for d in details]
    told = " ".join([message, *(text for text in inner if text not in message)]).strip()
    return classify_error(
        http_status, code, told, operation, retry_after_seconds=retry_after_seconds
    )


def _build_failure(
    error: AzureError, message: str, rule: Rule, retry_after_seconds: float | None
) -> Failure:
    return Failure(
        reason=rule.reason,
        message=redact(message),
        retryable=rule.retryable,
        suggested_action=rule.suggested_action,
        innererror=_innererror(error),
        retry_after_seconds=_retry_after(error, retry_after_seconds) if rule.retryable else None,
    )


def _azure_said(error: AzureError) -> str:
    said = error.message or error.code or "it gave no reason"
    if error.http_status is None:
        return f"Azure could not complete '{error.operation}': {said}"
    return f"Azure refused '{error.operation}' with HTTP {error.http_status}: {said}"


def _innererror(error: AzureError) -> dict[str, Any]:
    inner: dict[str, Any] = {"code": error.code or "Unknown", "message": redact(error.message)}
    return inner if error.http_status is None else {**inner, "httpStatus": error.http_status}


def _retry_after(error: AzureError, header: float | None) -> int | None:
    """The header wins; several services only write the seconds into their message."""
    if header is not None:
        return math.ceil(header)
    found = _SECONDS_IN_TEXT.search(error.message)
    return int(found.group(1)) if found else None
