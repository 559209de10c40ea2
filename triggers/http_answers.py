"""HTTP answers to requests that start operations."""

from urllib.parse import urlsplit

import azure.functions as func

from domain.operations import describe_operation
from domain.requests import Absent, Known, Refused
from triggers import task_hub
from triggers.errors import error_response, json_response, not_found
from triggers.starting import Decide, decide_and_start
from triggers.task_hub import DurableClient

RETRY_AFTER_SECONDS = 5


async def start_and_answer(
    req: func.HttpRequest, client: DurableClient, name: str, decide: Decide
) -> func.HttpResponse:
    """202 with the operation; 409 if the environment is in no state for it; 404 if it is not."""
    decision = await decide_and_start(client, name, decide)
    match decision:
        case Known(operation_id):
            return await _accepted(req, client, name, operation_id)
        case Refused():
            return _refused(req, decision)
        case Absent():
            return unknown_environment(name)


def unknown_environment(name: str) -> func.HttpResponse:
    return not_found("EnvironmentNotFound", f"There is no environment '{name}'.")


def origin_of(req: func.HttpRequest) -> str:
    url = urlsplit(req.url)
    return f"{url.scheme}://{url.netloc}"


async def _accepted(
    req: func.HttpRequest, client: DurableClient, name: str, operation_id: str
) -> func.HttpResponse:
    record = await task_hub.read_record(client, name)
    operation = record.find_operation(operation_id) if record else None
    body = describe_operation(operation) if operation else {"id": operation_id}
    headers = {
        "Location": f"{origin_of(req)}/environments/{name}",
        "Operation-Location": f"{origin_of(req)}/operations/{operation_id}",
        "Retry-After": str(RETRY_AFTER_SECONDS),
    }
    return json_response(body, 202, headers)


def _refused(req: func.HttpRequest, refusal: Refused) -> func.HttpResponse:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if refusal.operation_id:
        headers["Operation-Location"] = f"{origin_of(req)}/operations/{refusal.operation_id}"
    return error_response(409, refusal.code, refusal.message, target="name", headers=headers)
