"""Logs requests and the ends of operations, with the fields that identify them."""

import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import azure.functions as func

from domain.environment.metric_history import newest_growth
from domain.environment.record import EnvironmentRecord

logger = logging.getLogger("gridplane.requests")
traffic = logging.getLogger("gridplane.traffic")
operations = logging.getLogger("gridplane.operations")
changes = logging.getLogger("gridplane.audit")


async def answer_and_log(
    req: func.HttpRequest, answer: Callable[[], Awaitable[func.HttpResponse]]
) -> func.HttpResponse:
    started = time.monotonic()
    response = await answer()
    location = response.headers.get("Location", "")
    monitor = response.headers.get("Operation-Location", "")
    environment = req.route_params.get("name") or location.rpartition("/")[2]
    logger.info(
        "%s %s: %d",
        req.method,
        req.url,
        response.status_code,
        extra={
            "environment": environment,
            "operation": req.route_params.get("id") or monitor.rpartition("/")[2],
            "resource_id": f"/environments/{environment}" if environment else "",
            "duration_ms": round((time.monotonic() - started) * 1000),
        },
    )
    return response


def log_change(before: EnvironmentRecord | None, after: EnvironmentRecord) -> None:
    log_operation_end(before, after)
    log_traffic(before, after)


def log_traffic(before: EnvironmentRecord | None, after: EnvironmentRecord) -> None:
    """What a look at the counters of an environment has seen, where anything had moved; the
    workbook in infra/ parses it. A figure that is not known is `None`."""
    seen = newest_growth(before.metric_history if before else None, after.metric_history)
    if seen is None:
        return
    traffic.info(
        "traffic seen: %s requests=%s errors=%s tokens_in=%s tokens_out=%s gpu_percent=%s "
        "busy_replicas=%s",
        after.name,
        *seen[1:],
        extra={"environment": after.name},
    )


def log_operation_end(before: EnvironmentRecord | None, after: EnvironmentRecord) -> None:
    """One line per operation that ended between the two records; an alert in infra/ parses it."""
    ended_before = {o.id for o in before.operations if o.has_ended} if before else set[str]()
    for operation in after.operations:
        if not operation.has_ended or operation.id in ended_before:
            continue
        failure = operation.failure
        operations.log(
            logging.WARNING if failure else logging.INFO,
            "operation ended: %s %s %s %s",
            operation.id,
            operation.kind,
            operation.status,
            failure.reason if failure else "None",
            extra={"environment": after.name, "operation": operation.id},
        )


def log_audit(record: Mapping[str, Any]) -> None:
    """One line per record of the audit, on the wire; a function of the workspace parses it."""
    changes.info(
        "audit: %s",
        json.dumps(record, separators=(",", ":")),
        extra={
            "environment": record.get("environment", ""),
            "operation": record.get("operationId", ""),
        },
    )
