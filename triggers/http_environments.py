"""`/environments`: create, read, list, replace, delete."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import azure.functions as func

from domain.directory.selection import Selection
from domain.environment.operation import OperationKind
from domain.environment.version_views import build_version_list
from domain.environment.views import EnvironmentPage, build_event_list
from domain.guard.costs import build_priced_view
from domain.problem import Problem
from domain.requests.command import Command
from domain.requests.entity_tags import matches_weakly
from triggers.declarations import Call
from triggers.directory import find_environments
from triggers.errors import json_response, problems_response
from triggers.http_answers import start_and_answer, unknown_environment
from triggers.market import read_prices
from triggers.parameters import (
    DeletionQuery,
    HeaderParameters,
    ListQuery,
    QueryParameters,
    ReadHeaders,
    StartHeaders,
)
from triggers.spec_bodies import read_requested
from triggers.visible import read_visible


async def request_creation(call: Call[QueryParameters, StartHeaders]) -> func.HttpResponse:
    requested = await read_requested(call)
    if isinstance(requested, func.HttpResponse):
        return requested
    command = Command(
        OperationKind.PROVISION,
        requested.spec.name,
        requested.spec,
        conditions=call.headers.conditions,
        caller=call.headers.caller,
        based_on=requested.based_on,
    )
    return await start_and_answer(call, command)


async def request_update(
    call: Call[QueryParameters, StartHeaders],
) -> func.HttpResponse:
    name = call.req.route_params["name"]
    requested = await read_requested(call)
    if isinstance(requested, func.HttpResponse):
        return requested
    if requested.spec.name != name:
        problem = Problem("NameMismatch", f"Use '{name}', the name in the URL.", "name")
        return problems_response([problem])
    command = Command(
        OperationKind.UPDATE,
        name,
        requested.spec,
        conditions=call.headers.conditions,
        caller=call.headers.caller,
        based_on=requested.based_on,
    )
    return await start_and_answer(call, command)


async def request_deletion(
    call: Call[DeletionQuery, StartHeaders],
) -> func.HttpResponse:
    command = Command(
        OperationKind.DELETE,
        call.req.route_params["name"],
        force=call.query.force,
        conditions=call.headers.conditions,
        caller=call.headers.caller,
    )
    return await start_and_answer(call, command)


async def get_environment(call: Call[QueryParameters, ReadHeaders]) -> func.HttpResponse:
    name = call.req.route_params["name"]
    record = await read_visible(call, name)
    if record is None or record.is_deleted:
        return unknown_environment(name)
    headers = {"ETag": record.etag}
    known = call.headers.if_none_match
    if known is not None and matches_weakly(known, record.etag):
        return func.HttpResponse(status_code=304, headers=headers)
    prices = await read_prices(call.client, call.deployment.read_market, record.regions)
    view = build_priced_view(record, prices, datetime.now(UTC))
    return json_response(view, headers=headers)


async def list_environments(call: Call[ListQuery, HeaderParameters]) -> func.HttpResponse:
    """A page may be shorter than asked for, also where another one follows."""
    query = call.query
    wanted = Selection(
        after=query.after,
        size=query.page_size,
        phases=(query.phase,) if query.phase else None,
        health=query.health,
        cost_center=query.cost_center,
        cost_centers=call.scope.cost_centers,
    )
    found = await find_environments(call.client)
    page, selected = await found.read(wanted)
    next_link = None
    if selected.next_after:
        parameters = {**call.req.params, "skiptoken": selected.next_after}
        next_link = f"/environments?{urlencode(parameters)}"
    now = datetime.now(UTC)
    regions = (region for record in page for region in record.regions)
    prices = await read_prices(call.client, call.deployment.read_market, regions)
    views = tuple(build_priced_view(record, prices, now) for record in page)
    return json_response(EnvironmentPage(value=views, next_link=next_link))


async def list_versions(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    """What an environment that is deleted has run is not listed."""
    name = call.req.route_params["name"]
    record = await read_visible(call, name)
    if record is None or record.is_deleted:
        return unknown_environment(name)
    return json_response(build_version_list(record))


async def list_events(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    """The timeline, which outlives its environment until the name is reused."""
    name = call.req.route_params["name"]
    record = await read_visible(call, name)
    if record is None:
        return unknown_environment(name)
    return json_response(build_event_list(record.events))
