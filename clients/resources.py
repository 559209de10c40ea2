"""Any ARM resource of an environment by its id, through the package that serves its type."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clients.answers import ArmAnswer
from domain.arm.resource_id import parse_resource_id

if TYPE_CHECKING:
    from clients.factory import ClientFactory
    from clients.resource_client import ResourceClient

PRIVATE_LINK_SERVICES = "microsoft.network/privatelinkservices"
DNS_ZONES = "microsoft.network/dnszones"


class ResourcesClient:
    """Methods raise NoAnswer, and ValueError for a resource type of another provider."""

    def __init__(self, clients: "ClientFactory") -> None:
        self._clients = clients

    async def get(self, resource_id: str) -> ArmAnswer:
        return await self._client_for(resource_id).get(resource_id)

    async def begin_put(self, resource_id: str, body: Mapping[str, Any]) -> ArmAnswer:
        return await self._client_for(resource_id).begin_put(resource_id, body)

    async def begin_delete(self, resource_id: str) -> ArmAnswer:
        return await self._client_for(resource_id).begin_delete(resource_id)

    async def follow(self, resource_id: str, operation_url: str) -> ArmAnswer:
        """Reads the URL of an operation on the resource verbatim."""
        return await self._client_for(resource_id).follow(operation_url)

    def _client_for(self, resource_id: str) -> "ResourceClient":
        path = parse_resource_id(resource_id)
        resource_type = path.resource_type.lower()
        if resource_type.startswith(PRIVATE_LINK_SERVICES):
            return self._clients.private_link
        if resource_type.startswith(DNS_ZONES):
            return self._clients.dns
        match path.provider:
            case "Microsoft.ContainerService":
                return self._clients.aks
            case "Microsoft.Cdn" | "Microsoft.Network":
                return self._clients.front_door
            case "Microsoft.Authorization":
                return self._clients.role_assignments
            case "Microsoft.Resources":
                return self._clients.resource_groups
            case "Microsoft.ManagedIdentity":
                return self._clients.identities
            case provider:
                raise ValueError(f"No client serves {provider}.")
