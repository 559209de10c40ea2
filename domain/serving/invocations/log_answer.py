"""What Log Analytics answers to a query: rows, or why there are none."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

type Row = Mapping[str, Any]

LOG_RETRY_SECONDS = 30
"""Without a Retry-After: requests are counted over 30 s (documented), 200 of one identity."""

TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})

NO_CONTENT = 204
"""Documented for a workspace that has no data at all."""


@dataclass(frozen=True, slots=True)
class LogRows:
    """All rows of the result."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class LogRefusal:
    """Why there is no result, or no whole one."""

    code: str
    message: str
    retry_after_seconds: int | None = None
    """None if asking again does not help."""


type LogAnswer = LogRows | LogRefusal

type LogReader = Callable[[str], Awaitable[LogAnswer]]
"""Runs a query in the workspace that holds the audit."""


def unanswered(message: str) -> LogRefusal:
    return LogRefusal("NoAnswer", message, retry_after_seconds=LOG_RETRY_SECONDS)


def read_log_answer(status: int, headers: Mapping[str, str], body: object) -> LogAnswer:
    """A result with an error beside it is not whole, which no audit may conceal."""
    if status == NO_CONTENT:
        return LogRows(())
    fields = _mapping(body)
    if status < 400 and "tables" in fields and not fields.get("error"):
        return LogRows(tuple(_rows(fields["tables"][0])))
    is_transient = status < 400 or status in TRANSIENT
    retry_after = _retry_after(headers) if is_transient else None
    if error := _mapping(fields.get("error")):
        return _refusal(error, retry_after)
    return LogRefusal(f"HTTP{status}", "The answer is not one of Log Analytics.", retry_after)


def _refusal(error: Mapping[str, Any], retry_after: int | None) -> LogRefusal:
    """The innermost message is the one that says something."""
    innermost = error
    while inner := _mapping(innermost.get("innererror")):
        innermost = inner
    message = innermost.get("message") or error.get("message") or ""
    return LogRefusal(str(error.get("code") or "Error"), str(message), retry_after)


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _rows(table: Mapping[str, Any]) -> list[Row]:
    names = [column["name"] for column in table["columns"]]
    return [dict(zip(names, row, strict=True)) for row in table["rows"]]


def _retry_after(headers: Mapping[str, str]) -> int:
    written = headers.get("Retry-After") or ""
    seconds = int(written) if written.isascii() and written.isdigit() else 0
    return seconds or LOG_RETRY_SECONDS
