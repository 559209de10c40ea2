"""Which versions an environment has once an operation has started."""

from datetime import datetime

from domain.environment.former_version import FormerVersion
from domain.environment.operation_request import BRING_A_SPEC, BUILDS, OperationRequest
from domain.environment.record import EnvironmentRecord
from domain.environment.versions import EnvironmentVersion, add_version
from domain.outcomes import Status


def versions_after_start(
    record: EnvironmentRecord, request: OperationRequest, at: datetime
) -> tuple[EnvironmentVersion, ...]:
    """Records of earlier releases begin with what is built."""
    if request.kind not in BRING_A_SPEC:
        return record.versions
    known = record.versions or _present_version(record)
    added = EnvironmentVersion(
        version=record.generation + 1,
        operation_id=request.operation_id,
        at=at,
        status=Status.RUNNING,
        workload=request.spec.workload,
        requested_by=request.requested_by,
        rollback=request.rollback,
    )
    return add_version(known, added)


def _present_version(record: EnvironmentRecord) -> tuple[EnvironmentVersion, ...]:
    builds = [o for o in record.operations if o.kind in BUILDS and not o.was_never_begun]
    if not record.endpoint or not builds or record.has_failed:
        return ()
    latest = builds[-1]
    return (
        EnvironmentVersion(
            version=record.generation,
            operation_id=latest.id,
            at=latest.created_at,
            status=Status.SUCCEEDED,
            workload=record.spec.workload,
            image=record.image,
            requested_by=latest.requested_by,
        ),
    )


def keep_former(record: EnvironmentRecord, request: OperationRequest) -> FormerVersion | None:
    """What serves while the operation brings another version beside it."""
    if request.former is None:
        return None
    return FormerVersion(
        version=record.generation, workload=record.spec.workload, image=record.image
    )
