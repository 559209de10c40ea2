"""`/environments`: create, read, list, delete."""

import json
import logging
import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import azure.functions as func
import grpc

from domain.environment import EnvironmentRecord, build_etag, describe_environment
from domain.operations import describe_operation
from domain.problems import Problem
from domain.requests import (
    Absent,
    Known,
    Refused,
    Start,
    decide_create,
    decide_delete,
    is_live,
)
from domain.validation import parse_spec
from triggers import task_hub
from triggers.errors import error_response, json_response, not_found, problems_response
from triggers.queries import parse_flag, parse_list_query, read_header
from triggers.task_hub import DurableClient

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
START_ATTEMPTS = 3


async def create_environment(
    req: func.HttpRequest, client: DurableClient, allowed_regions: Sequence[str]
) -> func.HttpResponse:
    try:
        body: object = json.loads(req.get_body())
    except (ValueError, RecursionError) as error:
        return error_response(400, "InvalidJson", f"The body is not valid JSON: {error}.")
    spec = parse_spec(body, allowed_regions)
    if isinstance(spec, list):
        return problems_response(spec)
    request_id = read_header(req, "Repeatability-Request-ID")
    if request_id is not None and not _is_uuid(request_id):
        problem = Problem("InvalidHeader", "Send a UUID.", "header Repeatability-Request-ID")
        return problems_response([problem])
    for _ in range(START_ATTEMPTS):
        record = await task_hub.read_record(client, spec.name)
        decision = decide_create(record, spec, request_id)
        if isinstance(decision, Refused):
            return _refused(req, decision)
        if await _started(client, decision):
            answer = await _accepted(req, client, spec.name, decision)
            if request_id:
                answer.headers["Repeatability-Result"] = "accepted"
            return answer
    return _contended(spec.name)


async def delete_environment(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    name = req.route_params["name"]
    force = parse_flag(req, "force")
    if isinstance(force, Problem):
        return problems_response([force])
    for _ in range(START_ATTEMPTS):
        record = await task_hub.read_record(client, name)
        if record is not None and (stale := _stale(req, record)):
            return stale
        decision = decide_delete(record, force)
        if isinstance(decision, Absent):
            return func.HttpResponse(status_code=204)
        if await _started(client, decision):
            return await _accepted(req, client, name, decision)
    return _contended(name)


async def get_environment(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    record = await task_hub.read_record(client, req.route_params["name"])
    if record is None or not is_live(record):
        return _unknown(req.route_params["name"])
    etag = build_etag(record)
    if read_header(req, "If-None-Match") == etag:
        return func.HttpResponse(status_code=304, headers={"ETag": etag})
    return json_response(describe_environment(record), headers={"ETag": etag})


async def list_environments(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    query = parse_list_query(req)
    if isinstance(query, list):
        return problems_response(query)
    matching = [
        record
        for record in await task_hub.list_records(client)
        if record.name > query.after
        and query.phase in (None, record.phase)
        and query.cost_center in (None, record.spec.cost_center)
    ]
    page = matching[: query.page_size]
    body: dict[str, Any] = {"value": [describe_environment(record) for record in page]}
    if len(matching) > len(page):
        parameters = {**req.params, "skiptoken": page[-1].name}
        body["nextLink"] = f"{_origin(req)}/environments?{urlencode(parameters)}"
    return json_response(body)


async def list_events(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    """The timeline; it outlives its environment until another one takes the name."""
    record = await task_hub.read_record(client, req.route_params["name"])
    if record is None:
        return _unknown(req.route_params["name"])
    return json_response({"value": [event.to_wire() for event in record.events]})


async def _started(client: DurableClient, decision: Start | Known) -> bool:
    """False if somebody else started an operation meanwhile: read and decide again."""
    if isinstance(decision, Known):
        return True
    request = decision.request
    try:
        await task_hub.start(client, request)
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.ALREADY_EXISTS:
            return False
        raise
    logger.info(
        "%s started",
        request.kind,
        extra={"environment": request.spec.name, "operation": request.operation_id},
    )
    return True


async def _accepted(
    req: func.HttpRequest, client: DurableClient, name: str, decision: Start | Known
) -> func.HttpResponse:
    operation_id = (
        decision.operation_id if isinstance(decision, Known) else decision.request.operation_id
    )
    record = await task_hub.read_record(client, name)
    operation = record.find_operation(operation_id) if record else None
    body = describe_operation(operation) if operation else {"id": operation_id}
    headers = {
        "Location": f"{_origin(req)}/environments/{name}",
        "Operation-Location": f"{_origin(req)}/operations/{operation_id}",
        "Retry-After": str(RETRY_AFTER_SECONDS),
    }
    return json_response(body, 202, headers)


def _refused(req: func.HttpRequest, refusal: Refused) -> func.HttpResponse:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if refusal.operation_id:
        headers["Operation-Location"] = f"{_origin(req)}/operations/{refusal.operation_id}"
    return error_response(409, refusal.code, refusal.message, target="name", headers=headers)


def _stale(req: func.HttpRequest, record: EnvironmentRecord) -> func.HttpResponse | None:
    wanted = read_header(req, "If-Match")
    if wanted in (None, "*", build_etag(record)):
        return None
    message = f"The environment has changed: its ETag is {build_etag(record)}. Read it again."
    return error_response(412, "PreconditionFailed", message, target="header If-Match")


def _contended(name: str) -> func.HttpResponse:
    message = f"Other requests for environment '{name}' got in first. Send the request again."
    return error_response(
        409, "ConcurrentRequests", message, headers={"Retry-After": str(RETRY_AFTER_SECONDS)}
    )


def _unknown(name: str) -> func.HttpResponse:
    return not_found("EnvironmentNotFound", f"There is no environment '{name}'.")


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _origin(req: func.HttpRequest) -> str:
    url = urlsplit(req.url)
    return f"{url.scheme}://{url.netloc}"
