"""Serves a request as its route declares it: checks app role and origin, decodes, calls the
handler.

A task hub that does not respond is a 503 of every route.
"""

import logging
from typing import Any

import azure.functions as func
import grpc

from domain.environment.call_stamp import CallStamp
from domain.guard.policy.access import read_access_rules
from domain.guard.policy.model import Policy
from domain.problem import Problem
from domain.requests.principal import Principal
from domain.requests.scopes import EVERYTHING, find_scope
from triggers.access import read_principal, refuse_without_role
from triggers.auditing import audit_response
from triggers.bodies import find_oversize, is_json
from triggers.call_stamps import stamp_request
from triggers.cross_origin import refuse_cross_origin
from triggers.declarations import Admitted, Call, Deployment, Route
from triggers.errors import (
    error_response,
    policy_unavailable,
    problems_response,
    task_hub_unreachable,
)
from triggers.logs import answer_and_log
from triggers.parameters import (
    HEADER,
    HeaderParameters,
    QueryParameters,
    parse_headers,
    parse_query,
    read_header,
)
from triggers.task_hub import FAILING, UNREACHABLE, DurableClient

logger = logging.getLogger(__name__)

_CONTENT_TYPE = "Content-Type"


async def answer_request[Query: QueryParameters, Headers: HeaderParameters](
    route: Route[Query, Headers],
    req: func.HttpRequest,
    client: DurableClient,
    deployment: Deployment,
) -> func.HttpResponse:
    developer = deployment.developer
    principal = read_principal(req) if deployment.requires_app_roles else developer
    stamp = stamp_request(route, req, principal)

    async def answer() -> func.HttpResponse:
        admitted = await _admit(route, req, deployment, principal, stamp)
        if isinstance(admitted, func.HttpResponse):
            return admitted
        try:
            return await _answer_call(route, req, client, deployment, admitted)
        except grpc.aio.AioRpcError as error:
            if error.code() not in FAILING:
                raise
            if error.code() in UNREACHABLE:
                logger.warning("task hub unreachable: %s", error.code())
            else:
                logger.exception("task hub failed: %s", error.code())
            return task_hub_unreachable()

    async def answer_and_audit() -> func.HttpResponse:
        response = await answer()
        if stamp:
            await audit_response(client, stamp, route, req, response)
        return response

    return await answer_and_log(req, answer_and_audit)


async def _admit(
    route: Route[Any, Any],
    req: func.HttpRequest,
    deployment: Deployment,
    principal: Principal | None,
    stamp: CallStamp | None,
) -> Admitted | func.HttpResponse:
    refusal = refuse_without_role(principal, route.role) or refuse_cross_origin(req)
    if refusal:
        return refusal
    in_force = await deployment.read_policy()
    if in_force.policy is None and route.needs_policy:
        return policy_unavailable(in_force.status.problems)
    policy_file = in_force.policy or Policy()
    scope = find_scope(principal, read_access_rules(policy_file)) if route.role else EVERYTHING
    if isinstance(scope, Problem):
        return error_response(403, scope.code, scope.message)
    return Admitted(principal, scope, stamp, policy_file)


async def _answer_call[Query: QueryParameters, Headers: HeaderParameters](
    route: Route[Query, Headers],
    req: func.HttpRequest,
    client: DurableClient,
    deployment: Deployment,
    admitted: Admitted,
) -> func.HttpResponse:
    if route.body and (refusal := _refuse_body(req)):
        return refusal
    query, headers = parse_query(route.query, req), parse_headers(route.headers, req)
    if isinstance(query, list) or isinstance(headers, list):
        return problems_response(
            [problem for found in (query, headers) if isinstance(found, list) for problem in found]
        )
    return await route.handler(Call(req, client, query, headers, deployment, admitted))


def _refuse_body(req: func.HttpRequest) -> func.HttpResponse | None:
    body = req.get_body()
    if oversize := find_oversize(body):
        return error_response(413, oversize.code, oversize.message)
    if body and not is_json(read_header(req, _CONTENT_TYPE)):
        message = f"Send the body as JSON, with '{_CONTENT_TYPE}: application/json'."
        target = f"{HEADER} {_CONTENT_TYPE}"
        return error_response(415, "UnsupportedMediaType", message, target=target)
    return None
