"""Answers of the API in its one error shape."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import azure.functions as func

from domain.problem import Problem

SEVERAL = "InvalidRequest"


def json_response(
    body: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    return func.HttpResponse(
        json.dumps(body),
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
    details: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> func.HttpResponse:
    error: dict[str, Any] = {"code": code, "message": message}
    if target:
        error["target"] = target
    if details:
        error["details"] = list(details)
    return json_response({"error": error}, status, {**(headers or {}), "x-ms-error-code": code})


def problems_response(problems: Sequence[Problem]) -> func.HttpResponse:
    """400: one problem speaks for itself, several are listed under `details`."""
    if len(problems) == 1:
        first = problems[0]
        return error_response(400, first.code, first.message, target=first.target)
    details = [{"code": p.code, "message": p.message, "target": p.target} for p in problems]
    return error_response(400, SEVERAL, _count(problems), details=details)


def summarise_problems(problems: Sequence[Problem]) -> tuple[str, str]:
    """Code and message for where there is no body: each problem with its target, a line each."""
    lines = [f"{p.target}: {p.message}" if p.target else p.message for p in problems]
    if len(problems) == 1:
        return problems[0].code, lines[0]
    return SEVERAL, "\n".join([_count(problems), *lines])


def environment_not_found(name: str) -> Problem:
    return Problem("EnvironmentNotFound", f"There is no environment '{name}'.", "")


def not_found(code: str, message: str) -> func.HttpResponse:
    return error_response(404, code, message)


def _count(problems: Sequence[Problem]) -> str:
    return f"The request has {len(problems)} problems; each is listed."
