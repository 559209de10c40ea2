"""`POST /environments/{name}/wake`, `/scale-down` and `/retry`."""

import azure.functions as func

from domain.environment.operation import OperationKind
from domain.requests.command import RETRY, Command, CommandKind
from triggers.declarations import Call
from triggers.http_answers import start_and_answer
from triggers.parameters import QueryParameters, StartHeaders


async def request_wake(call: Call[QueryParameters, StartHeaders]) -> func.HttpResponse:
    return await _request(call, OperationKind.WAKE)


async def request_scale_down(call: Call[QueryParameters, StartHeaders]) -> func.HttpResponse:
    return await _request(call, OperationKind.SCALE_DOWN)


async def request_retry(call: Call[QueryParameters, StartHeaders]) -> func.HttpResponse:
    return await _request(call, RETRY)


async def _request(
    call: Call[QueryParameters, StartHeaders], kind: CommandKind
) -> func.HttpResponse:
    name = call.req.route_params["name"]
    return await start_and_answer(call, Command(kind, name, caller=call.headers.caller))
