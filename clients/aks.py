"""AKS clusters, their node pools, maintenance windows and user credentials."""

from collections.abc import AsyncGenerator

from azure.mgmt.containerservice.aio import ContainerServiceClient

from clients.answers import ArmAnswer
from clients.arm import ArmConnection
from clients.resource_client import Operations, ResourceClient, begin, call_raw, list_raw_pages
from domain.arm.resource_id import parse_resource_id

AKS_PROVIDER = "Microsoft.ContainerService"


class AksClient(ResourceClient):
    def __init__(self, arm: ArmConnection) -> None:
        package = arm.connect(ContainerServiceClient)
        self._clusters, pools = package.managed_clusters, package.agent_pools
        maintenance = package.maintenance_configurations
        super().__init__(
            package,
            {
                f"{AKS_PROVIDER}/managedClusters": Operations(
                    self._clusters.get,
                    begin(self._clusters.begin_create_or_update),
                    begin(self._clusters.begin_delete),
                ),
                f"{AKS_PROVIDER}/managedClusters/agentPools": Operations(
                    pools.get, begin(pools.begin_create_or_update), begin(pools.begin_delete)
                ),
                f"{AKS_PROVIDER}/managedClusters/maintenanceConfigurations": Operations(
                    maintenance.get, maintenance.create_or_update, maintenance.delete
                ),
            },
        )

    async def begin_start(self, cluster_id: str) -> ArmAnswer:
        """Starts a cluster that is stopped. Raises NoAnswer."""
        names = parse_resource_id(cluster_id).names
        return await call_raw(begin(self._clusters.begin_start), *names)

    def list_clusters(self) -> AsyncGenerator[ArmAnswer]:
        """The clusters of the subscription, page by page. Raises NoAnswer."""
        return list_raw_pages(self._clusters.list)

    async def list_user_credentials(self, cluster_id: str) -> ArmAnswer:
        """Raises NoAnswer. ARM counts each call as a write."""
        names = parse_resource_id(cluster_id).names
        return await call_raw(self._clusters.list_cluster_user_credentials, *names)
