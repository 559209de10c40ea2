"""Bodies that bring a specification: itself, or the plan that was made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import azure.functions as func
from pydantic import Field

from domain.arm.merge_existing import as_mapping
from domain.guard.plan import StoredPlan, find_planned_environment
from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.resolved_model import parse_resolved
from domain.wire import WireModel
from triggers.bodies import PLAN_ID, decode_json
from triggers.declarations import Call
from triggers.errors import error_response, problems_response
from triggers.models import find_deleted_version, find_named_model
from triggers.parameters import QueryParameters, StartHeaders
from triggers.plans import find_plan


class PlanReference(WireModel):
    """A plan to carry out exactly."""

    plan_id: str = Field(
        max_length=128,
        description="Id of the plan. It is refused once it has expired, or the environment has "
        "changed since.",
        examples=["fraud-llm.0.1f0c9d2a7b3e"],
    )


@dataclass(frozen=True, slots=True)
class Requested:
    """A valid specification."""

    spec: EnvironmentSpec
    based_on: int | None = None
    """Number of the operation that its plan is based on; None without a plan."""


async def read_requested(
    call: Call[QueryParameters, StartHeaders],
) -> Requested | func.HttpResponse:
    body, now = decode_json(call.req.get_body()), datetime.now(UTC)
    if isinstance(body, Problem):
        return problems_response([body])
    document = as_mapping(body)
    if PLAN_ID not in document:
        return await _parse(call, body, now, None)
    plan = await _find(call, document, now)
    if isinstance(plan, func.HttpResponse):
        return plan
    if deleted := await find_deleted_version(call.client, plan.spec):
        message = f"{deleted} Then make another plan."
        return error_response(412, "PlanIsStale", message, target=PLAN_ID)
    return await _parse(call, plan.spec.to_wire(), now, plan.based_on)


async def _find(
    call: Call[QueryParameters, StartHeaders], body: Mapping[str, Any], now: datetime
) -> StoredPlan | func.HttpResponse:
    plan_id = body[PLAN_ID]
    if set(body) != {PLAN_ID} or not isinstance(plan_id, str) or len(plan_id) > 128:
        message = "Send the plan's id, a string, and no other field: the plan has them."
        return problems_response([Problem("InvalidValue", message, PLAN_ID)])
    plan = await find_plan(call.client, plan_id) if find_planned_environment(plan_id) else None
    if plan is None or plan.expires_at <= now or not call.scope.admits(plan.spec.cost_center):
        message = f"There is no plan '{plan_id}', or it has expired. Make it with POST /plans."
        return error_response(404, "PlanNotFound", message, target=PLAN_ID)
    return plan


async def _parse(
    call: Call[QueryParameters, StartHeaders], body: object, now: datetime, based_on: int | None
) -> Requested | func.HttpResponse:
    """Again for a plan, too: the deployment's rules may have changed since."""
    model = await find_named_model(call.client, body)
    spec = parse_resolved(body, model, call.policy, now)
    return problems_response(spec) if isinstance(spec, list) else Requested(spec, based_on)
