"""`/environments/{name}/idle-advice`: what other idle settings would have cost."""

from datetime import UTC, datetime

import azure.functions as func

from domain.sweep.idle_advice import advise_on_idle
from triggers import task_hub
from triggers.declarations import Call
from triggers.errors import json_response
from triggers.http_answers import unknown_environment
from triggers.parameters import HeaderParameters, QueryParameters


async def get_idle_advice(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    name = call.req.route_params["name"]
    record = await task_hub.read_record(call.client, name)
    if record is None or record.is_deleted:
        return unknown_environment(name)
    return json_response(advise_on_idle(record, datetime.now(UTC)))
