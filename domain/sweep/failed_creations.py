"""Which environments the sweep deletes because their creation has failed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.environment.idle_notes import IdleNote, IdleNotes
from domain.environment.record import EnvironmentRecord
from domain.spec.model import OnFailure
from domain.sweep.model import EnvironmentSweepState

FAILURE_GRACE = timedelta(hours=1)
"""For a look at what failed, and for a retry. A deletion that fails is tried again as late."""

FAILED_CREATION_DELETED = "FailedCreationDeleted"


def failed_creation_at(record: EnvironmentRecord) -> datetime | None:
    """When the latest operation has ended on an environment that was never built and is not to be
    kept; None for others, and where Azure was never asked for anything."""
    if record.spec.on_failure is not OnFailure.DELETE or not record.operations:
        return None
    latest = record.latest
    is_left = record.was_never_built and latest.has_ended and not record.was_never_begun
    return latest.last_action_at if is_left else None


def find_failed_creations(
    environments: Iterable[EnvironmentSweepState], now: datetime
) -> list[str]:
    return sorted(each.state.environment for each in environments if is_removal_due(each, now))


def is_removal_due(found: EnvironmentSweepState, now: datetime) -> bool:
    failed_at = found.failed_creation_at
    return found.may_expire and failed_at is not None and now - failed_at >= FAILURE_GRACE


def build_failure_note(notes: IdleNotes, now: datetime) -> IdleNote:
    return IdleNote(
        at=now,
        event=FAILED_CREATION_DELETED,
        message="Its creation has failed, and onFailure is delete.",
        expiry_warnings_sent=notes.expiry_warnings_sent,
    )
