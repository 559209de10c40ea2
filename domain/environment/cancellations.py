"""Who has asked for the end of an operation, and why."""

from pydantic import AwareDatetime

from domain.environment.operation import Cancellation
from domain.environment.record import EnvironmentRecord
from domain.environment.transitions import add_event, with_operation
from domain.wire import WireModel


class NoteCancellation(WireModel):
    """A cancellation, to be recorded before it reaches its operation."""

    operation_id: str
    at: AwareDatetime
    cancellation: Cancellation


def note_cancellation(
    record: EnvironmentRecord, note: NoteCancellation
) -> EnvironmentRecord | None:
    """None for one that was asked for before, or has ended."""
    operation, asked = record.find_operation(note.operation_id), note.cancellation
    if operation is None or operation.has_ended or operation.cancellation:
        return None
    record = with_operation(record, operation.model_copy(update={"cancellation": asked}))
    return add_event(
        record,
        note.at,
        "CancelRequested",
        f"{operation.kind}: {asked.describe()}",
        operation_id=operation.id,
        actor=asked.actor,
    )
