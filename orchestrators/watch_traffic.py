"""Watches one share of the requests: until every gateway has it, and for its time after that.

1. Read the counters of all gateways in one activity.
2. Let the domain decide: go on, the time is over, or a bound is crossed.
3. Report what both versions have answered.
"""

from typing import Any

from durabletask.task import OrchestrationContext

from domain.durable.inputs import TrafficWatch
from domain.durable.names import ActivityName
from domain.outcomes import Outcome, Status
from domain.serving.share_watch import LOOK_SECONDS, ShareSeen, conclude, see
from domain.serving.traffic import TrafficLook
from orchestrators.activity_calls import call_activity
from orchestrators.operation_context import OperationContext, Steps
from orchestrators.step_reports import report_step, report_step_result
from orchestrators.waiting import READS_PER_RUN, continue_as_new, sleep_unless_canceled


def watch_traffic(context: OrchestrationContext, value: dict[str, Any]) -> Steps[Any]:
    watch = TrafficWatch.from_wire(value)
    operation = OperationContext.open(context, watch.operation)
    seen, traffic = watch.seen, watch.traffic.to_wire()
    report_step(operation, watch.step, Status.RUNNING, detail=seen.describe(watch.share))
    for _ in range(READS_PER_RUN):
        read = yield from call_activity(operation, ActivityName.GET_TRAFFIC, traffic)
        look = TrafficLook.from_wire(read.result["look"]) if read.is_success else None
        before, seen = seen, see(watch.share, seen, look, operation.now)
        outcome = conclude(watch.share, seen, look, operation.now, operation.ref.deadline)
        _report(operation, watch, before, seen, outcome)
        if outcome:
            return outcome.to_wire()
        if not (yield from sleep_unless_canceled(operation, LOOK_SECONDS)):
            report_step_result(operation, watch.step, Outcome.canceled())
            return Outcome.canceled().to_wire()
    return continue_as_new(operation, watch.model_copy(update={"seen": seen}).to_wire())


def _report(
    operation: OperationContext,
    watch: TrafficWatch,
    before: ShareSeen,
    seen: ShareSeen,
    outcome: Outcome | None,
) -> None:
    status = outcome.status if outcome else Status.RUNNING
    failure = outcome.failure if outcome else None
    detail = seen.describe(watch.share)
    if outcome or detail != before.describe(watch.share):
        report_step(operation, watch.step, status, detail=detail, failure=failure)
