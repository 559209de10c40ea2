"""Starts orchestrations by HTTP."""

import uuid

from aiohttp import web
from durabletask.client import AsyncTaskHubGrpcClient

from emulators.functions_host.functions import FunctionIndex, TriggerKind
from emulators.functions_host.management import requests
from emulators.functions_host.management.answers import FINISHED, Refusal
from emulators.functions_host.management.waiting import answer_started


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
            version=requests.text(request, "version"),
        )
        return await answer_started(request, self._client, instance_id, self._hub_name)

    async def _free_id(self, wanted: str | None) -> str:
        if not wanted:
            return uuid.uuid4().hex
        state = await self._client.get_orchestration_state(wanted, fetch_payloads=False)
        if state is not None and state.runtime_status not in FINISHED:
            raise Refusal(409, f"An Orchestration instance with ID '{wanted}' already exists.")
        return wanted
