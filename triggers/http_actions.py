"""`POST /environments/{name}/wake` and `/scale-down`."""

import azure.functions as func

from domain.environment.operation import OperationKind
from triggers.http_answers import start_and_answer
from triggers.task_hub import DurableClient


async def wake(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    return await start_and_answer(req, client, OperationKind.WAKE, req.route_params["name"])


async def scale_down(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    return await start_and_answer(req, client, OperationKind.SCALE_DOWN, req.route_params["name"])
