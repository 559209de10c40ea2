"""What Azure Compute offers in a region, and how much of its quota is used.

By their paths: the package for Microsoft.Compute is larger than all others of the app together.
"""

from collections.abc import AsyncGenerator
from urllib.parse import quote

from azure.core.rest import HttpRequest
from azure.mgmt.resource.resources.aio import ResourceManagementClient

from clients.answering import read_answer
from clients.answers import ArmAnswer
from clients.arm import ArmConnection

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
        return self._pages(f"{self._provider}/skus?api-version={SKUS_API_VERSION}&$filter={where}")

    def list_usages(self, region: str) -> AsyncGenerator[ArmAnswer]:
        """Quotas of the region, page by page, of which a refused one is the last.

        Raises NoAnswer.
        """
        path = f"{self._provider}/locations/{quote(region)}/usages"
        return self._pages(f"{path}?api-version={USAGES_API_VERSION}")

    async def _pages(self, first: str) -> AsyncGenerator[ArmAnswer]:
        url: str | None = first
        while url:
            answer = await read_answer(self._package.send_request(HttpRequest("GET", url)))
            yield answer
            url = _find_next(answer)


def _find_next(answer: ArmAnswer) -> str | None:
    """A page of a proxy, which is no JSON, has none."""
    if not answer.is_success or isinstance(answer.body, str | None):
        return None
    return answer.body.get("nextLink")
