"""`/operations/{id}`: the status monitor of one operation."""

import azure.functions as func

from domain.environment.operation_views import build_operation_view
from triggers.declarations import Call
from triggers.errors import error_response, json_response
from triggers.http_answers import POLL_AFTER_SECONDS
from triggers.parameters import HeaderParameters, QueryParameters
from triggers.visible import read_visible_operation


async def get_operation(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    """200 even if the operation failed: the error is in the body."""
    operation_id = call.req.route_params["id"]
    operation = await read_visible_operation(call, operation_id)
    if operation is None:
        message = f"There is no operation '{operation_id}'."
        return error_response(404, "OperationNotFound", message)
    headers = {} if operation.has_ended else {"Retry-After": str(POLL_AFTER_SECONDS)}
    return json_response(build_operation_view(operation), headers=headers)
