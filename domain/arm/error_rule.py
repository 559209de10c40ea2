"""One rule of the tables that classify Azure's errors."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from domain.arm.azure_error import AzureError, Service

type Describe = Callable[[AzureError, re.Match[str]], str]


@dataclass(frozen=True, slots=True)
class Scope:
    """The operations that a rule is about. An empty set stands for all.

    An operation without a method, or of a kind that no service is known for, may be any.
    """

    services: frozenset[Service] = frozenset()
    kinds: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()

    def includes(self, error: AzureError) -> bool:
        if self.methods and error.method not in {"", *self.methods}:
            return False
        if error.service is None:
            return True
        return (not self.services or error.service in self.services) and (
            not self.kinds or error.kind in self.kinds
        )


EVERYWHERE = Scope()


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """Matches an error of an operation in `scope`, with one of `statuses`, if any, and `pattern`.

    `describe` builds the message from the match; None: Azure's message is quoted.
    """

    reason: str
    pattern: re.Pattern[str]
    suggested_action: str
    source: str
    """Where the error was seen: `recorded`, `documented`, `reported` or `assumed`, and by what."""
    scope: Scope = EVERYWHERE
    is_of_code: bool = False
    """Whether the pattern is the whole outermost code; otherwise it is searched in code and
    message, which also quote errors of others."""
    retryable: bool = False
    statuses: frozenset[int] = frozenset()
    describe: Describe | None = None

    def match(self, error: AzureError) -> re.Match[str] | None:
        if self.statuses and error.http_status not in self.statuses:
            return None
        if not self.scope.includes(error):
            return None
        if self.is_of_code:
            return self.pattern.fullmatch(error.code)
        return self.pattern.search(error.text)


def rule(
    reason: str,
    pattern: str,
    suggested_action: str,
    *,
    source: str,
    scope: Scope = EVERYWHERE,
    retryable: bool = False,
    statuses: tuple[int, ...] = (),
    describe: Describe | None = None,
) -> ErrorRule:
    """A rule for a wording in code or message."""
    return ErrorRule(
        reason=reason,
        pattern=re.compile(pattern, re.IGNORECASE | re.DOTALL),
        suggested_action=suggested_action,
        source=source,
        scope=scope,
        retryable=retryable,
        statuses=frozenset(statuses),
        describe=describe,
    )


def code_rule(
    reason: str,
    codes: str,
    suggested_action: str,
    *,
    source: str,
    scope: Scope = EVERYWHERE,
    retryable: bool = False,
    statuses: tuple[int, ...] = (),
    describe: Describe | None = None,
) -> ErrorRule:
    """A rule for the outermost code: a quoted one is another service's, about something else."""
    return replace(
        rule(
            reason,
            codes,
            suggested_action,
            source=source,
            scope=scope,
            retryable=retryable,
            statuses=statuses,
            describe=describe,
        ),
        is_of_code=True,
    )


def quoting(codes: str) -> str:
    """A pattern for codes that are quoted: `Code="..."`, `"code":"..."`, or a detail's `...: `."""
    return rf"code\\?[\"']?\s*[=:]\s*\\?[\"'](?:{codes})\b|(?:^|\s)(?:{codes}): "


def of_services(*services: Service, methods: tuple[str, ...] = ()) -> Scope:
    return Scope(services=frozenset(services), methods=frozenset(methods))


def of_kinds(*kinds: str, methods: tuple[str, ...] = ()) -> Scope:
    return Scope(kinds=frozenset(kinds), methods=frozenset(methods))
