"""What of real Azure is simulated, where, and how it is known that Azure does so."""

from dataclasses import dataclass
from enum import StrEnum


class Known(StrEnum):
    """How a behaviour of real Azure is known."""

    RECORDED = "recorded"
    """Measured from a recording of real traffic."""
    DOCUMENTED = "documented"
    """Microsoft's documentation, a REST specification, or an SDK generated from it."""
    REPORTED = "reported"
    """Real text, from a third party's report."""
    ASSUMED = "assumed"
    """No source for Azure's behaviour was found; the likely behaviour is simulated."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One behaviour of Azure.

    `made_by` is `module:name` below the package `emulators.azure`; None is not simulated, and then
    `note` says why.
    """

    name: str
    what: str
    known: Known
    made_by: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A table of COVERAGE.md."""

    title: str
    intro: str
    entries: tuple[Entry, ...]
