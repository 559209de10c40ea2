"""`/environments/{name}/invocations`: who invoked the model, from Log Analytics."""

from datetime import UTC, datetime

import azure.functions as func

from domain.problem import Problem
from domain.serving.invocations.log_answer import LogRefusal, LogRows
from domain.serving.invocations.page import build_page
from domain.serving.invocations.query import InvocationQuery, decide_window, render_call
from triggers.declarations import Call
from triggers.errors import error_response, json_response, problems_response
from triggers.http_answers import unknown_environment
from triggers.invocation_parameters import InvocationListQuery
from triggers.parameters import HeaderParameters
from triggers.visible import read_visible


async def list_invocations(
    call: Call[InvocationListQuery, HeaderParameters],
) -> func.HttpResponse:
    """As long as the environment is on record, deleted or not."""
    name, now = call.req.route_params["name"], datetime.now(UTC)
    query = _read_query(call.query, name, now)
    if isinstance(query, Problem):
        return problems_response([query])
    if await read_visible(call, name) is None:
        return unknown_environment(name)
    read_logs = call.deployment.read_logs
    if read_logs is None:
        return _not_configured()
    match await read_logs(render_call(query)):
        case LogRows(rows):
            return json_response(build_page(query, rows, now))
        case LogRefusal() as refusal:
            return _refused(refusal)


def _read_query(asked: InvocationListQuery, name: str, now: datetime) -> InvocationQuery | Problem:
    window = decide_window(asked.start, asked.end, now)
    if isinstance(window, Problem):
        return window
    if asked.position and not window.start <= asked.position.time < window.end:
        message = "Take it unchanged from nextLink, together with from and to."
        return Problem("InvalidQueryParameter", message, "query skiptoken")
    return InvocationQuery(name, window, asked.page_size, asked.caller, asked.position)


def _not_configured() -> func.HttpResponse:
    message = (
        "The app has no Log Analytics workspace to read invocations from: set LOG_WORKSPACE_ID."
    )
    return error_response(501, "LogWorkspaceNotConfigured", message)


def _refused(refusal: LogRefusal) -> func.HttpResponse:
    reason = f"{refusal.code}: {refusal.message}"
    if refusal.retry_after_seconds is None:
        message = f"Log Analytics refuses the query: {reason}"
        return error_response(502, "LogWorkspaceRefused", message)
    headers = {"Retry-After": str(refusal.retry_after_seconds)}
    message = f"Log Analytics has not answered completely: {reason}"
    return error_response(503, "LogWorkspaceUnavailable", message, headers=headers)
