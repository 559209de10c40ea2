"""`POST /environments/{name}/wake`, `/scale-down`, `/repair`, `/retry` and `/cancel`."""

import azure.functions as func

from domain.environment.operation import OperationKind
from domain.requests.command import CANCEL, RETRY, Command, CommandKind
from triggers.declarations import Call
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


async def _request(
    call: Call[QueryParameters, StartHeaders], kind: CommandKind
) -> func.HttpResponse:
    name = call.req.route_params["name"]
    headers = call.headers
    command = Command(kind, name, conditions=headers.conditions, caller=headers.caller)
    return await start_and_answer(call, command)
