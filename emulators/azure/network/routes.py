"""Routes of Private Link services and of the connections to them."""

from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import provider_error, resource_not_found
from emulators.azure.arm.operations import Operation
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.routing import GROUP, SUBSCRIPTION, ApiVersions, Handler, Route
from emulators.azure.network.kinds import ACCEPT, CONNECTION_TYPE, READ, SERVICE_TYPE
from emulators.azure.network.models import PrivateLinks

VERSIONS = ApiVersions("2020-03-01", "2025-05-01", ("2022-01-01", "2024-05-01", "2025-05-01"))

SERVICES = f"{GROUP}/providers/{SERVICE_TYPE}"
SERVICE = f"{SERVICES}/{{service}}"
CONNECTIONS = f"{SERVICE}/privateEndpointConnections"
CONNECTION = f"{CONNECTIONS}/{{connection}}"
LOCATION = f"{SUBSCRIPTION}/providers/Microsoft.Network/locations/{{location}}"
RETRY_AFTER = "10"


class PrivateLinkRoutes:
    """Parses requests for Private Link and formats what comes back; clusters make the services."""

    def __init__(self, platform: Platform, links: PrivateLinks) -> None:
        self._platform = platform
        self._links = links

    def routes(self) -> list[Route]:
        def service(method: str, pattern: str, handler: Handler) -> Route:
            return Route(method, pattern, handler, VERSIONS, SERVICE_TYPE)

        def connection(method: str, pattern: str, handler: Handler) -> Route:
            return Route(method, pattern, handler, VERSIONS, CONNECTION_TYPE)

        return [
            service("GET", SERVICES, self.list),
            service("GET", SERVICE, self.get),
            service("DELETE", SERVICE, self.delete),
            connection("GET", CONNECTIONS, self.list_connections),
            connection("GET", CONNECTION, self.get),
            connection("PUT", CONNECTION, self.put_connection),
            connection("DELETE", CONNECTION, self.delete),
            Route("GET", f"{LOCATION}/operations/{{operation}}", self.poll, VERSIONS),
            Route("GET", f"{LOCATION}/operationResults/{{operation}}", self.result, VERSIONS),
        ]

    async def list(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        services = self._platform.resources.of_type(SERVICE_TYPE)
        found = [each for each in services if each.group == request.group.lower()]
        return Answer(200, {"value": [self._wire(each) for each in found]})

    async def get(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        found = self._get(request)
        return Answer(200, self._wire(found), {"ETag": _etag(found)})

    async def list_connections(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        parent_id = request.path.rpartition("/")[0]
        found = self._platform.resources.children(parent_id, CONNECTION_TYPE)
        return Answer(200, {"value": [self._wire(each) for each in found]})

    async def put_connection(self, request: ArmRequest) -> Answer:
        """200 at once with the new status, although an operation runs."""
        connection = self._get(request)
        operation = self._links.put_connection(connection, request)
        body = self._wire(connection)
        name = f"ARM PUT private link connection {connection.name} accepted"
        await self._platform.latencies.wait(name, ACCEPT)
        return Answer(200, body, self._headers(request, operation))

    async def delete(self, request: ArmRequest) -> Answer:
        resource = self._platform.resources.get(request.path)
        if resource is None:
            return Answer(204)
        operation = self._links.delete(resource, request)
        name = f"ARM DELETE private link {resource.name} accepted"
        await self._platform.latencies.wait(name, ACCEPT)
        headers = self._headers(request, operation)
        headers["Location"] = self._url(request, operation, "operationResults")
        return Answer(202, None, {**headers, "Retry-After": RETRY_AFTER})

    async def poll(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        operation = self._operation(request)
        body: dict[str, Any] = {"status": operation.status}
        if operation.error:
            body["error"] = operation.error
        return Answer(200, body, {"Retry-After": RETRY_AFTER} if operation.is_running else {})

    async def result(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        operation = self._operation(request)
        if operation.is_running:
            return Answer(202, headers={"Location": f"{request.base_url}{request.target}"})
        return Answer(204)

    def _get(self, request: ArmRequest) -> Resource:
        found = self._platform.resources.get(request.path)
        if found is None:
            raise resource_not_found(request.path)
        return found

    def _wire(self, resource: Resource) -> dict[str, Any]:
        shown = {
            name: resource.body[name] for name in ("location", "tags") if name in resource.body
        }
        properties = {"provisioningState": resource.state, **resource.properties}
        if resource.type == SERVICE_TYPE:
            connections = self._platform.resources.children(resource.id, CONNECTION_TYPE)
            properties["privateEndpointConnections"] = [self._wire(each) for each in connections]
        return {
            "name": resource.name,
            "id": resource.id,
            "etag": _etag(resource),
            "type": resource.type,
            **shown,
            "properties": properties,
        }

    def _headers(self, request: ArmRequest, operation: Operation) -> dict[str, str]:
        return {
            "Azure-AsyncOperation": self._url(request, operation, "operations"),
            "azure-asyncnotification": "Enabled",
        }

    def _url(self, request: ArmRequest, operation: Operation, kind: str) -> str:
        service = self._platform.resources.get("/".join(request.path.split("/")[:9]))
        location = service.body["location"] if service else "global"
        path = (
            f"/subscriptions/{self._platform.subscription_id}/providers/Microsoft.Network"
            f"/locations/{location}/{kind}/{operation.id}"
        )
        return self._platform.poll_urls.signed(
            request.base_url, path, request.api_version, self._platform.clock.now()
        )

    def _operation(self, request: ArmRequest) -> Operation:
        operation = self._platform.operations.get(request.params["operation"])
        if operation is None:
            raise provider_error(404, "OperationNotFound", "The operation was not found.")
        return operation


def _etag(resource: Resource) -> str:
    return f'W/"{resource.etag}"'
