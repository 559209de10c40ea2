"""Logs every request with the fields by which a person follows one environment."""

import logging
import time
from collections.abc import Awaitable, Callable

import azure.functions as func

logger = logging.getLogger("gridplane.requests")


async def run_logged(
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
