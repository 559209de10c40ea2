"""Lists of Compute are read to their end."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from azure.core.rest import AsyncHttpResponse, HttpRequest

from clients.answers import ArmAnswer
from clients.arm import ArmConnection
from clients.compute import ComputeClient


@dataclass
class Response:
    """The part of a response that is read."""

    status_code: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict[str, str])
    content: bytes = b"some"

    def json(self) -> Any:
        if isinstance(self.body, str):
            raise ValueError
        return self.body

    def text(self) -> str:
        return self.body


@dataclass
class Arm:
    """A connection and its package in one, which answers one response after another."""

    responses: list[Response]
    asked: list[HttpRequest] = field(default_factory=list[HttpRequest])
    subscription_id: str = "1"

    def connect(self, package: object) -> "Arm":
        return self

    async def send_request(self, request: HttpRequest) -> AsyncHttpResponse:
        self.asked.append(request)
        return cast(AsyncHttpResponse, self.responses.pop(0))

    @property
    def client(self) -> ComputeClient:
        return ComputeClient(cast(ArmConnection, self))


async def test_skus_are_those_of_a_region():
    arm = Arm([Response(200, {"value": []})])
    assert [page.status async for page in arm.client.list_skus("westeurope")] == [200]
    assert [each.url for each in arm.asked] == [
        "/subscriptions/1/providers/Microsoft.Compute/skus?api-version=2021-07-01"
        "&$filter=location%20eq%20%27westeurope%27"
    ]


async def test_the_next_page_is_followed():
    following = "https://management.azure.com/subscriptions/1/x?$skiptoken=a%2Fb"
    pages = [{"value": [1], "nextLink": following}, {"value": [], "nextLink": None}]
    arm = Arm([Response(200, page) for page in pages])
    assert [page.body async for page in arm.client.list_usages("westeurope")] == pages
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
    pages: list[ArmAnswer] = [page async for page in arm.client.list_skus("westeurope")]
    assert [page.status for page in pages] == [response.status_code]
    assert not arm.responses
