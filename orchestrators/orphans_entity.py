"""The durable entity `orphans`: since when each orphan is known. One for the whole app."""

from typing import Any

from durabletask.entities import EntityContext

from domain.durable.names import OrphansOperation
from domain.sweep.orphan_notes import OrphanNotes, OrphansSeen, note_orphans


def orphans(context: EntityContext, value: Any) -> Any:
    """Returns the notes with what was seen; those of a dry run are not kept."""
    state = context.get_state()
    before = OrphanNotes.from_wire(state) if state else OrphanNotes()
    after = note_orphans(before, OrphansSeen.from_wire(value))
    if context.operation == OrphansOperation.NOTE and after != before:
        context.set_state(after.to_wire())
    return after.to_wire()
