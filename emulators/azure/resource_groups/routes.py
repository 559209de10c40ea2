"""Routes of resource groups and of the resources in them."""

from typing import Any
from urllib.parse import urlencode

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import gateway_error, resource_group_not_found
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.routing import GROUP, SUBSCRIPTION, ApiVersions, Route
from emulators.azure.latency import Duration
from emulators.azure.resource_groups.filters import matching
from emulators.azure.resource_groups.models import ResourceGroups

VERSIONS = ApiVersions(
    "2015-01-01", "2025-04-01", ("2025-04-01", "2025-03-01", "2024-11-01", "2022-09-01")
)
RETRY_AFTER = "15"

LARGEST_PAGE = 1000
"""Of resources; documented for the same lists of the SDKs."""

WRITE_LATENCY = Duration(0.5, 0.8, 1.4)
READ_LATENCY = Duration(0.1, 0.2, 0.4)


class ResourceGroupRoutes:
    """Parses requests for resource groups and formats what comes back."""

    def __init__(self, platform: Platform, groups: ResourceGroups) -> None:
        self._platform = platform
        self._latencies = platform.latencies
        self._groups = groups

    def routes(self) -> list[Route]:
        def group(method: str, handler: Any) -> Route:
            return Route(method, GROUP, handler, VERSIONS, needs_group=False)

        def listing(pattern: str, handler: Any) -> Route:
            return Route("GET", pattern, handler, VERSIONS)

        return [
            group("PUT", self.put),
            group("PATCH", self.patch),
            group("GET", self.get),
            group("HEAD", self.head),
            group("DELETE", self.delete),
            listing(f"{SUBSCRIPTION}/resourceGroups", self.list),
            listing(f"{GROUP}/resources", self.list_resources),
            listing(f"{SUBSCRIPTION}/resources", self.list_all_resources),
            listing(f"{SUBSCRIPTION}/operationresults/{{job}}", self.poll_deletion),
        ]

    async def check_group(self, request: ArmRequest) -> None:
        """What the gateway checks for all resources in a group."""
        group = self._groups.find(request.group)
        if group is None:
            raise resource_group_not_found(request.group)
        if request.method in ("PUT", "PATCH"):
            self._groups.check_writable(request.group)

    async def put(self, request: ArmRequest) -> Answer:
        group, is_new = self._groups.put(request.group, request.body)
        answer = Answer(201 if is_new else 200, _wire(group))
        await self._latencies.wait(f"ARM PUT resource group {group.name}", WRITE_LATENCY)
        return answer

    async def patch(self, request: ArmRequest) -> Answer:
        group = self._groups.merge(request.group, request.body)
        await self._latencies.wait(f"ARM PATCH resource group {group.name}", WRITE_LATENCY)
        return Answer(200, _wire(group))

    async def get(self, request: ArmRequest) -> Answer:
        await self._read_latency()
        return Answer(200, _wire(self._groups.get(request.group)))

    async def head(self, request: ArmRequest) -> Answer:
        await self._read_latency()
        return Answer(404 if self._groups.find(request.group) is None else 204)

    async def delete(self, request: ArmRequest) -> Answer:
        job = self._groups.begin_delete(request.group, f"DELETE {request.path}")
        name = f"ARM DELETE resource group {request.group} accepted"
        await self._latencies.wait(name, WRITE_LATENCY)
        path = f"/subscriptions/{self._platform.subscription_id}/operationresults/{job}"
        location = self._platform.poll_urls.signed(
            request.base_url, path, request.api_version, self._platform.clock.now()
        )
        return _accepted(location)

    async def poll_deletion(self, request: ArmRequest) -> Answer:
        await self._read_latency()
        operation = self._groups.deletion(request.params["job"])
        if operation is None:
            raise gateway_error(404, "NotFound", "The operation could not be found.")
        if operation.is_running:
            return _accepted(f"{request.base_url}{request.target}")
        if operation.error is not None:
            return Answer(409, {"error": operation.error})
        return Answer(200)

    async def list(self, request: ArmRequest) -> Answer:
        await self._read_latency()
        groups = matching(request.query.get("$filter"), self._groups.all())
        return Answer(200, {"value": [_wire(group) for group in groups]})

    async def list_resources(self, request: ArmRequest) -> Answer:
        await self._read_latency()
        contents = matching(request.query.get("$filter"), self._groups.contents(request.group))
        return _list_page(request, contents)

    async def list_all_resources(self, request: ArmRequest) -> Answer:
        await self._read_latency()
        groups = [group.name for group in self._groups.all()]
        contents = [each for name in groups for each in self._groups.contents(name)]
        return _list_page(request, matching(request.query.get("$filter"), contents))

    async def _read_latency(self) -> None:
        await self._latencies.pause(READ_LATENCY)


def _accepted(location: str) -> Answer:
    return Answer(202, headers={"Location": location, "Retry-After": RETRY_AFTER})


def _wire(group: Resource) -> dict[str, Any]:
    optional = {
        name: group.body[name]
        for name in ("managedBy", "tags")
        if group.body.get(name) is not None
    }
    return {
        "id": group.id,
        "name": group.name,
        "type": group.type,
        "location": group.body["location"],
        **optional,
        "properties": {"provisioningState": group.state},
    }


def _list_page(request: ArmRequest, found: list[Resource]) -> Answer:
    """`$top` is the size of a page, not the number of results: a nextLink leads to the others."""
    first = _number(request.query.get("$skiptoken"), 0)
    size = min(_number(request.query.get("$top"), LARGEST_PAGE), LARGEST_PAGE)
    by_tag = "tagname" in request.query.get("$filter", "").lower()
    shown = [_summary(each, with_tags=not by_tag) for each in found[first : first + size]]
    if first + size >= len(found):
        return Answer(200, {"value": shown})
    query = urlencode({**request.query, "$skiptoken": str(first + size)})
    return Answer(200, {"value": shown, "nextLink": f"{request.base_url}{request.path}?{query}"})


def _number(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isdecimal():
        raise gateway_error(400, "InvalidQueryParameterValue", f"'{text}' is not a number.")
    return int(text)


def _summary(resource: Resource, *, with_tags: bool) -> dict[str, Any]:
    """A resource as a list shows it: without its properties, and without tags if filtered by tag.

    The name of a nested resource includes those of its ancestors.
    """
    names = ["kind", "location", "managedBy", "sku", "identity", *(["tags"] if with_tags else [])]
    shown = {name: resource.body[name] for name in names if resource.body.get(name) is not None}
    _, _, path = resource.id.rpartition("/providers/")
    name = "/".join(path.split("/")[2::2])
    return {"id": resource.id, "name": name, "type": resource.type, **shown}
