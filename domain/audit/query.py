"""Which records a page of the audit has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
            is_whole = underscore and found.tzinfo
            return cls(found.astimezone(UTC), record_id) if is_whole else None
        except (ValueError, OverflowError):
            return None

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

    @property
    def until(self) -> datetime:
        """The end of what is left of the window."""
        if self.after is None or self.after.at >= self.end:
            return self.end
        return self.after.at + timedelta.resolution

    def wants(self, record: AuditRecord) -> bool:
        return (
            self.start <= record.at < self.end
            and (self.actor is None or self._is_of_actor(record))
            and self.environment in (None, record.environment)
            and (self.after is None or AuditPosition.of(record) < self.after)
            and self.admits(record.cost_center)
        )

    def _is_of_actor(self, record: AuditRecord) -> bool:
        """Object ids are the same in any case."""
        known = (record.actor or "", record.on_behalf_of or "")
        return (self.actor or "").lower() in map(str.lower, known)

    def select(self, records: Iterable[AuditRecord]) -> list[AuditRecord]:
        """Newest first; one more than a page has, if there is one."""
        wanted = sorted(filter(self.wants, records), key=AuditPosition.of, reverse=True)
        return wanted[: self.size + 1]
