"""`/healthz` and `/openapi.json`: the service's health and its API description."""

import logging
from typing import Literal

import azure.functions as func
import grpc
from pydantic import Field

from domain.guard.policy.in_force import PolicyState, PolicyStatus
from domain.wire import WireModel
from triggers.declarations import Call
from triggers.errors import json_response, task_hub_unreachable
from triggers.parameters import AnyQueryParameters, HeaderParameters

logger = logging.getLogger(__name__)


class HealthAnswer(WireModel):
    """The service accepts requests."""

    status: Literal["Healthy"] = Field(
        description="Always Healthy; any other state is an error response."
    )
    policy_file: PolicyStatus | None = Field(
        default=None,
        description="Which version of the policy file is in force, and why a later one is not. "
        "Absent where none is configured.",
    )
    commit: str | None = Field(
        default=None,
        description="Commit that the app was built from. Absent where the deployment did not say.",
    )


async def get_health(call: Call[AnyQueryParameters, HeaderParameters]) -> func.HttpResponse:
    """200 if requests are accepted; 503 on any failure of the task hub."""
    try:
        await call.client.get_orchestration_state("healthz", fetch_payloads=False)
    except grpc.aio.AioRpcError as error:
        logger.warning("task hub unreachable: %s", error.code())
        return task_hub_unreachable()
    status = (await call.deployment.read_policy()).status
    answer = HealthAnswer(
        status="Healthy",
        policy_file=None if status.state is PolicyState.NONE else status,
        commit=call.deployment.build_commit,
    )
    return json_response(answer)


async def get_openapi(call: Call[AnyQueryParameters, HeaderParameters]) -> func.HttpResponse:
    # Imported on the first request: building the document takes 0.3 s of a cold start.
    from triggers.openapi import build_openapi_json

    return func.HttpResponse(build_openapi_json(), mimetype="application/json")
