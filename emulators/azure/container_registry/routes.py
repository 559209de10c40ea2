"""ARM's routes of registries, which answer at once with the stable api-versions."""

from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import resource_not_found
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.routing import GROUP, ApiVersions, Route
from emulators.azure.container_registry.models import REGISTRY_TYPE, Registries, login_server
from emulators.azure.latency import Duration

VERSIONS = ApiVersions("2019-05-01", "2023-07-01", ("2019-05-01", "2021-09-01", "2023-07-01"))
REGISTRIES = f"{GROUP}/providers/{REGISTRY_TYPE}"
REGISTRY = f"{REGISTRIES}/{{registry}}"

WRITE = Duration(1, 4, 10)
READ = Duration(0.2, 0.3, 0.6)


class RegistryRoutes:
    """Parses requests for registries and formats what comes back."""

    def __init__(self, platform: Platform, registries: Registries) -> None:
        self._platform = platform
        self._registries = registries

    def routes(self) -> list[Route]:
        return [
            Route("GET", REGISTRY, self.get, VERSIONS, REGISTRY_TYPE),
            Route("PUT", REGISTRY, self.put, VERSIONS, REGISTRY_TYPE),
            Route("DELETE", REGISTRY, self.delete, VERSIONS, REGISTRY_TYPE),
        ]

    async def get(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        registry = self._registries.of(request)
        if registry is None:
            raise resource_not_found(request.path)
        return Answer(200, wire(registry))

    async def put(self, request: ArmRequest) -> Answer:
        """200 for a new one, too."""
        name = request.params["registry"]
        registry = self._registries.put(request.group, name, request.body)
        await self._platform.latencies.wait(f"ARM PUT registry {name}", WRITE)
        return Answer(200, wire(registry))

    async def delete(self, request: ArmRequest) -> Answer:
        registry = self._registries.of(request)
        if registry is None:
            return Answer(204)
        self._registries.remove(registry)
        await self._platform.latencies.wait(f"ARM DELETE registry {registry.name}", WRITE)
        return Answer(200)


def wire(registry: Resource) -> dict[str, Any]:
    disabled, tier = {"status": "disabled"}, registry.body["sku"]["name"]
    created = f"{registry.created_at:%Y-%m-%dT%H:%M:%S.%f}0Z"
    return {
        "sku": {"name": tier, "tier": tier},
        "type": registry.type,
        "id": registry.id,
        "name": registry.name,
        "location": registry.body["location"],
        "tags": registry.body["tags"],
        "properties": {
            "loginServer": login_server(registry.name),
            "creationDate": created,
            "provisioningState": registry.state,
            "adminUserEnabled": bool(registry.properties.get("adminUserEnabled")),
            "policies": {
                "quarantinePolicy": disabled,
                "trustPolicy": {"type": "Notary", **disabled},
                "retentionPolicy": {"days": 7, "lastUpdatedTime": created, **disabled},
                "exportPolicy": {"status": "enabled"},
                "azureADAuthenticationAsArmPolicy": {"status": "enabled"},
                "softDeletePolicy": {"retentionDays": 7, "lastUpdatedTime": created, **disabled},
            },
            "encryption": disabled,
            "dataEndpointEnabled": False,
            "dataEndpointHostNames": [],
            "privateEndpointConnections": [],
            "publicNetworkAccess": "Enabled",
            "networkRuleBypassOptions": "AzureServices",
            "zoneRedundancy": "Disabled",
            "anonymousPullEnabled": False,
        },
    }
