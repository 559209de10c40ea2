"""`/plans` and `/offers`: what something would cost, and whether Azure would grant it."""

from datetime import UTC, datetime

import azure.functions as func

from domain.guard.plan import build_plan, store
from domain.guard.plan_check import Verdict
from domain.guard.size_offers import build_size_offers
from domain.problem import Problem
from domain.requests.scopes import find_foreign_cost_center
from domain.spec.resolved_model import parse_resolved
from triggers import task_hub
from triggers.bodies import decode_json
from triggers.declarations import Call
from triggers.errors import (
    error_response,
    json_response,
    problems_response,
    task_hub_unreachable,
)
from triggers.market import read_region
from triggers.models import find_named_model
from triggers.parameters import HeaderParameters, OffersQuery, QueryParameters
from triggers.plans import keep_plan
from triggers.situation import SituationReader


async def post_plan(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    body, now = decode_json(call.req.get_body()), datetime.now(UTC)
    if isinstance(body, Problem):
        return problems_response([body])
    model = await find_named_model(call.client, body)
    spec = parse_resolved(body, model, call.policy, now)
    if isinstance(spec, list):
        return problems_response(spec)
    if foreign := find_foreign_cost_center(spec.cost_center, call.scope):
        return error_response(403, foreign.code, foreign.message, target=foreign.target)
    record = await task_hub.read_record(call.client, spec.name)
    if record and not record.is_deleted and not call.scope.admits(record.spec.cost_center):
        message = "The name is taken. Choose another one."
        return error_response(409, "EnvironmentExists", message, target="name")
    market, policy_file = call.deployment.read_market, call.policy_file
    reader = SituationReader(call.client, market, policy_file, spec, record)
    situation = await reader.read_to_decide(
        lambda seen: build_plan(spec, seen, now).verdict is Verdict.FAIL,
        others=call.policy.allowed_regions,
    )
    plan = build_plan(spec, situation, now)
    is_kept = await keep_plan(call.client, store(plan, spec))
    return json_response(plan) if is_kept else task_hub_unreachable()


async def list_size_offers(call: Call[OffersQuery, HeaderParameters]) -> func.HttpResponse:
    query = call.query
    if query.region not in call.policy.allowed_regions:
        allowed = ", ".join(sorted(call.policy.allowed_regions))
        message = f"Name a region in which environments may be built: {allowed}."
        return problems_response([Problem("RegionNotAllowed", message, "query region")])
    market = await read_region(call.client, call.deployment.read_market, query.region)
    allow = call.policy_file.allow
    return json_response(build_size_offers(market, query.gpus, query.gpu_memory, allow))
