"""JSON responses of the API, and its error format."""

import json
from collections.abc import Mapping, Sequence

import azure.functions as func

from domain.api_errors import ErrorAnswer, ErrorBody, build_details, build_problems_body
from domain.problem import Problem
from domain.wire import WireModel

ERROR_CODE = "x-ms-error-code"
"""Header with the error's code, as Azure's own services send it."""

RETRY_AFTER_SECONDS = 5
"""While the task hub is unreachable."""


POLICY_UNAVAILABLE = "PolicyUnavailable"


def json_response(
    body: WireModel, status: int = 200, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    return func.HttpResponse(
        json.dumps(body.to_wire()),
        status_code=status,
        headers=dict(headers or {}),
        mimetype="application/json",
    )


def error_response(
    status: int,
    code: str,
    message: str,
    *,
    target: str | None = None,
    details: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> func.HttpResponse:
    error = ErrorBody(
        code=code, message=message, target=target or None, details=build_details(details) or None
    )
    return _respond(status, error, headers)


def task_hub_unreachable() -> func.HttpResponse:
    message = "The task hub does not respond. Requests are refused until it does."
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return error_response(503, "TaskHubUnreachable", message, headers=headers)


def policy_unavailable(problems: Sequence[str]) -> func.HttpResponse:
    message = (
        "No version of the policy file could be read since the app started, so nothing is "
        f"allowed: {' '.join(problems)}"
    )
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return error_response(503, POLICY_UNAVAILABLE, message, headers=headers)


def problems_response(problems: Sequence[Problem]) -> func.HttpResponse:
    """400 with all problems of the request."""
    return _respond(400, build_problems_body(problems), None)


def _respond(
    status: int, error: ErrorBody, headers: Mapping[str, str] | None
) -> func.HttpResponse:
    return json_response(
        ErrorAnswer(error=error), status, {**(headers or {}), ERROR_CODE: error.code}
    )
