"""How the record goes back when an update goes back to the version that served before."""

from typing import Any

from domain.environment.operation import Cancellation
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.versions import EnvironmentVersion, Rollback, add_version
from domain.outcomes import Status

CANCELED = "The update was canceled."


def restore_former(record: EnvironmentRecord, end: OperationEnd) -> dict[str, Any]:
    """Its workload and image, as a version of its own; whatever else was specified stays."""
    former = record.former
    if former is None or not end.is_restored or record.active_operation != end.operation_id:
        return {"former": None}
    asked, reason = _find_reason(record, end)
    rollback = Rollback(
        from_version=record.generation,
        to_version=former.version,
        digest_before=record.versions[-1].digest if record.versions else None,
        digest=former.image_digest or former.workload.reference.digest,
        reason=reason,
    )
    restored = EnvironmentVersion(
        version=record.generation + 1,
        operation_id=end.operation_id,
        at=end.at,
        status=Status.SUCCEEDED,
        workload=former.workload,
        image=former.image,
        requested_by=asked and asked.actor,
        rollback=rollback,
    )
    return {
        "former": None,
        "spec": former.in_place_of(record.spec),
        "image": former.image,
        "generation": record.generation + 1,
        "versions": add_version(record.versions, restored),
    }


def _find_reason(record: EnvironmentRecord, end: OperationEnd) -> tuple[Cancellation | None, str]:
    """With who has asked for it, unless it went back by itself."""
    if failure := end.outcome.failure:
        return None, f"{failure.reason}: {failure.message}"
    operation = record.find_operation(end.operation_id)
    asked = operation.cancellation if operation else None
    return asked, (asked.reason if asked else None) or CANCELED
