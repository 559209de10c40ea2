"""One rule of the tables that classify Azure's errors."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AzureError:
    """One error. `http_status`: None for an operation that failed after it was accepted."""

    http_status: int | None
    code: str
    message: str
    operation: str
    """HTTP method and kind of resource, such as `PUT managedCluster`."""

    @property
    def text(self) -> str:
        return f"{self.code} {self.message}"

    @property
    def only_reads(self) -> bool:
        return self.operation.partition(" ")[0] in {"GET", "HEAD"}


type Describe = Callable[[AzureError, re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """Matches if `pattern` is found in code and message, and the status is in `statuses`, if any.

    `describe` builds the message from the match; None: Azure's message is quoted.
    """

    reason: str
    pattern: re.Pattern[str]
    suggested_action: str
    source: str
    """Where the error was seen: `recorded`, `documented`, `reported` or `assumed`, and by what."""
    retryable: bool = False
    statuses: frozenset[int] = field(default_factory=frozenset[int])
    describe: Describe | None = None

    def match(self, error: AzureError) -> re.Match[str] | None:
        if self.statuses and error.http_status not in self.statuses:
            return None
        return self.pattern.search(error.text)


def rule(
    reason: str,
    pattern: str,
    suggested_action: str,
    *,
    source: str,
    retryable: bool = False,
    statuses: tuple[int, ...] = (),
    describe: Describe | None = None,
) -> ErrorRule:
    return ErrorRule(
        reason=reason,
        pattern=re.compile(pattern, re.IGNORECASE | re.DOTALL),
        suggested_action=suggested_action,
        source=source,
        retryable=retryable,
        statuses=frozenset(statuses),
        describe=describe,
    )
