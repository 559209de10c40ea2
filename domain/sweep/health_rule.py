"""The form of a rule of health: a difference, when it applies, what it means and what helps."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from domain.environment.health import Finding

LOOK_FAILED = "LookFailed"

REPAIR = "Repair the environment: what is missing or changed is built again."
TAGS = "Restore its tag gridplane-environment, or remove the resource: Gridplane leaves it alone."
WAIT = "Nothing: the next sweep looks again. If it persists, see the app's logs."


class Effect(Enum):
    """What a finding means for the part that it is about."""

    DIFFERENT = auto()
    LAST = auto()
    """Different, and what follows cannot be judged."""
    LOST = auto()
    """Nothing can be reached through this part."""
    UNREAD = auto()
    """Nothing is known, so nothing follows from it."""


@dataclass(frozen=True, slots=True)
class HealthRule[Facts]:
    """One row: a difference, when it applies, what it means and what helps."""

    code: str
    effect: Effect
    applies: Callable[[Facts], bool]
    what: Callable[[Facts], str]
    evidence: Callable[[Facts], dict[str, Any]]
    cause: str
    fix: str


def judge[Facts](
    rules: Sequence[HealthRule[Facts]], facts: Facts
) -> Iterator[tuple[Finding, Effect]]:
    for rule in rules:
        if not rule.applies(facts):
            continue
        finding = Finding(
            code=rule.code,
            what=rule.what(facts),
            evidence=rule.evidence(facts),
            cause=rule.cause,
            fix=rule.fix,
        )
        yield finding, rule.effect
        if rule.effect is not Effect.DIFFERENT:
            return
