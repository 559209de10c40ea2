"""`/environments`: create, read, list, replace, delete."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import azure.functions as func

from domain.environment.operation import OperationKind
from domain.environment.record import EnvironmentRecord
from domain.environment.views import build_etag, describe_environment
from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.validation import parse_spec
from triggers import task_hub
from triggers.bodies import decode_json
from triggers.errors import error_response, json_response, problems_response
from triggers.http_answers import origin_of, start_and_answer, unknown_environment
from triggers.queries import parse_flag, parse_list_query, read_header
from triggers.task_hub import DurableClient


async def create_environment(
    req: func.HttpRequest, client: DurableClient, allowed_regions: Sequence[str]
) -> func.HttpResponse:
    spec = _read_spec(req, allowed_regions)
    if isinstance(spec, list):
        return problems_response(spec)
    return await start_and_answer(req, client, OperationKind.PROVISION, spec.name, spec=spec)


async def replace_environment(
    req: func.HttpRequest, client: DurableClient, allowed_regions: Sequence[str]
) -> func.HttpResponse:
    name = req.route_params["name"]
    spec = _read_spec(req, allowed_regions)
    if isinstance(spec, list):
        return problems_response(spec)
    if spec.name != name:
        problem = Problem("NameMismatch", f"Give '{name}', the name in the URL.", "name")
        return problems_response([problem])
    record = await task_hub.read_record(client, name)
    if record is not None and (stale := _stale(req, record)):
        return stale
    return await start_and_answer(req, client, OperationKind.UPDATE, name, spec=spec)


async def delete_environment(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    name = req.route_params["name"]
    force = parse_flag(req, "force")
    if isinstance(force, Problem):
        return problems_response([force])
    record = await task_hub.read_record(client, name)
    if record is None or record.is_deleted:
        return func.HttpResponse(status_code=204)
    if stale := _stale(req, record):
        return stale
    return await start_and_answer(req, client, OperationKind.DELETE, name, force=force)


async def get_environment(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    record = await task_hub.read_record(client, req.route_params["name"])
    if record is None or record.is_deleted:
        return unknown_environment(req.route_params["name"])
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
        body["nextLink"] = f"{origin_of(req)}/environments?{urlencode(parameters)}"
    return json_response(body)


async def list_events(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    """The timeline; it outlives its environment until another one takes the name."""
    record = await task_hub.read_record(client, req.route_params["name"])
    if record is None:
        return unknown_environment(req.route_params["name"])
    return json_response({"value": [event.to_wire() for event in record.events]})


def _read_spec(
    req: func.HttpRequest, allowed_regions: Sequence[str]
) -> EnvironmentSpec | list[Problem]:
    body = decode_json(req.get_body())
    if isinstance(body, Problem):
        return [body]
    return parse_spec(body, allowed_regions, datetime.now(UTC))


def _stale(req: func.HttpRequest, record: EnvironmentRecord) -> func.HttpResponse | None:
    wanted = read_header(req, "If-Match")
    if wanted in (None, "*", build_etag(record)):
        return None
    message = f"The environment has changed: its ETag is {build_etag(record)}. Read it again."
    return error_response(412, "PreconditionFailed", message, target="header If-Match")
