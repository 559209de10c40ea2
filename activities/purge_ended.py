"""Deletes one batch of histories of orchestrations that ended long ago."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from durabletask.client import OrchestrationStatus, PurgeInstancesResult

from domain.durable.inputs import PurgeInput
from domain.outcomes import Outcome

PURGED_STATUSES = (
    OrchestrationStatus.COMPLETED,
    OrchestrationStatus.FAILED,
    OrchestrationStatus.TERMINATED,
)
BATCH_TIMEOUT = timedelta(minutes=2)
"""Below the host's limit of 5 minutes for a function."""


class HistoryPurger(Protocol):
    """The part of the durable client that deletes histories."""

    async def purge_orchestrations_by(
        self,
        created_time_from: datetime | None = None,
        created_time_to: datetime | None = None,
        runtime_status: list[OrchestrationStatus] | None = None,
        recursive: bool = False,
        timeout: timedelta | None = None,
    ) -> PurgeInstancesResult: ...


async def purge_ended(value: dict[str, Any], hub: HistoryPurger) -> Outcome:
    purge = PurgeInput.from_wire(value)
    result = await hub.purge_orchestrations_by(
        created_time_to=purge.before, runtime_status=list(PURGED_STATUSES), timeout=BATCH_TIMEOUT
    )
    return Outcome.succeeded(
        instances=result.deleted_instance_count, isComplete=result.is_complete is not False
    )
