"""What a subscription may have beside machines, and what is registered in it."""

import asyncio
from collections.abc import AsyncGenerator
from urllib.parse import quote

from azure.core.rest import HttpRequest
from azure.mgmt.resource.resources.aio import ResourceManagementClient

from clients.answering import read_answer
from clients.answers import ArmAnswer
from clients.arm import ArmConnection
from clients.arm_lists import list_pages, read_body
from domain.wire import JsonObject

NETWORK_API_VERSION = "2024-05-01"
CLUSTERS_API_VERSION = "2025-08-01"
CDN_API_VERSION = "2025-06-01"
PROVIDERS_API_VERSION = "2021-04-01"
FEATURES_API_VERSION = "2021-07-01"


class SubscriptionClient:
    def __init__(self, arm: ArmConnection) -> None:
        self._package = arm.connect(ResourceManagementClient)
        self._providers = f"/subscriptions/{arm.subscription_id}/providers"

    def list_network_usages(self, region: str) -> AsyncGenerator[ArmAnswer]:
        """Addresses, load balancers and others, page by page. Raises NoAnswer."""
        return self._list_usages("Microsoft.Network", region, NETWORK_API_VERSION)

    def list_cluster_usages(self, region: str) -> AsyncGenerator[ArmAnswer]:
        """Clusters, page by page. Raises NoAnswer."""
        return self._list_usages("Microsoft.ContainerService", region, CLUSTERS_API_VERSION)

    def list_edge_usages(self) -> AsyncGenerator[ArmAnswer]:
        """Front Door profiles and others of the whole subscription. Raises NoAnswer."""
        url = f"{self._providers}/Microsoft.Cdn/checkResourceUsage?api-version={CDN_API_VERSION}"
        return list_pages(self._package, url, "POST")

    async def read_providers(self, namespaces: tuple[str, ...]) -> dict[str, str]:
        """Registration state by namespace. Raises NoAnswer and ListRefused."""
        found = await asyncio.gather(
            *(
                self._get(f"{self._providers}/{each}?api-version={PROVIDERS_API_VERSION}")
                for each in namespaces
            )
        )
        states = (body["registrationState"] for body in found)
        return dict(zip(namespaces, states, strict=True))

    async def read_features(self, features: tuple[str, ...]) -> dict[str, str]:
        """Registration state by `namespace/name`. Raises NoAnswer and ListRefused."""
        found = await asyncio.gather(*(self._get(self._feature_url(each)) for each in features))
        states = (body["properties"]["state"] for body in found)
        return dict(zip(features, states, strict=True))

    def _feature_url(self, feature: str) -> str:
        namespace, _, name = feature.partition("/")
        path = f"{self._providers}/Microsoft.Features/providers/{namespace}/features/{name}"
        return f"{path}?api-version={FEATURES_API_VERSION}"

    def _list_usages(
        self, namespace: str, region: str, api_version: str
    ) -> AsyncGenerator[ArmAnswer]:
        path = f"{self._providers}/{namespace}/locations/{quote(region)}/usages"
        return list_pages(self._package, f"{path}?api-version={api_version}")

    async def _get(self, url: str) -> JsonObject:
        return read_body(await read_answer(self._package.send_request(HttpRequest("GET", url))))
