"""Starts orchestrations by HTTP, and waits for them when the caller asks for it."""

import uuid

from aiohttp import web
from durabletask.client import AsyncTaskHubGrpcClient, OrchestrationStatus

from functions_host.functions import FunctionIndex, TriggerKind
from functions_host.management import requests
from functions_host.management.answers import (
    FINISHED,
    Refusal,
    check_status_response,
    instance_body,
    json_response,
    parsed,
)


class Starts:
    def __init__(
        self, client: AsyncTaskHubGrpcClient, functions: FunctionIndex, hub_name: str
    ) -> None:
        self._client = client
        self._functions = functions
        self._hub_name = hub_name

    async def start(self, request: web.Request) -> web.Response:
        name = request.match_info["function"]
        if self._functions.durable(TriggerKind.ORCHESTRATION, name) is None:
            raise Refusal(
                400,
                f"The function '{name}' doesn't exist, is disabled, or is not an orchestrator "
                "function.",
            )
        instance_id = await self._client.schedule_new_orchestration(
            name,
            input=await requests.json_body(request),
            instance_id=await self._free_id(request.match_info.get("instance")),
            version=request.query.get("version"),
        )
        timeout = requests.number(request, "timeout")
        if timeout is not None and requests.number(request, "pollingInterval") is not None:
            return await self._wait(request, instance_id, timeout)
        return check_status_response(request, instance_id, self._hub_name)

    async def _free_id(self, wanted: str | None) -> str:
        if not wanted:
            return uuid.uuid4().hex
        state = await self._client.get_orchestration_state(wanted, fetch_payloads=False)
        if state is not None and state.runtime_status not in FINISHED:
            raise Refusal(409, f"An Orchestration instance with ID '{wanted}' already exists.")
        return wanted

    async def _wait(self, request: web.Request, instance_id: str, timeout: float) -> web.Response:
        try:
            state = await self._client.wait_for_orchestration_completion(
                instance_id, timeout=timeout
            )
        except TimeoutError:
            state = None
        if state is None:
            return check_status_response(request, instance_id, self._hub_name)
        if state.runtime_status is OrchestrationStatus.COMPLETED:
            return json_response(parsed(state.serialized_output))
        return json_response(instance_body(state, show_input=True))
