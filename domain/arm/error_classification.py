"""Classifies Azure's errors: reason, suggested action, and whether a retry can succeed."""

import math
import re
from typing import Any

from domain.arm.azure_error import AzureError
from domain.arm.error_bodies import parse_arm_error, redact
from domain.arm.error_rule import ErrorRule
from domain.arm.error_rules import RULES
from domain.outcomes import Failure

UNCLASSIFIED = "AzureRequestFailed"

_QUOTED_CODE = re.compile(r"code\\?[\"']?\s*[=:]\s*\\?[\"'](\w+)", re.IGNORECASE)
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
    """Applies the first matching rule. `http_status`: None for a failure found by a poll."""
    error = AzureError(http_status, code, message, operation)
    for rule in RULES:
        found = rule.match(error)
        if found:
            message = rule.describe(error, found) if rule.describe else _quote_azure(error)
            return _build_failure(error, message, rule, retry_after_seconds)
    return Failure(
        reason=UNCLASSIFIED,
        message=redact(_quote_azure(error)),
        retryable=False,
        suggested_action="The cause is not known to Gridplane: search learn.microsoft.com for "
        f"'{_search_term(error)}', correct the cause and retry.",
        innererror=_innererror(error),
    )


def classify_response(
    http_status: int | None,
    body: object,
    operation: str,
    *,
    retry_after_seconds: float | None = None,
) -> Failure:
    """Classifies an error body in any of Azure's shapes, including its details."""
    code, message, details = parse_arm_error(body)
    inner = [f"{d.get('code') or ''}: {d.get('message') or ''}" for d in details]
    text = " ".join([message, *(each for each in inner if each not in message)]).strip()
    return classify_error(
        http_status, code, text, operation, retry_after_seconds=retry_after_seconds
    )


def _build_failure(
    error: AzureError, message: str, rule: ErrorRule, retry_after_seconds: float | None
) -> Failure:
    return Failure(
        reason=rule.reason,
        message=redact(message),
        retryable=rule.retryable,
        suggested_action=rule.suggested_action,
        innererror=_innererror(error),
        retry_after_seconds=_retry_after(error, retry_after_seconds) if rule.retryable else None,
    )


def _quote_azure(error: AzureError) -> str:
    quoted = error.message or error.code or "no reason given"
    if error.http_status is None:
        return f"Azure could not complete '{error.operation}': {quoted}"
    return f"Azure refused '{error.operation}' with HTTP {error.http_status}: {quoted}"


def _search_term(error: AzureError) -> str:
    """The codes, outermost first: AKS quotes the failing service's as `Code=\"...\"`."""
    codes = [error.code, *_QUOTED_CODE.findall(error.message)]
    known = list(dict.fromkeys(code for code in codes if code))
    return " ".join(known) or f"{error.operation} HTTP {error.http_status or 'failed'}"


def _innererror(error: AzureError) -> dict[str, Any]:
    inner: dict[str, Any] = {"code": error.code or "Unknown", "message": redact(error.message)}
    return inner if error.http_status is None else {**inner, "httpStatus": error.http_status}


def _retry_after(error: AzureError, header: float | None) -> int | None:
    """Seconds: from the header, or from the message, where some services state them only."""
    if header is not None:
        return math.ceil(header)
    found = _SECONDS_IN_TEXT.search(error.message)
    return int(found.group(1)) if found else None
