"""Prices are read page by page without credentials, or not at all."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from clients.answers import NoAnswer
from clients.retail_prices import MOST_PAGES, RetailPricesClient


@dataclass
class Prices:
    """Answers one page after another, and keeps what was asked."""

    pages: list[web.Response] = field(default_factory=list[web.Response])
    asked: list[web.BaseRequest] = field(default_factory=list[web.BaseRequest])
    endless: bool = False

    async def serve(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if self.endless:
            return a_page([1], "https://prices.azure.com:443/api/retail/prices?$skip=1")
        return self.pages.pop(0)


def a_page(rows: list[Any], following: str | None = None) -> web.Response:
    return web.json_response({"Items": rows, "NextPageLink": following, "Count": len(rows)})


def busy(**headers: str) -> web.Response:
    return web.Response(status=429, headers=headers)


@pytest.fixture
def prices() -> Prices:
    return Prices()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
async def client(prices: Prices, pauses: list[float]) -> AsyncIterator[RetailPricesClient]:
    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    app = web.Application()
    app.router.add_get("/{path:.*}", prices.serve)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    try:
        async with aiohttp.ClientSession() as session:
            yield RetailPricesClient(session, str(server.make_url("")), pause)
    finally:
        await server.close()


async def test_a_region_is_read_as_a_whole(client: RetailPricesClient, prices: Prices):
    link = "https://prices.azure.com:443/api/retail/prices?$filter=a%20eq%20'b'&$skip=1000"
    prices.pages = [a_page([{"n": 1}, {"n": 2}], link), a_page([{"n": 3}], "")]
    assert await client.list_vm_prices("westeurope") == [{"n": 1}, {"n": 2}, {"n": 3}]
    first, second = prices.asked
    assert first.path == second.path == "/api/retail/prices"
    assert dict(first.query) == {
        "api-version": "2023-01-01-preview",
        "currencyCode": "'USD'",
        "$filter": "serviceName eq 'Virtual Machines' and priceType eq 'Consumption' and "
        "armRegionName eq 'westeurope'",
    }
    assert dict(second.query) == {"$filter": "a eq 'b'", "$skip": "1000"}
    assert not any("Authorization" in each.headers for each in prices.asked)


async def test_the_currency_is_a_parameter(client: RetailPricesClient, prices: Prices):
    prices.pages = [a_page([])]
    assert await client.list_vm_prices("westeurope", "EUR") == []
    assert prices.asked[0].query["currencyCode"] == "'EUR'"


async def test_a_busy_api_is_waited_for_three_times(
    client: RetailPricesClient, prices: Prices, pauses: list[float]
):
    prices.pages = [busy(), a_page([1])]
    assert await client.list_vm_prices("westeurope") == [1]
    assert pauses == [3.0]
    prices.pages = [busy(), busy(), busy(), a_page([1])]
    assert await client.list_vm_prices("westeurope") == [1]
    assert pauses == [3.0] * 4
    prices.pages = [busy(), busy(), busy(), busy(), a_page([1])]
    with pytest.raises(NoAnswer, match="HTTP 429"):
        await client.list_vm_prices("westeurope")
    assert pauses == [3.0] * 7


@pytest.mark.parametrize(("said", "waited"), [("17", 17.0), ("600", 60.0), ("soon", 3.0)])
async def test_a_busy_api_may_say_how_long(
    client: RetailPricesClient, prices: Prices, pauses: list[float], said: str, waited: float
):
    prices.pages = [busy(**{"Retry-After": said}), a_page([1])]
    assert await client.list_vm_prices("westeurope") == [1]
    assert pauses == [waited]


async def test_one_size_is_asked_for_by_its_name(client: RetailPricesClient, prices: Prices):
    prices.pages = [a_page([1])]
    await client.list_vm_prices("westeurope", "EUR", "Standard_D4ds_v5")
    assert prices.asked[0].query["$filter"].endswith(" and armSkuName eq 'Standard_D4ds_v5'")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda: web.Response(status=400, text="Invalid OData"), id="refused"),
        pytest.param(lambda: web.Response(status=307, headers={"Location": "/x"}), id="moved"),
        pytest.param(lambda: web.Response(text="<html>"), id="a proxy's page"),
        pytest.param(lambda: web.json_response([]), id="a list"),
        pytest.param(lambda: web.json_response({"Items": None}), id="no rows"),
    ],
)
async def test_what_is_no_page_of_prices_is_no_answer(
    client: RetailPricesClient, prices: Prices, answer: Any
):
    link = "https://prices.azure.com:443/api/retail/prices?$skip=1"
    prices.pages = [a_page([1], link), answer()]
    with pytest.raises(NoAnswer):
        await client.list_vm_prices("westeurope")


async def test_pages_without_an_end_are_no_answer(client: RetailPricesClient, prices: Prices):
    prices.endless = True
    with pytest.raises(NoAnswer, match="pages"):
        await client.list_vm_prices("westeurope")
    assert len(prices.asked) == MOST_PAGES


async def test_without_a_connection_there_is_no_answer(unused_tcp_port: int):
    async with aiohttp.ClientSession() as session:
        client = RetailPricesClient(session, f"http://127.0.0.1:{unused_tcp_port}")
        with pytest.raises(NoAnswer, match=r"127\.0\.0\.1"):
            await client.list_vm_prices("westeurope")
