"""HTTP responses to requests that start operations.

URLs in headers are relative references: the Host header of a request names any host.
"""

from dataclasses import replace

import azure.functions as func

from domain.environment.operation import OperationKind
from domain.environment.operation_views import OperationReference, build_operation_view
from domain.requests.command import Command
from domain.requests.decision import (
    Forbidden,
    NotFound,
    PreconditionFailed,
    Refused,
    environment_not_found,
)
from triggers.declarations import Call
from triggers.errors import error_response, json_response
from triggers.parameters import QueryParameters, StartHeaders
from triggers.starting import Accepted, decide_and_start

POLL_AFTER_SECONDS = 5
"""Retry-After of operations and sweeps that are in progress."""


async def start_and_answer[Query: QueryParameters, Headers: StartHeaders](
    call: Call[Query, Headers], command: Command
) -> func.HttpResponse:
    """202 with the operation, 204 or 404 without an environment, 409 or 412 if refused."""
    sent = {"requested_by": call.caller_id, "stamp": call.stamp}
    caller = command.caller.model_copy(update=sent)
    command = replace(command, caller=caller, scope=call.scope)
    market, policy = call.deployment.read_market, call.policy
    match await decide_and_start(call.client, command, market, policy, call.policy_file):
        case Accepted() as accepted:
            return accept(command.name, accepted, command.caller.request_id)
        case Refused() as refusal:
            return refuse(refusal)
        case NotFound() if command.kind is OperationKind.DELETE:
            return func.HttpResponse(status_code=204)
        case NotFound():
            return unknown_environment(command.name)


def unknown_environment(name: str) -> func.HttpResponse:
    problem = environment_not_found(name)
    return error_response(404, problem.code, problem.message)


def accept(name: str, accepted: Accepted, request_id: str | None = None) -> func.HttpResponse:
    headers = {
        "Location": f"/environments/{name}",
        "Operation-Location": f"/operations/{accepted.operation_id}",
        "Retry-After": str(POLL_AFTER_SECONDS),
    }
    if request_id:
        headers["Repeatability-Result"] = "accepted"
    if accepted.operation is None:
        return json_response(OperationReference(id=accepted.operation_id), 202, headers)
    return json_response(build_operation_view(accepted.operation), 202, headers)


def refuse(refusal: Refused) -> func.HttpResponse:
    match refusal:
        case PreconditionFailed(code, message, target=target):
            return error_response(412, code, message, target=target)
        case Forbidden(code, message, target=target):
            return error_response(403, code, message, target=target)
        case _:
            return _conflict(refusal)


def _conflict(refusal: Refused) -> func.HttpResponse:
    headers = {"Retry-After": str(POLL_AFTER_SECONDS)}
    if refusal.operation_id:
        headers["Operation-Location"] = f"/operations/{refusal.operation_id}"
    return error_response(
        409,
        refusal.code,
        refusal.message,
        target=refusal.target,
        details=refusal.details,
        headers=headers,
    )
