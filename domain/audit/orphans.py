"""The record of an orphan's removal: no environment's record is there to show it."""

from datetime import UTC, datetime

from domain.audit.record import AuditDecision, AuditRecord
from domain.environment.call_stamp import Door

ORPHAN_REMOVED = "OrphanRemoved"
SWEEP_ACTOR = "sweep"


def build_orphan_record(environment: str, resource_id: str, at: datetime) -> AuditRecord:
    """One in an hour: until the deletion has ended each sweep joins it."""
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return AuditRecord(
        id=f"{resource_id.rpartition('/')[2]}.{ORPHAN_REMOVED}.{hour:%Y-%m-%dT%H}",
        at=at,
        door=Door.SWEEP,
        action=ORPHAN_REMOVED,
        decision=AuditDecision.ACCEPTED,
        detail=f"No environment has {resource_id}, and its grace period is over.",
        actor=SWEEP_ACTOR,
        environment=environment,
    )
