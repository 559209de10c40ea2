"""The market of a region: read once for many requests, and unknown where it is not read."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from clients.answers import ArmAnswer, NoAnswer
from clients.compute import ComputeClient
from clients.market import KeptList, MarketClient
from clients.retail_prices import RetailPricesClient
from domain.guard.market import MarketPart

WEST = "westeurope"
SKU = {
    "resourceType": "virtualMachines",
    "name": "Standard_NC24ads_A100_v4",
    "family": "StandardNCADSA100v4Family",
    "locations": [WEST],
    "capabilities": [{"name": "vCPUs", "value": "24"}],
}
USAGE = {"name": {"value": "cores"}, "currentValue": 8, "limit": 100}


def page(*items: Any) -> ArmAnswer:
    return ArmAnswer(200, {}, {"value": list(items)})


@dataclass
class FakeCompute:
    skus: Callable[[], ArmAnswer] = lambda: page(SKU)
    usages: Callable[[], ArmAnswer] = lambda: page(USAGE)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Closed while lists of SKUs take long."""
    asked: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.gate.set()

    async def list_skus(self, region: str) -> AsyncGenerator[ArmAnswer]:
        self.asked.append(f"skus {region}")
        await self.gate.wait()
        yield self.skus()

    async def list_usages(self, region: str) -> AsyncGenerator[ArmAnswer]:
        self.asked.append(f"usages {region}")
        yield self.usages()


@dataclass
class FakePrices:
    error: NoAnswer | None = None

    async def list_vm_prices(self, region: str) -> list[Any]:
        if self.error:
            raise self.error
        return []


def client(
    compute: FakeCompute, prices: FakePrices | None = None, patience: float = 5
) -> MarketClient:
    return MarketClient(
        cast("ComputeClient", compute),
        cast("RetailPricesClient", prices or FakePrices()),
        patience,
    )


def refuse() -> ArmAnswer:
    return ArmAnswer(403, {}, {"error": {"code": "AuthorizationFailed"}})


def fail() -> ArmAnswer:
    raise NoAnswer("TimeoutError for management.azure.com")


async def test_sizes_and_quota_are_those_of_azure():
    market = await client(FakeCompute()).read(WEST)
    size, quota = market.find_size("standard_nc24ads_a100_v4"), market.find_quota("CORES")
    assert size
    assert quota
    assert (size.vcpus, quota.used, quota.limit) == (24, 8, 100)
    assert market.unread == {}


async def test_many_requests_read_a_list_once():
    compute = FakeCompute()
    reader = client(compute)
    await asyncio.gather(*(reader.read(WEST) for _ in range(20)))
    await reader.read(WEST)
    assert sorted(compute.asked) == [f"skus {WEST}", f"usages {WEST}"]
    await reader.read("uksouth")
    assert "skus uksouth" in compute.asked


@pytest.mark.parametrize(("answer", "word"), [(refuse, "AuthorizationFailed"), (fail, "Timeout")])
async def test_what_is_not_answered_is_unknown_with_the_reason(
    answer: Callable[[], ArmAnswer], word: str
):
    compute = FakeCompute(skus=answer)
    reader = client(compute)
    market = await reader.read(WEST)
    assert market.sizes is None
    assert word in market.unread[MarketPart.SIZES]
    assert market.quota is not None, "one failure hides nothing else"
    compute.skus = lambda: page(SKU)
    assert (await reader.read(WEST)).sizes, "it is read again"


@pytest.mark.parametrize("body", ["<html>", {}, {"value": ["x"]}])
async def test_a_list_in_another_form_is_unknown_and_stops_no_request(body: Any):
    compute = FakeCompute(skus=lambda: ArmAnswer(200, {}, body))
    market = await client(compute).read(WEST)
    assert market.sizes is None
    assert "another form" in market.unread[MarketPart.SIZES]
    assert market.quota


async def test_a_request_does_not_wait_for_a_slow_list_and_the_next_one_has_it():
    compute = FakeCompute()
    compute.gate.clear()
    reader = client(compute, patience=0.01)
    assert "Ask again" in (await reader.read(WEST)).unread[MarketPart.SIZES]
    compute.gate.set()
    assert (await client_without_patience(reader)).sizes
    assert compute.asked.count(f"skus {WEST}") == 1


async def client_without_patience(reader: MarketClient) -> Any:
    for _ in range(10):
        market = await reader.read(WEST)
        if market.sizes:
            return market
    raise AssertionError("the list was never there")


async def test_without_azures_prices_there_are_those_that_were_shipped():
    market = await client(FakeCompute(), FakePrices(NoAnswer("no route"))).read(WEST)
    assert market.prices
    assert market.prices.source == "shipped"
    assert market.unread[MarketPart.PRICES] == "no route"


async def test_a_list_is_read_again_once_it_is_old():
    now, reads = [0.0], list[float]()

    async def read() -> float:
        reads.append(now[0])
        return now[0]

    kept = KeptList(read, 10, clock=lambda: now[0])
    for at, expected in ((0, 0), (9, 0), (10, 10), (11, 10)):
        now[0] = float(at)
        assert await kept.get(1) == expected
    assert reads == [0, 10]
