"""`/operations/{id}`: the status monitor of one operation."""

import azure.functions as func

from domain.environment.operation import parse_operation_id
from domain.environment.views import describe_operation
from triggers import task_hub
from triggers.errors import json_response, not_found
from triggers.task_hub import DurableClient

RETRY_AFTER_SECONDS = 5


async def get_operation(req: func.HttpRequest, client: DurableClient) -> func.HttpResponse:
    """200 also when the operation failed: the failure is in its body."""
    operation_id = req.route_params["id"]
    parsed = parse_operation_id(operation_id)
    record = await task_hub.read_record(client, parsed.environment) if parsed else None
    operation = record.find_operation(operation_id) if record else None
    if operation is None:
        return not_found("OperationNotFound", f"There is no operation '{operation_id}'.")
    headers = {} if operation.has_ended else {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return json_response(describe_operation(operation), headers=headers)
