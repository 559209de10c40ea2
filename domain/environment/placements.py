"""How the record follows the placement of cells while an operation tries their offers."""

from domain.environment.operation import Operation
from domain.environment.record import EnvironmentRecord
from domain.environment.transitions import add_event
from domain.placement.attempts import (
    AttemptStatus,
    CellPlacement,
    OfferAttempt,
    RecordAttempt,
)

EVENTS = {
    AttemptStatus.REFUSED: "OfferRefused",
    AttemptStatus.SKIPPED: "OfferSkipped",
}
"""Type of the event on the timeline; the steps tell of the others."""


def record_attempt(record: EnvironmentRecord, recorded: RecordAttempt) -> EnvironmentRecord | None:
    """The record with the attempt on its operation; one that begins places the cell.

    None if the operation has ended, or if another cell is in the region of an attempt that begins:
    names are derived from environment and region, so a region has room for one.
    """
    operation, attempt = record.find_operation(recorded.operation_id), recorded.attempt
    if operation is None or operation.has_ended or _is_taken(record, attempt):
        return None
    changed = _with_attempt(operation, attempt)
    operations = tuple(changed if o.id == changed.id else o for o in record.operations)
    record = record.model_copy(
        update={"operations": operations, "placements": _with_placement(record, attempt)}
    )
    event = EVENTS.get(attempt.status, "OfferTried")
    return add_event(record, attempt.at, event, _describe(attempt), operation_id=operation.id)


def _is_taken(record: EnvironmentRecord, attempt: OfferAttempt) -> bool:
    others = (cell for cell in record.spec.regions if cell != attempt.cell)
    begins = attempt.status is AttemptStatus.RUNNING
    return begins and attempt.offer.region in {record.region_of(cell) for cell in others}


def _with_attempt(operation: Operation, attempt: OfferAttempt) -> Operation:
    attempts = operation.attempts
    known = {(each.cell, each.offer): index for index, each in enumerate(attempts)}
    index = known.get((attempt.cell, attempt.offer), len(attempts))
    changed = (*attempts[:index], attempt, *attempts[index + 1 :])
    return operation.model_copy(update={"attempts": changed, "last_action_at": attempt.at})


def _with_placement(record: EnvironmentRecord, attempt: OfferAttempt) -> dict[str, CellPlacement]:
    if attempt.status is AttemptStatus.SKIPPED:
        return record.placements
    is_refused = attempt.status is AttemptStatus.REFUSED
    placement = CellPlacement(offer=attempt.offer, is_refused=is_refused)
    return {**record.placements, attempt.cell: placement}


def _describe(attempt: OfferAttempt) -> str:
    why = f" ({attempt.failure.reason})" if attempt.failure else ""
    return f"{attempt.offer.describe()}: {attempt.status}{why}"
