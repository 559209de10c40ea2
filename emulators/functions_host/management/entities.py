"""Management of durable entities: state, list and operations sent by HTTP."""

import json
from typing import Any

from aiohttp import web
from durabletask.client import AsyncTaskHubGrpcClient
from durabletask.entities import EntityInstanceId
from durabletask.internal import orchestrator_service_pb2 as pb

from emulators.functions_host.management import requests
from emulators.functions_host.management.answers import (
    Refusal,
    json_response,
    parsed,
    precise_time,
)
from emulators.functions_host.management.instances import CONTINUATION_HEADER
from emulators.functions_host.management.pages import EntityFilter, HubPages

_DEFAULT_PAGE = 100


class Entities:
    def __init__(self, client: AsyncTaskHubGrpcClient, pages: HubPages) -> None:
        self._client = client
        self._pages = pages

    async def state(self, request: web.Request) -> web.Response:
        state = await self._pages.entity_state(str(_entity_id(request)))
        if state is None:
            raise Refusal(404)
        return json_response(parsed(state))

    async def list(self, request: web.Request) -> web.Response:
        asked = EntityFilter(
            name=request.match_info.get("entity"),
            last_operation_from=requests.time(request, "lastOperationTimeFrom"),
            last_operation_to=requests.time(request, "lastOperationTimeTo"),
            fetch_state=requests.flag(request, "fetchState", False),
            page_size=requests.page_size(request, _DEFAULT_PAGE),
        )
        page = await self._pages.entities(asked, request.headers.get(CONTINUATION_HEADER))
        response = json_response([_entity_body(entity) for entity in page.items])
        if page.continuation_token:
            response.headers[CONTINUATION_HEADER] = page.continuation_token
        return response

    async def signal(self, request: web.Request) -> web.Response:
        """Send the operation `op`; a body that is not JSON is passed on as text."""
        is_deletion = request.method == "DELETE"
        operation = "delete" if is_deletion else requests.text(request, "op") or ""
        entity_id = _entity_id(request)
        await self._client.signal_entity(entity_id, operation, input=await _input(request))
        return web.Response(status=202)


async def _input(request: web.Request) -> Any:
    written = await request.text()
    if not written or request.content_type != "application/json":
        return written or None
    try:
        return json.loads(written)
    except ValueError as error:
        raise Refusal(400, f"Could not parse JSON content: {error}") from error


def _entity_id(request: web.Request) -> EntityInstanceId:
    try:
        return EntityInstanceId(request.match_info["entity"], request.match_info["key"])
    except ValueError as error:
        raise Refusal(400, str(error)) from error


def _entity_body(entity: pb.EntityMetadata) -> dict[str, Any]:
    entity_id = EntityInstanceId.parse(entity.instanceId)
    return {
        "entityId": {"name": entity_id.entity, "key": entity_id.key},
        "lastOperationTime": precise_time(entity.lastModifiedTime.ToDatetime()),
        "state": parsed(entity.serializedState.value),
    }
