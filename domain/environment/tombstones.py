"""What stays of an environment that was deleted long ago: ids of its operations never repeat."""

from datetime import datetime

from domain.environment.idle_notes import IdleNotes
from domain.environment.record import EnvironmentRecord


def bury(record: EnvironmentRecord, deleted_before: datetime) -> EnvironmentRecord | None:
    """The record with its name, sequence, owner and deletion; None if nothing changes."""
    if not record.is_deleted or record.updated_at >= deleted_before:
        return None
    *_, deletion = record.operations
    buried = record.model_copy(
        update={
            "spec": record.spec.without_payload(),
            "endpoint": None,
            "cells": (),
            "kept_pools": {},
            "placements": {},
            "applied": None,
            "idle_notes": IdleNotes(),
            "own_requests": {},
            "operations": (deletion.model_copy(update={"steps": ()}),),
            "events": record.events[-1:],
            "requests": (),
        }
    )
    return None if buried == record else buried
