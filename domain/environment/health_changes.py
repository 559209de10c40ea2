"""How the health on an environment's record changes."""

from domain.environment.health import HEALTH_CHANGED, RecordHealth
from domain.environment.phases import IN_MOTION
from domain.environment.record import EnvironmentRecord
from domain.environment.transitions import add_event, touch


def record_health(record: EnvironmentRecord, noted: RecordHealth) -> EnvironmentRecord:
    """The record with the health found, and an event on its timeline if the status changed.

    An operation that has started since, or a result that is already recorded, changes nothing.
    """
    found, known = noted.health, record.health
    is_outdated = record.sequence != noted.sequence or record.phase in IN_MOTION
    if is_outdated or record.is_deleted or found.checked_at is None:
        return record
    is_late = known.checked_at is not None and found.checked_at < known.checked_at
    if is_late or not found.differs_from(known):
        return record
    if found.status is known.status:
        health = found.model_copy(update={"since": known.since})
        return record.model_copy(update={"health": health, **touch(record, found.checked_at)})
    codes = ", ".join(dict.fromkeys(finding.code for finding in found.findings))
    return add_event(
        record.model_copy(update={"health": found.model_copy(update={"since": found.checked_at})}),
        found.checked_at,
        HEALTH_CHANGED,
        f"{known.status} -> {found.status}" + (f": {codes}" if codes else ""),
    )
