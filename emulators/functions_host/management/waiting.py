"""Answers who has started an orchestration: at once, or with its output if they want to wait."""

from aiohttp import web
from durabletask.client import AsyncTaskHubGrpcClient, OrchestrationState, OrchestrationStatus

from emulators.functions_host.management import requests
from emulators.functions_host.management.answers import (
    Refusal,
    check_status_response,
    instance_body,
    json_response,
    parsed,
)


async def answer_started(
    request: web.Request, client: AsyncTaskHubGrpcClient, instance_id: str, hub_name: str
) -> web.Response:
    """Wait `timeout` seconds if that and `pollingInterval` are given; nothing polls meanwhile."""
    timeout = requests.number(request, "timeout")
    interval = requests.number(request, "pollingInterval")
    state = None
    if timeout is not None and interval is not None:
        if interval > timeout:
            message = f"Total timeout {timeout:g} should be bigger than retry timeout {interval:g}"
            raise Refusal(400, message)
        state = await _finished(client, instance_id, timeout)
    if state is None:
        return check_status_response(request, instance_id, hub_name)
    if state.runtime_status is OrchestrationStatus.COMPLETED:
        return json_response(parsed(state.serialized_output))
    show_input = requests.flag(request, "showInput", True)
    return json_response(instance_body(state, show_input=show_input))


async def _finished(
    client: AsyncTaskHubGrpcClient, instance_id: str, timeout: float
) -> OrchestrationState | None:
    try:
        return await client.wait_for_orchestration_completion(instance_id, timeout=timeout)
    except TimeoutError:
        return None
