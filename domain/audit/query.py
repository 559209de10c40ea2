"""Which records a page of the audit has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domain.audit.record import AuditRecord
from domain.wire import format_time


@dataclass(frozen=True, slots=True, order=True)
class AuditPosition:
    """The place of a record: by its time, and its id among those of the same time."""

    at: datetime
    id: str

    @classmethod
    def of(cls, record: AuditRecord) -> Self:
        return cls(record.at, record.id)

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for what no page has as its `skiptoken`."""
        at, underscore, record_id = text.partition("_")
        try:
            found = datetime.fromisoformat(at)
        except ValueError:
            return None
        return cls(found, record_id) if underscore and found.tzinfo else None

    def __str__(self) -> str:
        return f"{format_time(self.at)}_{self.id}"


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """None: any value."""

    start: datetime
    end: datetime
    size: int
    admits: Callable[[str | None], bool]
    """Whether the caller sees records of a cost center."""
    actor: str | None = None
    environment: str | None = None
    after: AuditPosition | None = None

    def wants(self, record: AuditRecord) -> bool:
        return (
            self.start <= record.at < self.end
            and self.actor in (None, record.actor, record.on_behalf_of)
            and self.environment in (None, record.environment)
            and (self.after is None or AuditPosition.of(record) < self.after)
            and self.admits(record.cost_center)
        )

    def select(self, records: Iterable[AuditRecord]) -> list[AuditRecord]:
        """Newest first; one more than a page has, if there is one."""
        wanted = sorted(filter(self.wants, records), key=AuditPosition.of, reverse=True)
        return wanted[: self.size + 1]
