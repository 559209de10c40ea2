"""Removes what is kept no longer.

1. Delete the histories of orchestrations that ended, batch by batch.
2. Reduce the records of deleted environments to what keeps ids from repeating.
3. Forget plans that have expired.
"""

from datetime import timedelta
from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import PurgeInput, PurgeRequest
from domain.durable.names import ActivityName
from domain.outcomes import Outcome
from orchestrators.activity_calls import call_activity
from orchestrators.operation_context import Orchestration, Steps, await_cancellation

BATCHES = 30
"""At two minutes each: what is left after an hour waits for the next purge."""


def purge_history(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    run = Orchestration(context, await_cancellation(context))
    before = run.now - timedelta(days=PurgeRequest.from_wire(value).retention_days)
    purge = PurgeInput(operation_id=context.instance_id, before=before).to_wire()
    expired = PurgeInput(operation_id=context.instance_id, before=run.now).to_wire()
    instances = 0
    for _ in range(BATCHES):
        purged = yield from call_activity(run, ActivityName.PURGE_ENDED, purge)
        if not purged.is_success:
            return purged.to_wire()
        instances += purged.result["instances"]
        if purged.result["isComplete"]:
            break
    buried = yield from call_activity(run, ActivityName.BURY_DELETED, purge)
    if not buried.is_success:
        return buried.to_wire()
    forgotten = yield from call_activity(run, ActivityName.FORGET_PLANS, expired)
    if not forgotten.is_success:
        return forgotten.to_wire()
    result = {"instances": instances, **buried.result, **forgotten.result}
    return Outcome.succeeded(**result).to_wire()
