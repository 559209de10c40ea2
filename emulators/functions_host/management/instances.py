"""Management of orchestration instances: status, list, events, termination and the like."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from azure.durable_functions.internal.compat.history_projection import project_history
from durabletask.client import AsyncTaskHubGrpcClient, OrchestrationState, OrchestrationStatus

from emulators.functions_host.management import requests
from emulators.functions_host.management.answers import (
    FINISHED,
    RUNNING_RETRY_SECONDS,
    Refusal,
    instance_body,
    json_response,
    status_name,
)
from emulators.functions_host.management.pages import HubPages, InstanceFilter
from emulators.functions_host.management.waiting import answer_started

CONTINUATION_HEADER = "x-ms-continuation-token"
_DEFAULT_PAGE = 100
_GONE = 410


class Instances:
    def __init__(self, client: AsyncTaskHubGrpcClient, pages: HubPages, hub_name: str) -> None:
        self._client = client
        self._pages = pages
        self._hub_name = hub_name

    async def status(self, request: web.Request) -> web.Response:
        state = await self._existing(request)
        body = instance_body(state, show_input=requests.flag(request, "showInput", True))
        if requests.flag(request, "showHistory", False):
            body["historyEvents"] = project_history(
                await self._client.get_orchestration_history(state.instance_id),
                show_input=requests.flag(request, "showInput", True),
                show_history_output=requests.flag(request, "showHistoryOutput", False),
            )
        if state.runtime_status not in FINISHED:
            response = json_response(body, status=202)
            response.headers["Location"] = str(request.url)
            response.headers["Retry-After"] = str(RUNNING_RETRY_SECONDS)
            return response
        fails_loudly = requests.flag(request, "returnInternalServerErrorOnFailure", False)
        has_failed = state.runtime_status is OrchestrationStatus.FAILED
        return json_response(body, status=500 if has_failed and fails_loudly else 200)

    async def list(self, request: web.Request) -> web.Response:
        asked = InstanceFilter(
            id_prefix=requests.text(request, "instanceIdPrefix"),
            created_from=requests.time(request, "createdTimeFrom"),
            created_to=requests.time(request, "createdTimeTo"),
            statuses=requests.statuses(request),
            page_size=requests.page_size(request, _DEFAULT_PAGE),
        )
        page = await self._pages.instances(asked, request.headers.get(CONTINUATION_HEADER))
        show_input = requests.flag(request, "showInput", True)
        response = json_response(
            [instance_body(state, show_input=show_input) for state in page.items]
        )
        if page.continuation_token:
            response.headers[CONTINUATION_HEADER] = page.continuation_token
        return response

    async def raise_event(self, request: web.Request) -> web.Response:
        state = await self._unfinished(request)
        if request.content_type != "application/json":
            raise Refusal(400, "Only application/json request content is supported")
        await self._client.raise_orchestration_event(
            state.instance_id,
            request.match_info["event"],
            data=await requests.json_body(request),
        )
        return web.Response(status=202)

    async def terminate(self, request: web.Request) -> web.Response:
        state = await self._unfinished(request)
        await self._client.terminate_orchestration(
            state.instance_id, output=requests.text(request, "reason")
        )
        return web.Response(status=202)

    async def suspend(self, request: web.Request) -> web.Response:
        return await self._with_reason(request, self._client.suspend_orchestration)

    async def resume(self, request: web.Request) -> web.Response:
        return await self._with_reason(request, self._client.resume_orchestration)

    async def rewind(self, request: web.Request) -> web.Response:
        instance_id = request.match_info["instance"]
        state = await self._client.get_orchestration_state(instance_id)
        if state is None:
            # The dollar sign is the extension's.
            unknown = f'No orchestration with instance ID "${instance_id}" found.'
            raise Refusal(404, unknown, bare=True)
        if state.runtime_status is not OrchestrationStatus.FAILED:
            raise Refusal(
                412,
                f"This orchestration has status {status_name(state)}, but only orchestrations "
                'in the "Failed" state can be rewound.',
                bare=True,
            )
        await self._client.rewind_orchestration(
            state.instance_id, reason=requests.text(request, "reason")
        )
        return web.Response(status=202)

    async def restart(self, request: web.Request) -> web.Response:
        instance_id = request.match_info["instance"]
        state = await self._client.get_orchestration_state(instance_id)
        if state is None:
            raise Refusal(400, "InstanceId does not match a valid orchestration instance.")
        with_new_id = requests.flag(request, "restartWithNewInstanceId", True)
        if not with_new_id and state.runtime_status not in FINISHED:
            raise Refusal(409, "A non-terminal instance with this instance ID already exists.")
        restarted = await self._client.restart_orchestration(
            instance_id, restart_with_new_instance_id=with_new_id
        )
        return await answer_started(request, self._client, restarted, self._hub_name)

    async def purge(self, request: web.Request) -> web.Response:
        """An entity may be purged at any time; it has no status to look at."""
        instance_id = request.match_info["instance"]
        if not instance_id.startswith("@"):
            state = await self._existing(request)
            if state.runtime_status not in FINISHED:
                raise Refusal(
                    412,
                    "Only orchestrations in a terminal state can be purged, but the orchestration "
                    f"with instance ID {instance_id} has status {status_name(state)}",
                    bare=True,
                )
        purged = await self._client.purge_orchestration(instance_id)
        return json_response({"instancesDeleted": purged.deleted_instance_count})

    async def purge_many(self, request: web.Request) -> web.Response:
        created_from = requests.time(request, "createdTimeFrom")
        if created_from is None:
            missing = "Please provide value for 'createdTimeFrom' parameter."
            raise Refusal(400, missing, bare=True)
        purged = await self._client.purge_orchestrations_by(
            created_time_from=created_from,
            created_time_to=requests.time(request, "createdTimeTo"),
            runtime_status=requests.statuses(request) or None,
        )
        if purged.deleted_instance_count == 0:
            raise Refusal(404)
        return json_response({"instancesDeleted": purged.deleted_instance_count})

    async def _with_reason(
        self, request: web.Request, command: Callable[..., Awaitable[None]]
    ) -> web.Response:
        state = await self._unfinished(request)
        await command(state.instance_id, reason=requests.text(request, "reason"))
        return web.Response(status=202)

    async def _existing(self, request: web.Request) -> OrchestrationState:
        state = await self._client.get_orchestration_state(request.match_info["instance"])
        if state is None:
            raise Refusal(404)
        return state

    async def _unfinished(self, request: web.Request) -> OrchestrationState:
        state = await self._existing(request)
        if state.runtime_status in FINISHED:
            raise Refusal(_GONE)
        return state
