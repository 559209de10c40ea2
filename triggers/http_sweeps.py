"""`POST /sweeps` runs a sweep manually, `GET /sweeps/latest` returns the latest one."""

import azure.functions as func
from pydantic import ValidationError

from domain.problem import Problem
from domain.sweep.views import SweepAnswer, SweepRequest
from triggers.bodies import decode_json
from triggers.declarations import Call
from triggers.errors import error_response, json_response, problems_response
from triggers.http_answers import POLL_AFTER_SECONDS
from triggers.parameters import HeaderParameters, LatestSweepQuery, QueryParameters
from triggers.sweeping import read_sweep, start_sweep


async def post_sweep(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    """202 even if a sweep is already running: its result has the same location."""
    request = _parse_request(call.req)
    if isinstance(request, Problem):
        return problems_response([request])
    await start_sweep(
        call.client,
        call.deployment.read_market,
        call.policy.allowed_regions,
        dry_run=request.dry_run,
    )
    query = "?dryRun=true" if request.dry_run else ""
    headers = {
        "Location": f"/sweeps/latest{query}",
        "Retry-After": str(POLL_AFTER_SECONDS),
    }
    return json_response(SweepAnswer(status="Running"), 202, headers)


async def get_latest_sweep(call: Call[LatestSweepQuery, HeaderParameters]) -> func.HttpResponse:
    sweep = await read_sweep(call.client, dry_run=call.query.dry_run)
    if sweep is None:
        return error_response(
            404, "SweepNotFound", "No sweep has run yet. POST /sweeps starts one."
        )
    return json_response(sweep)


def _parse_request(req: func.HttpRequest) -> SweepRequest | Problem:
    body = decode_json(req.get_body() or b"{}")
    if isinstance(body, Problem):
        return body
    try:
        return SweepRequest.model_validate(body, by_alias=True, by_name=False)
    except ValidationError:
        return Problem("InvalidBody", 'Send {"dryRun": true}, or no body.', "dryRun")
