"""The JSON bodies of the management API, shaped as the Durable extension shapes them."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote

from aiohttp import web
from azure.durable_functions.http import HttpManagementPayload
from durabletask.client import OrchestrationState, OrchestrationStatus

from emulators.functions_host.durable_client_binding import WEBHOOK_PATH, required_query

RUNNING_RETRY_SECONDS = 5
STARTED_RETRY_SECONDS = 10
_NAMES = {
    OrchestrationStatus.RUNNING: "Running",
    OrchestrationStatus.COMPLETED: "Completed",
    OrchestrationStatus.FAILED: "Failed",
    OrchestrationStatus.TERMINATED: "Terminated",
    OrchestrationStatus.CONTINUED_AS_NEW: "ContinuedAsNew",
    OrchestrationStatus.PENDING: "Pending",
    OrchestrationStatus.SUSPENDED: "Suspended",
}
STATUSES = {name: status for status, name in _NAMES.items()}
FINISHED = frozenset(
    {OrchestrationStatus.COMPLETED, OrchestrationStatus.FAILED, OrchestrationStatus.TERMINATED}
)


class Refusal(Exception):
    """A request that is answered with an error status.

    `bare`: the body is the message as a JSON string, where the extension does not use its error
    object `{"Message": ...}`.
    """

    def __init__(self, status: int, message: str | None = None, *, bare: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.bare = bare


def error_response(status: int, message: str | None, *, bare: bool = False) -> web.Response:
    if message is None:
        return web.Response(status=status)
    return json_response(message if bare else {"Message": message}, status=status)


def json_response(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)


def status_name(state: OrchestrationState) -> str:
    return _NAMES[state.runtime_status]


def instance_body(state: OrchestrationState, *, show_input: bool) -> dict[str, Any]:
    output = parsed(state.serialized_output)
    if output is None and state.failure_details is not None:
        output = state.failure_details.message
    return {
        "name": state.name,
        "instanceId": state.instance_id,
        "runtimeStatus": status_name(state),
        "input": parsed(state.serialized_input) if show_input else None,
        "customStatus": parsed(state.serialized_custom_status),
        "output": output,
        "createdTime": written_time(state.created_at),
        "lastUpdatedTime": written_time(state.last_updated_at),
    }


def parsed(payload: str | None) -> Any:
    """Payloads are JSON text; what is not stays the text it is, and '' is no payload."""
    if not payload:
        return None
    try:
        return json.loads(payload)
    except ValueError:
        return payload


def written_time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def precise_time(at: datetime) -> str:
    """A .NET time as JSON: fractions of a second without the zeros at their end."""
    fraction = at.strftime(".%f").rstrip("0").rstrip(".")
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def check_status_response(request: web.Request, instance_id: str, hub_name: str) -> web.Response:
    """Answer 202 with the management URLs, as a starter function would."""
    origin = f"{request.scheme}://{request.host}"
    urls = HttpManagementPayload(
        instance_id,
        f"{origin}{WEBHOOK_PATH}/instances/{quote(instance_id, safe='')}",
        required_query(hub_name),
    )
    # The extension leaves this one out of its own answer; only the Python client adds it.
    urls.pop("rewindPostUri")
    response = json_response(urls, status=202)
    response.headers["Location"] = urls["statusQueryGetUri"]
    response.headers["Retry-After"] = str(STARTED_RETRY_SECONDS)
    return response
