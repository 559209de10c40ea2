"""The route of AKS's usages: how many clusters a region has and may have.

The operation stands in lists of RBAC actions; its answer was found nowhere, so that the form is
that of Compute's, and the name is assumed.
"""

from emulators.azure.aks.models import ManagedClusters
from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import location_not_available
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import SUBSCRIPTION, ApiVersions, Route
from emulators.azure.latency import Duration
from emulators.azure.regions import REGIONS, normalized_region

VERSIONS = ApiVersions("2024-01-01", "2026-08-01", ("2025-08-01", "2026-08-01"))
PATTERN = f"{SUBSCRIPTION}/providers/Microsoft.ContainerService/locations/{{location}}/usages"
READ_LATENCY = Duration(0.1, 0.2, 0.4)


class AksUsageRoutes:
    def __init__(self, platform: Platform, clusters: ManagedClusters) -> None:
        self._platform = platform
        self._clusters = clusters

    def routes(self) -> list[Route]:
        return [Route("GET", PATTERN, self.list, VERSIONS)]

    async def list(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        region = normalized_region(request.params["location"])
        if region not in REGIONS:
            raise location_not_available(request.params["location"], "locations/usages", REGIONS)
        item = {
            "currentValue": sum(each.region == region for each in self._clusters.all()),
            "limit": self._platform.limits.clusters_per_region,
            "name": {"value": "ManagedClusters", "localizedValue": "Managed Clusters"},
            "unit": "Count",
        }
        return Answer(200, {"value": [item]})
