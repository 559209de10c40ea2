"""Logs every activity with the fields by which a person follows one environment."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from activities.arm_outcomes import no_answer
from clients.answers import NoAnswer
from clients.factory import ClientFactory
from domain.environment.operation import environment_of
from domain.outcomes import Outcome

logger = logging.getLogger("gridplane.activities")

type Activity = Callable[[dict[str, Any], ClientFactory], Awaitable[Outcome]]


async def run_logged(activity: Activity, value: dict[str, Any], clients: ClientFactory) -> Outcome:
    """Run it; that nobody answered is to be expected now and then, and becomes a value, too."""
    started = time.monotonic()
    try:
        outcome = await activity(value, clients)
    except NoAnswer as error:
        outcome = no_answer(error)
    failure = outcome.failure
    logger.log(
        logging.WARNING if failure else logging.INFO,
        "%s of %s: %s%s",
        activity.__name__,
        value["operationId"],
        outcome.status,
        f" ({failure.reason}: {failure.message})" if failure else "",
        extra={
            "environment": environment_of(value["operationId"]),
            "operation": value["operationId"],
            "resource_id": outcome.resource_id or "",
            "duration_ms": round((time.monotonic() - started) * 1000),
        },
    )
    return outcome
