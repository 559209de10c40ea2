"""The route of the usages of Network."""

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import location_not_available
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import SUBSCRIPTION, ApiVersions, Route
from emulators.azure.network.kinds import READ
from emulators.azure.network.usages import NetworkUsages
from emulators.azure.regions import REGIONS, normalized_region

VERSIONS = ApiVersions("2015-06-15", "2025-05-01", ("2022-01-01", "2024-05-01", "2025-05-01"))
PATTERN = f"{SUBSCRIPTION}/providers/Microsoft.Network/locations/{{location}}/usages"


class NetworkUsageRoutes:
    def __init__(self, platform: Platform, usages: NetworkUsages) -> None:
        self._platform = platform
        self._usages = usages

    def routes(self) -> list[Route]:
        return [Route("GET", PATTERN, self.list, VERSIONS)]

    async def list(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ)
        region = normalized_region(request.params["location"])
        if region not in REGIONS:
            raise location_not_available(request.params["location"], "locations/usages", REGIONS)
        return Answer(200, {"value": self._usages.wire(region, self._platform.subscription_id)})
