"""`/healthz` and `/openapi.json`: the service's health and its API description."""

import logging
from typing import Literal

import azure.functions as func
import grpc
from pydantic import Field

from domain.wire import WireModel
from triggers.declarations import Call
from triggers.errors import error_response, json_response
from triggers.parameters import AnyQueryParameters, HeaderParameters

logger = logging.getLogger(__name__)


class HealthAnswer(WireModel):
    """The service accepts requests."""

    status: Literal["Healthy"] = Field(
        description="Always Healthy; any other state is an error response."
    )


async def get_health(call: Call[AnyQueryParameters, HeaderParameters]) -> func.HttpResponse:
    """200 if requests are accepted; 503 while the task hub does not respond."""
    try:
        await call.client.get_orchestration_state("healthz", fetch_payloads=False)
    except grpc.aio.AioRpcError as error:
        logger.warning("task hub unreachable: %s", error.code())
        message = "The task hub does not respond. Requests are refused until it does."
        return error_response(503, "TaskHubUnreachable", message, headers={"Retry-After": "5"})
    return json_response(HealthAnswer(status="Healthy"))


async def get_openapi(call: Call[AnyQueryParameters, HeaderParameters]) -> func.HttpResponse:
    # Imported on the first request: building the document takes 0.3 s of a cold start.
    from triggers.openapi import build_openapi_json

    return func.HttpResponse(build_openapi_json(), mimetype="application/json")
