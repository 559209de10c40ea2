"""The one shape in which the API reports an error, in an answer or inside an operation."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from domain.outcomes import Failure
from domain.problem import Problem
from domain.wire import WireModel

SEVERAL_PROBLEMS = "InvalidRequest"
"""Code of an error that lists more than one problem under `details`."""


class ErrorDetail(WireModel):
    """One of several problems of a request."""

    code: str = Field(description="What is wrong, as a CamelCase code.", examples=["UnknownField"])
    message: str = Field(
        description="How to put it right.", examples=["Remove 'colour'. Known here: name, ..."]
    )
    target: str = Field(
        description="JSON path of the field, `query <name>` or `header <name>`; empty for the "
        "body as a whole.",
        examples=["gpu.vmSize"],
    )


class ErrorBody(WireModel):
    """What went wrong, and what to do about it."""

    code: str = Field(
        description="CamelCase code, part of the contract; new codes may be added.",
        examples=["QuotaExceeded"],
    )
    message: str = Field(
        description="The error in a sentence, for people.",
        examples=["Family standardNCADSA100v4Family has 0 of 24 vCPUs left in westeurope."],
    )
    target: str | None = Field(
        default=None,
        description="What the error is about: a JSON path, `query <name>` or `header <name>`.",
        examples=["gpu.vmSize"],
    )
    details: tuple[ErrorDetail, ...] | None = Field(
        default=None, description="Each problem, if the request has more than one."
    )
    retryable: bool | None = Field(
        default=None,
        description="Whether the same request may succeed later. Only in errors of operations.",
    )
    suggested_action: str | None = Field(
        default=None,
        description="What to do next. Only in errors of operations.",
        examples=["Ask for more quota, or choose another region."],
    )
    retry_after_seconds: int | None = Field(
        default=None,
        description="Seconds that Azure asked to wait before another attempt.",
        examples=[30],
    )
    innererror: dict[str, Any] | None = Field(
        default=None, description="Azure's own error, as Azure wrote it."
    )


class ErrorAnswer(WireModel):
    """The body of every answer with a status of 400 or above."""

    error: ErrorBody = Field(description="The error.")


def build_failure_body(failure: Failure) -> ErrorBody:
    """The error of an operation or step that failed."""
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
        details=tuple(
            ErrorDetail(code=problem.code, message=problem.message, target=problem.target)
            for problem in problems
        ),
    )


def summarise_problems(problems: Sequence[Problem]) -> tuple[str, str]:
    """Code and text of problems where there is no body: one line each, its target in front."""
    lines = [
        f"{problem.target}: {problem.message}" if problem.target else problem.message
        for problem in problems
    ]
    if len(problems) == 1:
        return problems[0].code, lines[0]
    return SEVERAL_PROBLEMS, "\n".join([_count(problems), *lines])


def _count(problems: Sequence[Problem]) -> str:
    return f"The request has {len(problems)} problems; each is listed."
