"""What is kept of orphans between sweeps: since when each has been without a record."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from domain.wire import WireModel


class OrphanNotes(WireModel):
    """The state of the durable entity `orphans`."""

    first_seen: dict[str, AwareDatetime] = Field(default_factory=dict[str, datetime])
    """By resource group id."""


class OrphansSeen(WireModel):
    """The orphans of one sweep."""

    at: AwareDatetime
    group_ids: tuple[str, ...] = ()


def note_orphans(notes: OrphanNotes, seen: OrphansSeen) -> OrphanNotes:
    """Those that are gone are forgotten: what comes back is an orphan anew."""
    return OrphanNotes(
        first_seen={each: notes.first_seen.get(each, seen.at) for each in seen.group_ids}
    )
