"""Routes of Compute: the usages of a region and the SKUs of the subscription."""

import re

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import gateway_error, location_not_available
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import SUBSCRIPTION, ApiVersions, Route
from emulators.azure.compute.availability import Availability
from emulators.azure.compute.quota import Quota
from emulators.azure.compute.skus import skus
from emulators.azure.compute.usages import usages
from emulators.azure.compute.vm_sizes import VmSizes
from emulators.azure.latency import Duration
from emulators.azure.regions import REGIONS, normalized_region

USAGE_VERSIONS = ApiVersions(
    "2016-03-30", "2026-04-01", ("2024-07-01", "2025-04-01", "2026-04-01")
)
SKU_VERSIONS = ApiVersions("2017-03-30", "2021-07-01", ("2019-04-01", "2021-07-01"))

PROVIDER = f"{SUBSCRIPTION}/providers/Microsoft.Compute"
USAGES_LEFT = "Microsoft.Compute/GetSubscriptionInfo3Min;359"
"""As recorded; it does not count down here."""

READ_LATENCY = Duration(0.2, 0.4, 0.8)

_FILTER = re.compile(r"\s*location\s+eq\s+'([^']*)'\s*", re.IGNORECASE)


class ComputeRoutes:
    """Answers what a client asks before it asks for machines."""

    def __init__(
        self, platform: Platform, sizes: VmSizes, quota: Quota, availability: Availability
    ) -> None:
        self._platform = platform
        self._sizes = sizes
        self._quota = quota
        self._availability = availability

    def routes(self) -> list[Route]:
        return [
            Route("GET", f"{PROVIDER}/locations/{{location}}/usages", self.usages, USAGE_VERSIONS),
            Route("GET", f"{PROVIDER}/skus", self.skus, SKU_VERSIONS),
        ]

    async def usages(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        region = normalized_region(request.params["location"])
        if region not in REGIONS:
            raise location_not_available(request.params["location"], "locations/usages", REGIONS)
        headers = {"x-ms-ratelimit-remaining-resource": USAGES_LEFT}
        return Answer(200, {"value": usages(self._quota, region)}, headers)

    async def skus(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        text = request.query.get("$filter")
        if not text:
            return Answer(200, {"value": skus(self._sizes, self._availability, None)})
        found = _FILTER.fullmatch(text)
        if found is None:
            raise gateway_error(400, "BadRequest", f"The filter '{text}' is not supported.")
        region = normalized_region(found[1])
        there = skus(self._sizes, self._availability, region) if region in REGIONS else []
        return Answer(200, {"value": there})
