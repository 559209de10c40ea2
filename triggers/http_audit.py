"""`/audit`: who has asked for which change, and what was decided."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import azure.functions as func

from domain.audit.query import AuditPosition, AuditQuery
from domain.audit.record import AuditPage, AuditRecord
from domain.problem import Problem
from domain.serving.invocations.query import Window, decide_window
from domain.wire import format_time
from triggers.audit_parameters import AuditListQuery
from triggers.auditing import find_records
from triggers.declarations import Call
from triggers.errors import json_response, problems_response
from triggers.parameters import HeaderParameters


async def list_audit(call: Call[AuditListQuery, HeaderParameters]) -> func.HttpResponse:
    asked = call.query
    window = decide_window(asked.start, asked.end, datetime.now(UTC))
    if isinstance(window, Problem):
        return problems_response([window])
    query = AuditQuery(
        start=window.start,
        end=window.end,
        size=asked.page_size,
        admits=call.scope.admits,
        actor=asked.actor,
        environment=asked.environment,
        after=asked.position,
    )
    found = await find_records(call.client, query)
    page = tuple(found[: query.size])
    next_link = _next_link(call, window, page[-1]) if len(found) > query.size else None
    return json_response(AuditPage(value=page, next_link=next_link))


def _next_link(
    call: Call[AuditListQuery, HeaderParameters], window: Window, last: AuditRecord
) -> str:
    """With the times of the window, which otherwise moves on with the clock."""
    times = {"from": format_time(window.start), "to": format_time(window.end)}
    parameters = {**call.req.params, **times, "skiptoken": str(AuditPosition.of(last))}
    return f"/audit?{urlencode(parameters)}"
