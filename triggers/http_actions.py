"""`POST /environments/{name}/wake` and `/scale-down`."""

import azure.functions as func

from domain.requests import decide_scale_down, decide_wake
from triggers.http_answers import start_and_answer
from triggers.task_hub import DurableClient


async def wake(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    return await start_and_answer(req, client, req.route_params["name"], decide_wake)


async def scale_down(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    return await start_and_answer(req, client, req.route_params["name"], decide_scale_down)
