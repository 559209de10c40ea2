"""Logs every activity with the fields that identify its environment and operation."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from clients.answers import NoAnswer
from clients.factory import ClientFactory
from domain.arm.failures import no_answer
from domain.environment.operation import parse_operation_id
from domain.outcomes import Outcome

logger = logging.getLogger("gridplane.activities")

type Activity = Callable[[dict[str, Any], ClientFactory], Awaitable[Outcome]]


async def run_activity[*Clients](
    activity: Callable[[dict[str, Any], *Clients], Awaitable[Outcome]],
    value: dict[str, Any],
    *clients: *Clients,
) -> Outcome:
    """Runs the activity; NoAnswer is an expected failure and becomes a failed outcome."""
    started = time.monotonic()
    try:
        outcome = await activity(value, *clients)
    except NoAnswer as error:
        outcome = Outcome.failed(no_answer(str(error)))
    failure = outcome.failure
    operation_id = value.get("operationId", "")
    parsed = parse_operation_id(operation_id)
    logger.log(
        logging.WARNING if failure else logging.INFO,
        "%s of %s: %s%s",
        activity.__name__,
        operation_id,
        outcome.status,
        f" ({failure.reason}: {failure.message})" if failure else "",
        extra={
            "environment": parsed.environment if parsed else value.get("environment", ""),
            "operation": operation_id,
            "resource_id": outcome.resource_id or "",
            "duration_ms": round((time.monotonic() - started) * 1000),
        },
    )
    return outcome
