"""HTTP answers to requests that start operations."""

from urllib.parse import urlsplit

import azure.functions as func

from domain.environment.operation import OperationKind
from domain.environment.views import describe_operation
from domain.problem import Problem
from domain.requests.decisions import AlreadyStarted, Command, NotFound, Refused
from domain.spec.model import EnvironmentSpec
from triggers import task_hub
from triggers.callers import read_caller
from triggers.errors import (
    environment_not_found,
    error_response,
    json_response,
    not_found,
    problems_response,
)
from triggers.starting import decide_and_start
from triggers.task_hub import DurableClient

RETRY_AFTER_SECONDS = 5


async def start_and_answer(
    req: func.HttpRequest,
    client: DurableClient,
    kind: OperationKind,
    name: str,
    *,
    spec: EnvironmentSpec | None = None,
    force: bool = False,
) -> func.HttpResponse:
    """202 with the operation; 409 if the environment is in no state for it; 404 if it is not."""
    caller = read_caller(req)
    if isinstance(caller, Problem):
        return problems_response([caller])
    match await decide_and_start(client, Command(kind, name, spec, force, caller=caller)):
        case AlreadyStarted(operation_id):
            answer = await _accepted(req, client, name, operation_id)
            if caller.request_id:
                answer.headers["Repeatability-Result"] = "accepted"
            return answer
        case Refused() as refusal:
            return _refused(req, refusal)
        case NotFound():
            return unknown_environment(name)


def unknown_environment(name: str) -> func.HttpResponse:
    problem = environment_not_found(name)
    return not_found(problem.code, problem.message)


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
    return error_response(
        409, refusal.code, refusal.message, target=refusal.target, headers=headers
    )
