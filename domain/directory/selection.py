"""Which environments a page of a list shows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from domain.directory.row import DirectoryRow
from domain.spec.cost_centers import fold, is_same_center


@dataclass(frozen=True, slots=True)
class Selection:
    """None: any value."""

    after: str = ""
    """Names after this one."""
    size: int | None = None
    """At most so many."""
    phases: Collection[str] | None = None
    health: str | None = None
    cost_center: str | None = None
    cost_centers: Collection[str] | None = None
    """Those that the caller sees."""
    awaits_approval: bool = False
    """Only those with an operation that waits for approval."""

    def __post_init__(self) -> None:
        # Once, and not for each of thousands of rows.
        if self.cost_centers is not None:
            object.__setattr__(self, "cost_centers", frozenset(map(fold, self.cost_centers)))

    def admits(self, row: DirectoryRow) -> bool:
        return (
            row.name > self.after
            and (self.phases is None or row.phase in self.phases)
            and self.health in (None, row.health)
            and (self.cost_center is None or is_same_center(self.cost_center, row.cost_center))
            and (row.awaits_approval or not self.awaits_approval)
            and (self.cost_centers is None or fold(row.cost_center) in self.cost_centers)
        )


@dataclass(frozen=True, slots=True)
class Selected:
    """Names in their order; the records of some may be found to have changed since."""

    names: tuple[str, ...]
    next_after: str | None
    """The last name if more follow."""


def select(rows: Iterable[DirectoryRow], wanted: Selection) -> Selected:
    names = sorted(row.name for row in rows if wanted.admits(row))
    page = names[: wanted.size]
    return Selected(tuple(page), page[-1] if len(page) < len(names) else None)
