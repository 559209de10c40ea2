"""What a check has seen of Azure."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_TRIED = "not tried"


@dataclass(frozen=True, slots=True)
class Seen:
    """`what`: a sentence that can stand beside what was assumed."""

    what: str
    verdict: Verdict

    @classmethod
    def of(cls, agrees: bool, what: str) -> "Seen":
        return cls(what, Verdict.AGREES if agrees else Verdict.DIFFERS)

    @classmethod
    def nothing(cls, reason: str) -> "Seen":
        return cls(reason, Verdict.NOT_TRIED)


class NotTried(Exception):
    """Raised by a check that cannot come to its question, with the reason."""
