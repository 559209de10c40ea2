"""Lists of Compute are read to their end."""

import pytest

from clients.answers import ArmAnswer
from clients.compute import ComputeClient
from tests.support.arm_lists import Arm, Response


def client(arm: Arm) -> ComputeClient:
    return ComputeClient(arm.connection)


async def test_skus_are_those_of_a_region():
    arm = Arm([Response(200, {"value": []})])
    assert [page.status async for page in client(arm).list_skus("westeurope")] == [200]
    assert [each.url for each in arm.asked] == [
        "/subscriptions/1/providers/Microsoft.Compute/skus?api-version=2021-07-01"
        "&$filter=location%20eq%20%27westeurope%27"
    ]


async def test_the_next_page_is_followed():
    following = "https://management.azure.com/subscriptions/1/x?$skiptoken=a%2Fb"
    pages = [{"value": [1], "nextLink": following}, {"value": [], "nextLink": None}]
    arm = Arm([Response(200, page) for page in pages])
    assert [page.body async for page in client(arm).list_usages("westeurope")] == pages
    assert [each.url for each in arm.asked] == [
        "/subscriptions/1/providers/Microsoft.Compute/locations/westeurope/usages"
        "?api-version=2024-07-01",
        following,
    ]


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(Response(403, {"error": {}, "nextLink": "https://x"}), id="refused"),
        pytest.param(Response(200, "<html>"), id="a proxy's page"),
        pytest.param(Response(200, None, content=b""), id="nothing"),
    ],
)
async def test_what_is_no_list_is_the_last_page(response: Response):
    arm = Arm([response])
    pages: list[ArmAnswer] = [page async for page in client(arm).list_skus("westeurope")]
    assert [page.status for page in pages] == [response.status_code]
    assert not arm.responses
