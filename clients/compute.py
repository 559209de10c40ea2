"""What Azure Compute offers in a region, and how much of its quota is used.

By their paths: the package for Microsoft.Compute is larger than all others of the app together.
"""

from collections.abc import AsyncGenerator
from urllib.parse import quote

from azure.mgmt.resource.resources.aio import ResourceManagementClient

from clients.answers import ArmAnswer
from clients.arm import ArmConnection
from clients.arm_lists import list_pages

SKUS_API_VERSION = "2021-07-01"
USAGES_API_VERSION = "2024-07-01"


class ComputeClient:
    def __init__(self, arm: ArmConnection) -> None:
        self._package = arm.connect(ResourceManagementClient)
        self._provider = f"/subscriptions/{arm.subscription_id}/providers/Microsoft.Compute"

    def list_skus(self, region: str) -> AsyncGenerator[ArmAnswer]:
        """What the region offers, page by page, of which a refused one is the last.

        Raises NoAnswer. Azure filters by nothing else, and takes 20 to 30 s.
        """
        where = quote(f"location eq '{region}'")
        url = f"{self._provider}/skus?api-version={SKUS_API_VERSION}&$filter={where}"
        return list_pages(self._package, url)

    def list_usages(self, region: str) -> AsyncGenerator[ArmAnswer]:
        """Quotas of the region, page by page, of which a refused one is the last.

        Raises NoAnswer.
        """
        path = f"{self._provider}/locations/{quote(region)}/usages"
        return list_pages(self._package, f"{path}?api-version={USAGES_API_VERSION}")
