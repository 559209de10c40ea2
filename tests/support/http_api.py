"""Sends requests to the HTTP triggers, without a host between."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import azure.functions as func

from domain.catalog.regions import DEFAULT_ALLOWED_REGIONS
from tests.support.fake_hub import FakeHub
from triggers import http_actions, http_environments, http_operations, http_service
from triggers.logs import run_logged

ORIGIN = "https://gridplane.example.com"

HANDLERS: dict[tuple[str, str], Callable[..., Awaitable[func.HttpResponse]]] = {
    ("GET", "environments"): http_environments.list_environments,
    ("GET", "environments/{name}"): http_environments.get_environment,
    ("DELETE", "environments/{name}"): http_environments.delete_environment,
    ("GET", "environments/{name}/events"): http_environments.list_events,
    ("POST", "environments/{name}/wake"): http_actions.wake,
    ("POST", "environments/{name}/scale-down"): http_actions.scale_down,
    ("GET", "operations/{id}"): http_operations.get_operation,
    ("GET", "healthz"): http_service.get_health,
    ("GET", "openapi.json"): http_service.get_openapi,
}

WITH_REGIONS: dict[tuple[str, str], Callable[..., Awaitable[func.HttpResponse]]] = {
    ("POST", "environments"): http_environments.create_environment,
    ("PUT", "environments/{name}"): http_environments.replace_environment,
}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> dict[str, Any]:
        assert self.headers["x-ms-error-code"] == self.json["error"]["code"]
        return self.json["error"]


@dataclass(frozen=True, slots=True)
class Api:
    """The handlers behind their routes."""

    hub: FakeHub

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.send("GET", path, headers=headers)

    async def delete(self, path: str, **headers: str) -> Answer:
        return await self.send("DELETE", path, headers=headers)

    async def post(self, path: str, **headers: str) -> Answer:
        return await self.send("POST", path, headers=headers)

    async def put(self, path: str, body: Any, **headers: str) -> Answer:
        return await self.send("PUT", path, body, headers)

    async def create(self, body: Any, **headers: str) -> Answer:
        return await self.send("POST", "environments", body, headers)

    async def send(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        path, _, query = path.removeprefix(ORIGIN).strip("/").partition("?")
        route, values = _match(method, path)
        request = func.HttpRequest(
            method=method,
            url=f"{ORIGIN}/{path}{'?' if query else ''}{query}",
            headers={name.replace("_", "-"): value for name, value in (headers or {}).items()},
            params=dict(pair.split("=", 1) for pair in query.split("&") if pair),
            route_params=values,
            body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        )
        response = await run_logged(request, lambda: self._handle(method, route, request))
        return Answer(response.status_code, dict(response.headers), response.get_body().decode())

    async def _handle(
        self, method: str, route: str, request: func.HttpRequest
    ) -> func.HttpResponse:
        if (method, route) in WITH_REGIONS:
            handler = WITH_REGIONS[method, route]
            return await handler(request, self.hub, DEFAULT_ALLOWED_REGIONS)
        return await HANDLERS[method, route](request, self.hub)


def _match(method: str, path: str) -> tuple[str, dict[str, str]]:
    match path.split("/"):
        case ["environments", name, "events" | "wake" | "scale-down" as part]:
            return f"environments/{{name}}/{part}", {"name": name}
        case ["environments", name]:
            return "environments/{name}", {"name": name}
        case ["operations", operation_id]:
            return "operations/{id}", {"id": operation_id}
        case _:
            return path, {}
