"""Routes of Front Door: one set of handlers for all kinds of resources."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.operations import FAILED, Operation
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.routing import GROUP, SUBSCRIPTION, ApiVersions, Route
from emulators.azure.front_door import errors
from emulators.azure.front_door.kinds import ACCEPT, KINDS, NAMESPACE, POLL, PROFILE, READ, Kind
from emulators.azure.front_door.models import FrontDoor

VERSIONS = ApiVersions(
    "2020-09-01",
    "2026-10-01",
    ("2020-09-01", "2023-05-01", "2024-02-01", "2025-06-01", "2026-10-01"),
)
RETRY_AFTER = "10"
USAGE = "checkResourceUsage"

OPERATIONS = f"{GROUP}/providers/{NAMESPACE}/operationresults/{{operation}}"

KindHandler = Callable[[Kind, ArmRequest], Awaitable[Answer]]


class FrontDoorRoutes:
    """Parses requests for Front Door and formats what comes back."""

    def __init__(self, platform: Platform, front_door: FrontDoor) -> None:
        self._platform = platform
        self._front_door = front_door

    def routes(self) -> list[Route]:
        routes = [
            Route(
                "GET", f"{SUBSCRIPTION}/providers/{NAMESPACE}/profiles", self.list_all, VERSIONS
            ),
            Route("POST", f"{SUBSCRIPTION}/providers/{NAMESPACE}/{USAGE}", self.usage, VERSIONS),
        ]
        for kind in KINDS:
            routes += self._routes_of(kind)
        routes.append(Route("GET", OPERATIONS, self.poll, VERSIONS))
        results = OPERATIONS
        for level in ("first", "second", "third"):
            results += f"/{{{level}_type}}/{{{level}_name}}"
            routes.append(Route("GET", results, self.result, VERSIONS))
        return routes

    def _routes_of(self, kind: Kind) -> list[Route]:
        def route(method: str, pattern: str, handler: KindHandler) -> Route:
            return Route(method, pattern, partial(handler, kind), VERSIONS, kind.type)

        return [
            route("GET", kind.collection, self.list),
            route("GET", kind.path, self.get),
            route("PUT", kind.path, self.put),
            route("PATCH", kind.path, self.patch),
            route("DELETE", kind.path, self.delete),
        ]

    async def list_all(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        profiles = self._platform.resources.of_type(PROFILE.type)
        return Answer(200, {"value": [self._front_door.wire(PROFILE, each) for each in profiles]})

    async def usage(self, request: ArmRequest) -> Answer:
        """What a subscription has of Microsoft.Cdn; only profiles of Front Door are counted."""
        await self._platform.latencies.pause(READ)
        profiles = self._platform.resources.of_type(PROFILE.type)
        item = {
            "resourceType": "afdprofile",
            "unit": "count",
            "currentValue": len(profiles),
            "limit": self._platform.limits.front_door_profiles,
        }
        return Answer(200, {"value": [item]})

    async def list(self, kind: Kind, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        found = self._front_door.all(kind, request)
        return Answer(200, {"value": [self._front_door.wire(kind, each) for each in found]})

    async def get(self, kind: Kind, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        return Answer(200, self._front_door.wire(kind, self._front_door.get(kind, request)))

    async def put(self, kind: Kind, request: ArmRequest) -> Answer:
        resource = self._front_door.find(kind, request)
        if resource is None:
            resource = self._front_door.create(kind, request)
            body = self._front_door.wire(kind, resource)
            await self._accept("PUT", kind, resource)
            operation = self._front_door.begin_create(kind, resource, request)
            return self._answer(201, kind, request, operation, body)
        changed = self._front_door.replace(kind, resource, request)
        return await self._changed(kind, resource, request, changed)

    async def patch(self, kind: Kind, request: ArmRequest) -> Answer:
        resource = self._front_door.get(kind, request)
        changed = self._front_door.merge(kind, resource, request)
        return await self._changed(kind, resource, request, changed)

    async def delete(self, kind: Kind, request: ArmRequest) -> Answer:
        resource = self._front_door.find(kind, request)
        if resource is None:
            return Answer(204)
        self._front_door.check_deletable(kind, resource)
        resource.state = "Deleting"
        await self._accept("DELETE", kind, resource)
        operation = self._front_door.begin_delete(kind, resource, request)
        return self._answer(202, kind, request, operation, None, resource)

    async def poll(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(POLL)
        operation = self._operation(request)
        # Recorded: an error is always there, with the code None while nothing is wrong.
        error = operation.error if operation.status == FAILED else None
        no_error = {"code": "None", "message": None}
        return Answer(200, {"status": operation.status, "error": error or no_error})

    async def result(self, request: ArmRequest) -> Answer:
        """What a Location leads to: the resource that came out, or nothing after a delete."""
        await self._platform.latencies.pause(POLL)
        operation = self._operation(request)
        if operation.is_running:
            return Answer(202, headers={"Location": f"{request.base_url}{request.target}"})
        if operation.error is not None:
            return Answer(400, {"error": operation.error})
        result = operation.work.result() if operation.work.result else None
        return Answer(204) if result is None else Answer(200, result)

    async def _changed(
        self, kind: Kind, resource: Resource, request: ArmRequest, changed: bool
    ) -> Answer:
        body = self._front_door.wire(kind, resource)
        await self._accept(request.method, kind, resource)
        if not changed:
            return Answer(200, body)
        duration = kind.merge if request.method == "PATCH" else kind.update
        operation = self._front_door.begin_update(kind, resource, request, duration)
        return self._answer(202, kind, request, operation, body, resource)

    async def _accept(self, method: str, kind: Kind, resource: Resource) -> None:
        name = f"ARM {method} {kind.types[-1]} {resource.name} accepted"
        await self._platform.latencies.wait(name, ACCEPT)

    def _answer(
        self,
        status: int,
        kind: Kind,
        request: ArmRequest,
        operation: Operation | None,
        body: dict[str, Any] | None,
        resource: Resource | None = None,
    ) -> Answer:
        """An Azure-AsyncOperation with Retry-After; `resource` for a Location beside it."""
        if operation is None:
            return Answer(status, body)
        path = (
            f"/subscriptions/{self._platform.subscription_id}/resourcegroups/{request.group}"
            f"/providers/{NAMESPACE}/operationresults/{operation.id}"
        )
        headers = {
            "Azure-AsyncOperation": self._signed(kind, request, path),
            "Retry-After": RETRY_AFTER,
        }
        if resource is not None:
            results = _result_path(kind, resource)
            headers["Location"] = self._signed(kind, request, f"{path}/{results}")
        return Answer(status, body, headers)

    def _signed(self, kind: Kind, request: ArmRequest, path: str) -> str:
        version = kind.operation_version or request.api_version
        return self._platform.poll_urls.signed(
            request.base_url, path, version, self._platform.clock.now()
        )

    def _operation(self, request: ArmRequest) -> Operation:
        operation = self._platform.operations.get(request.params["operation"])
        if operation is None:
            raise errors.not_found()
        return operation


_RESULT_TYPES = {
    "profiles": "profileresults",
    "afdendpoints": "afdendpointresults",
    "origingroups": "origingroupresults",
    "origins": "originresults",
    "routes": "routeresults",
    "securitypolicies": "securitypolicyresults",
    "customdomains": "customdomainresults",
}


def _result_path(kind: Kind, resource: Resource) -> str:
    """`profileresults/p/afdendpointresults/e` for the endpoint `e` of the profile `p`."""
    names = resource.id.split("/")[8::2]
    pairs = zip(kind.types, names, strict=True)
    return "/".join(f"{_RESULT_TYPES[one]}/{name}" for one, name in pairs)
