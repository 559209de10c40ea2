"""Serves a request as its route declares it: checks app role and origin, decodes, calls the
handler.

A task hub that does not respond is a 503 of every route.
"""

import logging

import azure.functions as func
import grpc

from triggers.access import PRINCIPAL_ID, refuse_without_role
from triggers.bodies import find_oversize, is_json
from triggers.cross_origin import refuse_cross_origin
from triggers.declarations import Call, Deployment, Route
from triggers.errors import error_response, problems_response, task_hub_unreachable
from triggers.logs import answer_and_log
from triggers.parameters import (
    HEADER,
    HeaderParameters,
    QueryParameters,
    parse_headers,
    parse_query,
    read_header,
)
from triggers.task_hub import UNREACHABLE, DurableClient

logger = logging.getLogger(__name__)

_CONTENT_TYPE = "Content-Type"


async def answer_request[Query: QueryParameters, Headers: HeaderParameters](
    route: Route[Query, Headers],
    req: func.HttpRequest,
    client: DurableClient,
    deployment: Deployment,
) -> func.HttpResponse:
    async def answer() -> func.HttpResponse:
        role = route.role if deployment.requires_app_roles else None
        if role and (refusal := refuse_without_role(req, role)):
            return refusal
        if refusal := refuse_cross_origin(req):
            return refusal
        try:
            return await _answer_call(route, req, client, deployment)
        except grpc.aio.AioRpcError as error:
            if error.code() not in UNREACHABLE:
                raise
            logger.warning("task hub unreachable: %s", error.code())
            return task_hub_unreachable()

    return await answer_and_log(req, answer)


async def _answer_call[Query: QueryParameters, Headers: HeaderParameters](
    route: Route[Query, Headers],
    req: func.HttpRequest,
    client: DurableClient,
    deployment: Deployment,
) -> func.HttpResponse:
    if route.body and (refusal := _refuse_body(req)):
        return refusal
    query, headers = parse_query(route.query, req), parse_headers(route.headers, req)
    if isinstance(query, list) or isinstance(headers, list):
        return problems_response(
            [problem for found in (query, headers) if isinstance(found, list) for problem in found]
        )
    caller_id = read_header(req, PRINCIPAL_ID) if deployment.requires_app_roles else None
    return await route.handler(Call(req, client, query, headers, deployment, caller_id))


def _refuse_body(req: func.HttpRequest) -> func.HttpResponse | None:
    body = req.get_body()
    if oversize := find_oversize(body):
        return error_response(413, oversize.code, oversize.message)
    if body and not is_json(read_header(req, _CONTENT_TYPE)):
        message = f"Send the body as JSON, with '{_CONTENT_TYPE}: application/json'."
        target = f"{HEADER} {_CONTENT_TYPE}"
        return error_response(415, "UnsupportedMediaType", message, target=target)
    return None
