"""Publishes one event about an environment, independently of its operations.

1. Publish; a transient failure is retried with growing delays until the deadline.
2. An event that was not published becomes a warning on the record. No operation waits for it.
"""

from datetime import timedelta
from typing import Any

from durabletask.task import OrchestrationContext

from domain import deadlines
from domain.durable.names import ActivityName
from domain.environment.record import RecordWarning
from domain.events.cloud_events import EventPublication
from domain.events.delivery import build_warning, decide_publish_delay
from domain.outcomes import Failure
from orchestrators.activity_calls import call_activity
from orchestrators.environment_proxy import EnvironmentProxy
from orchestrators.operation_context import Orchestration, Steps, await_cancellation
from orchestrators.waiting import sleep_unless_canceled


def deliver_event(context: OrchestrationContext, value: dict[str, Any]) -> Steps[dict[str, Any]]:
    publication = EventPublication.from_wire(value)
    run = Orchestration(context, await_cancellation(context))
    deadline = run.now + timedelta(seconds=deadlines.EVENT)
    outcome = yield from call_activity(run, ActivityName.PUBLISH_EVENT, value)
    attempts = 1
    while outcome.is_worth_retrying:
        delay = decide_publish_delay(attempts)
        in_time = run.now + timedelta(seconds=delay) <= deadline
        if not in_time or not (yield from sleep_unless_canceled(run, delay)):
            break
        outcome = yield from call_activity(run, ActivityName.PUBLISH_EVENT, value)
        attempts += 1
    if outcome.failure:
        _warn(run, publication, outcome.failure)
    return outcome.to_wire()


def _warn(run: Orchestration, publication: EventPublication, failure: Failure) -> None:
    warning = RecordWarning(
        operation_id=publication.operation_id,
        at=run.now,
        warning=build_warning(publication, failure),
    )
    EnvironmentProxy(run.context, publication.environment).signal_warning(warning)
