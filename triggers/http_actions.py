"""`POST /environments/{name}/wake`, `/scale-down`, `/repair`, `/retry`, `/cancel`, `/rollback`."""

from typing import Any, cast

import azure.functions as func

from domain.environment.operation import OperationKind
from domain.environment.version_views import RollbackRequest
from domain.problem import Problem
from domain.requests.command import CANCEL, RETRY, ROLLBACK, Command, CommandKind
from domain.spec.validation import find_field_problems
from triggers.bodies import decode_json
from triggers.declarations import Call
from triggers.errors import problems_response
from triggers.http_answers import start_and_answer
from triggers.parameters import QueryParameters, StartHeaders


async def request_wake(call: Call[QueryParameters, StartHeaders]) -> func.HttpResponse:
    return await _request(call, OperationKind.WAKE)


async def request_scale_down(call: Call[QueryParameters, StartHeaders]) -> func.HttpResponse:
    return await _request(call, OperationKind.SCALE_DOWN)


async def request_repair(call: Call[QueryParameters, StartHeaders]) -> func.HttpResponse:
    return await _request(call, OperationKind.REPAIR)


async def request_retry(call: Call[QueryParameters, StartHeaders]) -> func.HttpResponse:
    return await _request(call, RETRY)


async def request_cancel(call: Call[QueryParameters, StartHeaders]) -> func.HttpResponse:
    return await _request(call, CANCEL)


async def request_rollback(call: Call[QueryParameters, StartHeaders]) -> func.HttpResponse:
    """Without a body, to the version before."""
    wanted = _read_rollback(call.req.get_body())
    if isinstance(wanted, list):
        return problems_response(wanted)
    headers = call.headers
    command = Command(
        ROLLBACK,
        call.req.route_params["name"],
        conditions=headers.conditions,
        caller=headers.caller,
        to_version=wanted.to_version,
        reason=wanted.reason,
    )
    return await start_and_answer(call, command)


def _read_rollback(content: bytes) -> RollbackRequest | list[Problem]:
    body = decode_json(content or b"{}")
    if isinstance(body, Problem):
        return [body]
    if not isinstance(body, dict):
        return [Problem("InvalidBody", "Send a JSON object, or no body.", "")]
    document = cast("dict[str, Any]", body)
    problems = list(find_field_problems(RollbackRequest, document))
    return problems or RollbackRequest.from_wire(document)


async def _request(
    call: Call[QueryParameters, StartHeaders], kind: CommandKind
) -> func.HttpResponse:
    name = call.req.route_params["name"]
    headers = call.headers
    command = Command(kind, name, conditions=headers.conditions, caller=headers.caller)
    return await start_and_answer(call, command)
