"""`POST /sweeps` runs the sweep by hand, `GET /sweeps/latest` shows what the last one decided."""

import azure.functions as func

from domain.problem import Problem
from triggers.bodies import decode_json
from triggers.errors import json_response, not_found, problems_response
from triggers.http_answers import RETRY_AFTER_SECONDS, origin_of
from triggers.queries import parse_flag
from triggers.sweeping import read_sweep, start_sweep
from triggers.task_hub import DurableClient


async def post_sweep(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    """202 also when a sweep is running already: its result is where this one's would be."""
    dry_run = _parse_dry_run(req)
    if isinstance(dry_run, Problem):
        return problems_response([dry_run])
    await start_sweep(client, dry_run=dry_run)
    query = "?dryRun=true" if dry_run else ""
    headers = {
        "Location": f"{origin_of(req)}/sweeps/latest{query}",
        "Retry-After": str(RETRY_AFTER_SECONDS),
    }
    return json_response({"status": "Running"}, 202, headers)


async def get_latest_sweep(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    dry_run = parse_flag(req, "dryRun")
    if isinstance(dry_run, Problem):
        return problems_response([dry_run])
    sweep = await read_sweep(client, dry_run=dry_run)
    if sweep is None:
        return not_found("SweepNotFound", "No sweep has run yet. POST /sweeps runs one.")
    return json_response(sweep)


def _parse_dry_run(req: func.HttpRequest) -> bool | Problem:
    body = decode_json(req.get_body() or b"{}")
    match body:
        case Problem():
            return body
        case {"dryRun": bool(dry_run)} if body == {"dryRun": dry_run}:
            return dry_run
        case {} if not body:
            return False
        case _:
            return Problem("InvalidBody", 'Send {"dryRun": true}, or nothing.', "dryRun")
