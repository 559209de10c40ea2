"""`/environments/{name}/logs`: what the model's container wrote, page by page."""

from collections.abc import Mapping

import azure.functions as func

from domain.environment.record import EnvironmentRecord
from domain.problem import Problem
from domain.serving.pod_logs import (
    LOG_POLL_SECONDS,
    LogRefusalCode,
    PodLogPage,
    PodLogQuery,
    PodLogRefusal,
)
from triggers.declarations import Call
from triggers.errors import RETRY_AFTER_SECONDS, error_response, json_response, problems_response
from triggers.http_answers import unknown_environment
from triggers.log_parameters import LogQuery
from triggers.parameters import HeaderParameters
from triggers.visible import read_visible

STATUS_OF: Mapping[LogRefusalCode, int] = {
    LogRefusalCode.POD_NOT_FOUND: 404,
    LogRefusalCode.LOG_NOT_AVAILABLE: 409,
    LogRefusalCode.CLUSTER_UNREACHABLE: 503,
}


async def read_pod_log(call: Call[LogQuery, HeaderParameters]) -> func.HttpResponse:
    """A page, as a function may answer for 230 s at most and does not stream on every plan."""
    name = call.req.route_params["name"]
    record = await read_visible(call, name)
    if record is None or record.is_deleted:
        return unknown_environment(name)
    query = _build_query(record, call.query)
    if isinstance(query, Problem):
        return problems_response([query])
    answer = await call.deployment.read_pod_log(query)
    if isinstance(answer, PodLogPage):
        return json_response(answer, headers={"Retry-After": str(LOG_POLL_SECONDS)})
    return _refuse_log(answer)


def _build_query(record: EnvironmentRecord, asked: LogQuery) -> PodLogQuery | Problem:
    regions = record.regions
    region = asked.region or regions[0]
    if region not in regions:
        message = f"The environment is in {', '.join(regions)}: send one of these."
        return Problem("InvalidQueryParameter", message, "query region")
    return PodLogQuery(record.name, region, asked.pod, asked.previous, asked.tail, asked.position)


def _refuse_log(refusal: PodLogRefusal) -> func.HttpResponse:
    status = STATUS_OF[refusal.code]
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == 503 else None
    return error_response(status, refusal.code, refusal.message, headers=headers)
