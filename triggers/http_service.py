"""`/healthz` and `/openapi.json`: the service about itself."""

import logging

import azure.functions as func
import grpc

from triggers.errors import error_response, json_response
from triggers.openapi import build_openapi
from triggers.task_hub import DurableClient

logger = logging.getLogger(__name__)


async def get_health(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    """200 when requests can be taken in, which needs the task hub."""
    try:
        await client.get_orchestration_state("healthz", fetch_payloads=False)
    except grpc.aio.AioRpcError as error:
        logger.warning("task hub unreachable: %s", error.code())
        message = "The task hub does not answer. Requests are refused until it does."
        return error_response(503, "TaskHubUnreachable", message, headers={"Retry-After": "5"})
    return json_response({"status": "Healthy"})


async def get_openapi(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    return json_response(build_openapi())
