"""What stays of an environment that was deleted long ago: ids of its operations never repeat."""

from datetime import datetime

from domain.environment.record import NOTHING_BUILT, EnvironmentRecord


def bury(record: EnvironmentRecord, deleted_before: datetime) -> EnvironmentRecord | None:
    """The record with its name, sequence, owner, deletion and cost; None if nothing changes."""
    if not record.is_deleted or record.updated_at >= deleted_before or is_buried(record):
        return None
    return _reduce(record)


def is_buried(record: EnvironmentRecord) -> bool:
    """Whether it is deleted and has nothing that burying takes away."""
    return record.is_deleted and _reduce(record) == record


def _reduce(record: EnvironmentRecord) -> EnvironmentRecord:
    *_, deletion = record.operations
    return record.model_copy(
        update={
            **NOTHING_BUILT,
            "spec": record.spec.without_payload(),
            "own_requests": {},
            "gpu_usage": record.gpu_usage.model_copy(update={"changes": ()}),
            "operations": (deletion.model_copy(update={"steps": ()}),),
            "events": record.events[-1:],
            "requests": (),
        }
    )
