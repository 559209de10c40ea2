"""`/costs`: what environments have cost, by day."""

from datetime import UTC, datetime

import azure.functions as func

from domain.guard.billed_costs import reconcile
from domain.guard.costs import build_cost_report
from domain.problem import Problem
from domain.spec.cost_centers import is_same_center
from triggers import task_hub
from triggers.declarations import Call
from triggers.errors import json_response, problems_response
from triggers.market import read_prices
from triggers.parameters import CostsQuery, HeaderParameters


async def get_costs(call: Call[CostsQuery, HeaderParameters]) -> func.HttpResponse:
    """Deleted environments as well, for as long as their records are kept."""
    query, now = call.query, datetime.now(UTC)
    last = query.last or now.date()
    first = query.first or last.replace(day=1)
    if first > last:
        message = f"Send a day that is not after {last.isoformat()}, the last one."
        return problems_response([Problem("InvalidQueryParameter", message, "query from")])

    def admits(cost_center: str) -> bool:
        is_asked_for = query.cost_center is None or is_same_center(query.cost_center, cost_center)
        return is_asked_for and call.scope.admits(cost_center)

    records = [
        record
        async for record in task_hub.scan_records(call.client)
        if any(map(admits, record.all_cost_centers))
    ]
    regions = (region for record in records for region in record.regions)
    prices = await read_prices(call.client, call.deployment.read_market, regions)
    report = build_cost_report(records, prices, first, last, now, admits)
    read_billed = call.deployment.read_billed
    if read_billed:
        own = [each for each in records if admits(each.spec.cost_center)]
        billed = reconcile(own, report.value, await read_billed(first, last), now)
        report = report.model_copy(update={"billed": billed})
    return json_response(report)
