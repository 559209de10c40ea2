"""A row: what lists filter an environment by, and the revision of the record that it is of.

Rows are text, short and without quotation marks: the task hub of Azure keeps up to 60 KB of a
state beside its key, counted in UTF-16 and with each quotation mark escaped, and reads anything
larger from a blob.
"""

from typing import NamedTuple, Self

from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord


class DirectoryRow(NamedTuple):
    """Phase and health are plain text: a version that is deployed again may not know a value.

    A named tuple, because lists build one for each environment.
    """

    name: str
    revision: int
    phase: str
    health: str
    cost_center: str
    awaits: str = "-"
    """Number of the operation that waits for approval; a hyphen if none does."""

    @classmethod
    def of(cls, record: EnvironmentRecord) -> Self:
        """Of its health the status alone: findings change more often."""
        return cls(
            record.name,
            record.revision,
            record.phase,
            record.health.status,
            record.spec.cost_center,
            record.waiting.id.rpartition(".")[2] if record.waiting else "-",
        )

    @classmethod
    def parse(cls, name: str, text: str) -> Self:
        revision, phase, health, cost_center, awaits = text.split(" ")
        return cls(name, int(revision), phase, health, cost_center, awaits)

    @property
    def text(self) -> str:
        """Without the name, under which it is stored."""
        return f"{self.revision} {self.phase} {self.health} {self.cost_center} {self.awaits}"

    @property
    def awaits_approval(self) -> bool:
        return self.awaits != "-"

    @property
    def is_deleted(self) -> bool:
        return self.phase == Phase.DELETED

    def says_the_same_as(self, other: "DirectoryRow") -> bool:
        """Whether they differ in nothing but their revisions."""
        return self == other._replace(revision=self.revision)


def revision_of(text: str) -> int:
    return int(text.partition(" ")[0])
