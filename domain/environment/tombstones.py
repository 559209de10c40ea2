"""What stays of an environment that was deleted long ago: ids of its operations never repeat."""

from datetime import datetime

from domain.environment.record import NOTHING_BUILT, EnvironmentRecord


def bury(record: EnvironmentRecord, deleted_before: datetime) -> EnvironmentRecord | None:
    """The record with its name, sequence, owner, deletion and cost; None if nothing changes."""
    if not record.is_deleted or record.updated_at >= deleted_before:
        return None
    *_, deletion = record.operations
    buried = record.model_copy(
        update={
            **NOTHING_BUILT,
            "spec": record.spec.without_payload(),
            "own_requests": {},
            "operations": (deletion.model_copy(update={"steps": ()}),),
            "events": record.events[-1:],
            "requests": (),
        }
    )
    return None if buried == record else buried
