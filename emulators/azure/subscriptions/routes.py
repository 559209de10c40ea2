"""Routes of the subscription and its tenant; there is one of each.

Shapes follow the REST specification; the offer (`quotaId`) and the names are assumed.
"""

from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import SUBSCRIPTION, ApiVersions, Handler, Route
from emulators.azure.entra.routes import DOMAIN
from emulators.azure.latency import Duration
from emulators.azure.subscriptions.locations import locations

VERSIONS = ApiVersions("2014-04-01", "2025-04-01", ("2016-06-01", "2021-01-01", "2022-12-01"))

DISPLAY_NAME = "Simulated subscription"
READ_LATENCY = Duration(0.1, 0.2, 0.4)


class SubscriptionRoutes:
    """What a client asks first: which subscriptions and tenants it can see."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[Route]:
        def reading(pattern: str, handler: Handler) -> Route:
            return Route("GET", pattern, handler, VERSIONS)

        return [
            reading("/subscriptions", self.list),
            reading(SUBSCRIPTION, self.get),
            reading(f"{SUBSCRIPTION}/locations", self.list_locations),
            reading("/tenants", self.list_tenants),
        ]

    async def list(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        count = {"type": "Total", "value": 1}
        return Answer(200, {"value": [self._subscription()], "count": count})

    async def get(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        return Answer(200, self._subscription())

    async def list_locations(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        return Answer(200, {"value": locations(self._platform.subscription_id)})

    async def list_tenants(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        tenant_id = self._platform.tenant_id
        tenant = {
            "id": f"/tenants/{tenant_id}",
            "tenantId": tenant_id,
            "countryCode": "NL",
            "displayName": "Simulated tenant",
            "domains": [DOMAIN],
            "defaultDomain": DOMAIN,
            "tenantCategory": "Home",
            "tenantType": "AAD",
        }
        return Answer(200, {"value": [tenant]})

    def _subscription(self) -> dict[str, Any]:
        subscription_id = self._platform.subscription_id
        return {
            "id": f"/subscriptions/{subscription_id}",
            "authorizationSource": "RoleBased",
            "managedByTenants": [],
            "subscriptionId": subscription_id,
            "tenantId": self._platform.tenant_id,
            "displayName": DISPLAY_NAME,
            "state": "Enabled",
            "subscriptionPolicies": {
                "locationPlacementId": "Public_2014-09-01",
                "quotaId": "PayAsYouGo_2014-09-01",
                "spendingLimit": "Off",
            },
        }
