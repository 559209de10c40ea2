"""AKS: clusters, their node pools and credentials."""

from collections.abc import AsyncGenerator

from azure.mgmt.containerservice.aio import ContainerServiceClient

from clients.answers import ArmAnswer
from clients.arm import ArmConnection
from clients.resource_client import Operations, ResourceClient, ask, ask_pages, begin
from domain.arm.resource_id import parse_resource_id

AKS_PROVIDER = "Microsoft.ContainerService"


class AksClient(ResourceClient):
    def __init__(self, arm: ArmConnection) -> None:
        package = arm.connect(ContainerServiceClient)
        self._clusters, pools = package.managed_clusters, package.agent_pools
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
            },
        )

    def list_clusters(self) -> AsyncGenerator[ArmAnswer]:
        """Those of the subscription, page by page."""
        return ask_pages(self._clusters.list)

    async def list_user_credentials(self, cluster_id: str) -> ArmAnswer:
        names = parse_resource_id(cluster_id).names
        return await ask(self._clusters.list_cluster_user_credentials, *names)
