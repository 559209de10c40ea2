"""Creates the app's clients on first use and keeps them for the life of the process."""

import base64
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from clients.answers import CredentialRefused
from clients.resources import ResourcesClient
from clients.settings import Settings
from domain.events.delivery import TOPIC

if TYPE_CHECKING:
    import aiohttp
    from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential

    from clients.aks import AksClient
    from clients.arm import ArmConnection
    from clients.by_id import ByIdClient
    from clients.cluster_access import ClusterAccessClient
    from clients.compute import ComputeClient
    from clients.cost_management import CostManagementClient
    from clients.edge import EdgeClient
    from clients.events import EventsClient
    from clients.front_door import FrontDoorClient
    from clients.identities import IdentitiesClient
    from clients.kubernetes import KubernetesClient
    from clients.logs import LogsClient
    from clients.market import MarketClient
    from clients.metrics import MetricsClient
    from clients.pod_logs import PodLogsClient
    from clients.policy_file import PolicyFile
    from clients.registries import RegistriesClient
    from clients.resource_groups import ResourceGroupsClient
    from clients.retail_prices import RetailPricesClient
    from clients.role_assignments import RoleAssignmentsClient
    from clients.subscription import SubscriptionClient


class ClientFactory:
    """One per process. SDKs are imported on first use: they take longer than the app itself."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._kubeconfigs: dict[str, dict[str, Any]] = {}
        self.resources = ResourcesClient(self)

    @cached_property
    def aks(self) -> "AksClient":
        from clients.aks import AksClient

        return AksClient(self._arm)

    @cached_property
    def front_door(self) -> "FrontDoorClient":
        from clients.front_door import FrontDoorClient

        return FrontDoorClient(self._arm)

    @cached_property
    def private_link(self) -> "ByIdClient":
        """The package for Microsoft.Network is larger than all others of the app together."""
        from clients.by_id import PRIVATE_LINK_VERSION, ByIdClient

        return ByIdClient(self._arm, PRIVATE_LINK_VERSION)

    @cached_property
    def dns(self) -> "ByIdClient":
        from clients.by_id import DNS_VERSION, ByIdClient

        return ByIdClient(self._arm, DNS_VERSION)

    @cached_property
    def resource_groups(self) -> "ResourceGroupsClient":
        from clients.resource_groups import ResourceGroupsClient

        return ResourceGroupsClient(self._arm)

    @cached_property
    def identities(self) -> "IdentitiesClient":
        from clients.identities import IdentitiesClient

        return IdentitiesClient(self._arm)

    @cached_property
    def role_assignments(self) -> "RoleAssignmentsClient":
        from clients.role_assignments import RoleAssignmentsClient

        return RoleAssignmentsClient(self._arm)

    @cached_property
    def compute(self) -> "ComputeClient":
        from clients.compute import ComputeClient

        return ComputeClient(self._arm)

    @cached_property
    def market(self) -> "MarketClient":
        from clients.market import MarketClient

        return MarketClient(
            self.compute,
            self.retail_prices,
            self.subscription,
            self.registries,
            currency=self.settings.price_currency,
        )

    @cached_property
    def subscription(self) -> "SubscriptionClient":
        from clients.subscription import SubscriptionClient

        return SubscriptionClient(self._arm)

    @cached_property
    def cost_management(self) -> "CostManagementClient":
        from clients.cost_management import CostManagementClient

        return CostManagementClient(self._arm)

    @cached_property
    def retail_prices(self) -> "RetailPricesClient":
        from clients.retail_prices import RetailPricesClient

        return RetailPricesClient(self._session, self.settings.retail_prices_url)

    @cached_property
    def policy_file(self) -> "PolicyFile | None":
        """None if none is configured."""
        from clients.policy_file import PolicyFile, reader_of_blob, reader_of_path

        source = self.settings.policy_file
        if source is None:
            return None
        is_blob = source.startswith("https://")
        read = (
            reader_of_blob(source, self._session, self._credential)
            if is_blob
            else reader_of_path(source)
        )
        return PolicyFile(read, settings=self.settings.policy)

    @cached_property
    def edge(self) -> "EdgeClient":
        from clients.edge import EdgeClient

        return EdgeClient(self._session, self.settings.edge_address)

    @cached_property
    def registries(self) -> "RegistriesClient":
        from clients.registries import RegistriesClient

        return RegistriesClient(self._session, self._credential, self.settings.registry_address)

    @cached_property
    def metrics(self) -> "MetricsClient":
        from clients.metrics import MetricsClient

        settings = self.settings
        return MetricsClient.connect(
            settings.metrics_endpoint, settings.subscription_id, self._credential, self._session
        )

    @cached_property
    def logs(self) -> "LogsClient":
        """Raises ValueError if no workspace is configured."""
        from clients.logs import LogsClient

        settings = self.settings
        if not settings.log_workspace_id:
            raise ValueError("No Log Analytics workspace is configured.")
        return LogsClient.connect(
            settings.log_query_endpoint,
            settings.log_query_scope,
            settings.log_workspace_id,
            self._credential,
            self._session,
        )

    @cached_property
    def pod_logs(self) -> "PodLogsClient":
        from clients.pod_logs import PodLogsClient

        return PodLogsClient(self)

    @cached_property
    def cluster_access(self) -> "ClusterAccessClient":
        from clients.cluster_access import ClusterAccessClient

        return ClusterAccessClient(self)

    @cached_property
    def events(self) -> "EventsClient":
        """Raises ValueError if no Service Bus namespace is configured."""
        from clients.events import EventsClient

        settings = self.settings
        if settings.service_bus_connection_string:
            return EventsClient.by_connection_string(
                settings.service_bus_connection_string, settings.ca_bundle, TOPIC
            )
        if settings.service_bus_namespace:
            return EventsClient.by_identity(
                settings.service_bus_namespace, self._credential, settings.ca_bundle, TOPIC
            )
        raise ValueError("No Service Bus is configured.")

    @asynccontextmanager
    async def kubernetes(self, cluster_id: str) -> AsyncGenerator["KubernetesClient"]:
        """The API of one cluster. Raises CredentialRefused, KubernetesRefused and NoAnswer.

        The kubeconfig is cached, because ARM counts each request for it as a write. Any error
        drops it from the cache, as a cluster that was rebuilt has another address.
        """
        from clients.kubernetes import AKS_SERVER_SCOPE, KubernetesClient, translated_errors

        kubeconfig = self._kubeconfigs.get(cluster_id)
        if kubeconfig is None:
            kubeconfig = await self.fetch_kubeconfig(cluster_id)
            self._kubeconfigs[cluster_id] = kubeconfig
        with translated_errors():
            token = await self._credential.get_token(AKS_SERVER_SCOPE)
        client = KubernetesClient.connect(kubeconfig, token.token)
        try:
            with translated_errors():
                yield client
        except Exception:
            self._kubeconfigs.pop(cluster_id, None)
            raise
        finally:
            await client.close()

    async def fetch_kubeconfig(self, cluster_id: str) -> dict[str, Any]:
        """As AKS returns it for a user. Raises CredentialRefused and NoAnswer."""
        import yaml

        answer = await self.aks.list_user_credentials(cluster_id)
        if not answer.is_success:
            raise CredentialRefused(answer)
        encoded: str = answer.body["kubeconfigs"][0]["value"]
        return yaml.safe_load(base64.b64decode(encoded))

    @cached_property
    def _arm(self) -> "ArmConnection":
        from clients.arm import ArmConnection

        settings = self.settings
        return ArmConnection(
            settings.arm_endpoint,
            settings.arm_scope,
            settings.subscription_id,
            self._credential,
            self._session,
        )

    @cached_property
    def _session(self) -> "aiohttp.ClientSession":
        import aiohttp

        context = ssl.create_default_context(cafile=self.settings.ca_bundle)
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context))

    @cached_property
    def _credential(self) -> "ManagedIdentityCredential | DefaultAzureCredential":
        """In Azure the app's identity and no other: the default chain looks for others before it,
        and a variable in the app's settings would decide which one is used."""
        from azure.core.pipeline.transport import AioHttpTransport
        from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential

        transport = AioHttpTransport(session=self._session, session_owner=False)
        if self.settings.has_managed_identity:
            return ManagedIdentityCredential(
                client_id=self.settings.client_id, transport=transport
            )
        return DefaultAzureCredential(transport=transport)

    async def close(self) -> None:
        """Closes all connections. For tests and tools: the app's end with its process."""
        if "events" in self.__dict__:
            await self.events.close()
        if "_credential" in self.__dict__:
            await self._credential.close()
        if "_session" in self.__dict__:
            await self._session.close()
