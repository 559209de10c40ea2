"""Calls activities; one that raises in every attempt returns a failed outcome."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from durabletask.task import RetryPolicy, Task, TaskFailedError

from domain.durable.names import ActivityName
from domain.environment.failures import unexpected_failure
from domain.outcomes import ACTIVITY_FAILED, Outcome
from orchestrators.operation_context import Orchestration, Steps

ACTIVITY_RETRY = RetryPolicy(
    first_retry_interval=timedelta(seconds=2),
    max_number_of_attempts=4,
    backoff_coefficient=2.0,
)
"""For exceptions only, which are process crashes and bugs: expected failures are values."""


def call_activity(
    run: Orchestration, activity: ActivityName, value: Mapping[str, Any]
) -> Steps[Outcome]:
    task: Task[Any] = run.context.call_activity(activity, input=value, retry_policy=ACTIVITY_RETRY)
    try:
        return Outcome.from_wire((yield task))
    except TaskFailedError as error:
        failure = unexpected_failure(ACTIVITY_FAILED, activity, error.details.message)
        return Outcome.failed(failure)
