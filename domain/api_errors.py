"""The API's error format, for error responses and for failed operations and steps."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from domain.outcomes import Failure
from domain.problem import Problem
from domain.wire import WireModel

SEVERAL_PROBLEMS = "InvalidRequest"
"""Code of an error that lists several problems under `details`."""


class ErrorDetail(WireModel):
    """One of several problems of a request."""

    code: str = Field(
        description="Kind of problem, as a CamelCase code.", examples=["UnknownField"]
    )
    message: str = Field(
        description="How to correct it.", examples=["Remove 'colour'. Known fields: name, ..."]
    )
    target: str = Field(
        description="JSON path of the field, `query <name>` or `header <name>`; empty for the "
        "whole body.",
        examples=["gpu.vmSize"],
    )


class ErrorBody(WireModel):
    """An error and how to resolve it."""

    code: str = Field(
        description="CamelCase code. It is part of the contract; codes may be added.",
        examples=["QuotaExceeded"],
    )
    message: str = Field(
        description="Human-readable text.",
        examples=["Family standardNCADSA100v4Family has 0 of 24 vCPUs left in westeurope."],
    )
    target: str | None = Field(
        default=None,
        description="Source of the error: a JSON path, `query <name>` or `header <name>`.",
        examples=["gpu.vmSize"],
    )
    details: tuple[ErrorDetail, ...] | None = Field(
        default=None,
        description="Each problem, if the request has several; the further ones, if `code` is "
        "that of the first.",
    )
    retryable: bool | None = Field(
        default=None,
        description="Whether the same request may succeed later. Only in errors of operations.",
    )
    suggested_action: str | None = Field(
        default=None,
        description="What to do next. Only in errors of operations.",
        examples=["Request a quota increase at https://aka.ms/quotas and retry."],
    )
    retry_after_seconds: int | None = Field(
        default=None,
        description="Seconds to wait before another attempt, as Azure requested.",
        examples=[30],
    )
    innererror: dict[str, Any] | None = Field(
        default=None, description="Azure's error, unchanged."
    )


class ErrorAnswer(WireModel):
    """The body of every response with a status of 400 or above."""

    error: ErrorBody = Field(description="The error.")


def build_failure_body(failure: Failure) -> ErrorBody:
    """The error of a failed operation, step or sweep."""
    return ErrorBody(
        code=failure.reason,
        message=failure.message,
        retryable=failure.retryable,
        suggested_action=failure.suggested_action,
        retry_after_seconds=failure.retry_after_seconds,
        innererror=failure.innererror,
    )


def build_problems_body(problems: Sequence[Problem]) -> ErrorBody:
    """The error of a request: one problem by itself, several under `details`."""
    if len(problems) == 1:
        problem = problems[0]
        return ErrorBody(code=problem.code, message=problem.message, target=problem.target or None)
    return ErrorBody(
        code=SEVERAL_PROBLEMS,
        message=_count(problems),
        details=build_details(problems),
    )


def build_details(problems: Sequence[Problem]) -> tuple[ErrorDetail, ...]:
    return tuple(
        ErrorDetail(code=problem.code, message=problem.message, target=problem.target)
        for problem in problems
    )


def summarise_problems(problems: Sequence[Problem]) -> tuple[str, str]:
    """Code and plain text of a request's problems: one line each, prefixed with its target."""
    lines = [
        f"{problem.target}: {problem.message}" if problem.target else problem.message
        for problem in problems
    ]
    if len(problems) == 1:
        return problems[0].code, lines[0]
    return SEVERAL_PROBLEMS, "\n".join([_count(problems), *lines])


def _count(problems: Sequence[Problem]) -> str:
    return f"The request has {len(problems)} problems; each is listed."
