"""Routes of WAF policies, all of them synchronous."""

from collections.abc import Callable
from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import resource_not_found
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.routing import GROUP, SUBSCRIPTION, ApiVersions, Handler, Route
from emulators.azure.latency import Duration
from emulators.azure.waf.models import WAF_TYPE, WafPolicies

VERSIONS = ApiVersions("2019-10-01", "2025-10-01", ("2022-05-01", "2024-02-01", "2025-10-01"))

SHOWN_TYPE = "Microsoft.Network/FrontDoorWebApplicationFirewallPolicies"
PROVIDER = f"providers/{SHOWN_TYPE}"
POLICIES = f"{GROUP}/{PROVIDER}"
POLICY = f"{POLICIES}/{{policy}}"

WRITE_LATENCY = Duration(0.6, 0.8, 1.0)
READ_LATENCY = Duration(0.2, 0.3, 0.6)


class WafRoutes:
    """Parses requests for WAF policies and formats what comes back."""

    def __init__(
        self, platform: Platform, policies: WafPolicies, deploy: Callable[[Resource], None]
    ) -> None:
        """`deploy` sends a policy to the edge."""
        self._platform = platform
        self._policies = policies
        self._deploy = deploy

    def routes(self) -> list[Route]:
        def route(method: str, pattern: str, handler: Handler) -> Route:
            return Route(method, pattern, handler, VERSIONS, WAF_TYPE)

        return [
            route("GET", f"{SUBSCRIPTION}/{PROVIDER}", self.list_all),
            route("GET", POLICIES, self.list),
            route("GET", POLICY, self.get),
            route("PUT", POLICY, self.put),
            route("DELETE", POLICY, self.delete),
        ]

    async def list_all(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        policies = self._platform.resources.of_type(WAF_TYPE)
        return Answer(200, {"value": [self._wire(each) for each in policies]})

    async def list(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        policies = self._policies.in_group(request.group)
        return Answer(200, {"value": [self._wire(each) for each in policies]})

    async def get(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        policy = self._policies.find(request)
        if policy is None:
            raise resource_not_found(request.path)
        return Answer(200, self._wire(policy))

    async def put(self, request: ArmRequest) -> Answer:
        policy, is_new = self._policies.put(request)
        self._deploy(policy)
        body = self._wire(policy)
        await self._platform.latencies.wait(f"ARM PUT WAF policy {policy.name}", WRITE_LATENCY)
        return Answer(201 if is_new else 200, body)

    async def delete(self, request: ArmRequest) -> Answer:
        policy = self._policies.find(request)
        if policy is not None:
            self._policies.delete(policy)
            name = f"ARM DELETE WAF policy {policy.name}"
            await self._platform.latencies.wait(name, WRITE_LATENCY)
        return Answer(204)

    def _wire(self, policy: Resource) -> dict[str, Any]:
        links = [{"id": link} for link in self._policies.links(policy)]
        return {
            "id": policy.id.replace("/resourceGroups/", "/resourcegroups/"),
            "type": policy.type,
            "name": policy.name,
            "location": policy.body["location"],
            "tags": policy.body["tags"],
            "sku": policy.body["sku"],
            "properties": {
                **policy.properties,
                "frontendEndpointLinks": [],
                "securityPolicyLinks": links,
                "resourceState": "Enabled",
                "provisioningState": policy.state,
            },
        }
