"""`/environments/{name}/metrics`: traffic, GPU nodes and cost over time."""

from datetime import UTC, datetime

import azure.functions as func

from domain.guard.metrics import build_metrics, latest_moment
from domain.problem import Problem
from domain.serving.invocations.query import decide_window
from triggers.declarations import Call
from triggers.errors import json_response, problems_response
from triggers.http_answers import unknown_environment
from triggers.market import read_prices
from triggers.parameters import HeaderParameters
from triggers.sweeping import read_sweep
from triggers.visible import read_visible
from triggers.window_parameters import WindowQuery


async def get_metrics(call: Call[WindowQuery, HeaderParameters]) -> func.HttpResponse:
    name = call.req.route_params["name"]
    record = await read_visible(call, name)
    if record is None or record.is_deleted:
        return unknown_environment(name)
    now = latest_moment(record, datetime.now(UTC))
    window = decide_window(call.query.start, call.query.end, now)
    if isinstance(window, Problem):
        return problems_response([window])
    prices = await read_prices(call.client, call.deployment.read_market, record.regions)
    sweep = await read_sweep(call.client, dry_run=False)
    last_sweep = sweep.summary.started_at if sweep and sweep.summary else None
    found = build_metrics(record, prices, window.start, window.end, now, last_sweep)
    return json_response(found)
