"""The market of a region: read once for many requests, and unknown where it is not read."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from clients.answers import ArmAnswer, NoAnswer
from clients.arm_lists import ListRefused
from clients.compute import ComputeClient
from clients.kept_list import KeptList, Known, Lifetime
from clients.market import MarketClient
from clients.registries import RegistriesClient
from clients.retail_prices import RetailPricesClient
from clients.subscription import SubscriptionClient
from domain.catalog.prices import ExchangeRate
from domain.guard.image_checks import wanted_images
from domain.guard.kept_offers import KeptOffers, KeptSizes
from domain.guard.market import MarketPart
from domain.guard.plan_check import Verdict
from domain.guard.subscription import SubscriptionPart
from domain.images.answers import RegistryAnswer, Stage
from domain.spec.image_reference import ImageReference
from domain.spec.model import EnvironmentSpec
from tests.support.specs import a_spec, spec_body

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
    rates: dict[str, float] = field(default_factory=lambda: {"USD": 1.0, "EUR": 0.9})
    asked: list[tuple[str, str | None]] = field(default_factory=list[tuple[str, str | None]])

    async def list_vm_prices(
        self, region: str, currency: str = "USD", vm_size: str | None = None
    ) -> list[Any]:
        self.asked.append((currency, vm_size))
        if self.error:
            raise self.error
        sizes = ("Standard_D4ds_v5", "Standard_NC24ads_A100_v4", "Standard_E2s_v5")
        return [
            a_row(currency, size, 2 * self.rates[currency])
            for size in sizes
            if vm_size in (None, size)
        ]


def a_row(currency: str, size: str, price: float) -> dict[str, Any]:
    return {
        "serviceName": "Virtual Machines",
        "type": "Consumption",
        "unitOfMeasure": "1 Hour",
        "armRegionName": WEST,
        "armSkuName": size,
        "skuName": size,
        "productName": "Virtual Machines",
        "retailPrice": price,
        "currencyCode": currency,
    }


@dataclass
class FakeSubscription:
    states: dict[str, str] = field(default_factory=dict[str, str])
    error: Exception | None = None

    async def list_network_usages(self, region: str) -> AsyncGenerator[ArmAnswer]:
        yield page({"name": {"value": "StandardSkuLoadBalancers"}, "currentValue": -1, "limit": 9})

    async def list_cluster_usages(self, region: str) -> AsyncGenerator[ArmAnswer]:
        if self.error:
            raise self.error
        yield page({"name": {"value": "ManagedClusters"}, "currentValue": 3, "limit": 5})

    async def list_edge_usages(self) -> AsyncGenerator[ArmAnswer]:
        yield page(
            {"resourceType": "profile", "currentValue": 7, "limit": 7},
            {"resourceType": "afdProfile", "currentValue": 2, "limit": 4},
        )

    async def read_providers(self, namespaces: tuple[str, ...]) -> dict[str, str]:
        if self.error:
            raise self.error
        return {each: self.states.get(each, "Registered") for each in namespaces}

    async def read_features(self, features: tuple[str, ...]) -> dict[str, str]:
        return dict.fromkeys(features, "Registered")


@dataclass
class FakeRegistries:
    """Answers one after another, the last one for ever."""

    answers: list[RegistryAnswer]
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0
    failure: Exception | None = None

    def __post_init__(self) -> None:
        self.gate.set()

    async def get_manifest(self, image: ImageReference) -> RegistryAnswer:
        self.asked += 1
        await self.gate.wait()
        if self.failure:
            raise self.failure
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def client(
    compute: FakeCompute,
    prices: FakePrices | None = None,
    patience: float = 5,
    subscription: FakeSubscription | None = None,
    registries: FakeRegistries | None = None,
    currency: str = "USD",
) -> MarketClient:
    return MarketClient(
        cast("ComputeClient", compute),
        cast("RetailPricesClient", prices or FakePrices()),
        cast("SubscriptionClient", subscription or FakeSubscription()),
        cast("RegistriesClient", registries),
        currency=currency,
        patience=patience,
    )


def refuse() -> ArmAnswer:
    return ArmAnswer(403, {}, {"error": {"code": "AuthorizationFailed"}})


def fail() -> ArmAnswer:
    raise NoAnswer("TimeoutError for management.azure.com")


async def test_sizes_and_quota_are_those_of_azure():
    market = await client(FakeCompute()).region(WEST)
    size, quota = market.find_size("standard_nc24ads_a100_v4"), market.find_quota("CORES")
    assert size
    assert quota
    assert (size.vcpus, quota.used, quota.limit) == (24, 8, 100)
    assert market.unread == {}


async def test_many_requests_read_a_list_once():
    compute = FakeCompute()
    reader = client(compute)
    await asyncio.gather(*(reader.region(WEST) for _ in range(20)))
    await reader.region(WEST)
    assert sorted(compute.asked) == [f"skus {WEST}", f"usages {WEST}"]
    await reader.region("uksouth")
    assert "skus uksouth" in compute.asked


@pytest.mark.parametrize(("answer", "word"), [(refuse, "AuthorizationFailed"), (fail, "Timeout")])
async def test_what_is_not_answered_is_unknown_with_the_reason(
    answer: Callable[[], ArmAnswer], word: str
):
    compute = FakeCompute(skus=answer)
    reader = client(compute)
    market = await reader.region(WEST)
    assert market.sizes is None
    assert word in market.unread[MarketPart.SIZES]
    assert market.quota is not None, "one failure hides nothing else"
    compute.skus = lambda: page(SKU)
    assert (await reader.region(WEST)).sizes, "it is read again"


@pytest.mark.parametrize("body", ["<html>", {}, {"value": ["x"]}])
async def test_a_list_in_another_form_is_unknown_and_stops_no_request(body: Any):
    compute = FakeCompute(skus=lambda: ArmAnswer(200, {}, body))
    market = await client(compute).region(WEST)
    assert market.sizes is None
    assert "another form" in market.unread[MarketPart.SIZES]
    assert market.quota


async def test_a_request_does_not_wait_for_a_slow_list_and_the_next_one_has_it():
    compute = FakeCompute()
    compute.gate.clear()
    reader = client(compute, patience=0.01)
    assert "Ask again" in (await reader.region(WEST)).unread[MarketPart.SIZES]
    compute.gate.set()
    assert (await client_without_patience(reader)).sizes
    assert compute.asked.count(f"skus {WEST}") == 1


@pytest.mark.parametrize(("seconds", "is_read"), [(30, False), (90, True), (7200, True)])
async def test_a_refusal_has_sizes_read_again_for_the_next_request(seconds: int, is_read: bool):
    compute = FakeCompute()
    reader = client(compute)
    read_at = datetime.now(UTC) - timedelta(seconds=seconds)
    kept = KeptSizes(read_at=read_at, value=())
    reader.take_offers(KeptOffers(region=WEST, currency="USD", sizes=kept))
    compute.gate.clear()
    for _ in range(3):
        assert (await reader.region(WEST, datetime.now(UTC))).sizes == (), "it does not wait"
    compute.gate.set()
    await asyncio.sleep(0)
    assert bool((await reader.region(WEST)).sizes) == is_read
    assert compute.asked.count(f"skus {WEST}") == is_read


async def client_without_patience(reader: MarketClient) -> Any:
    for _ in range(10):
        market = await reader.region(WEST)
        if market.sizes:
            return market
    raise AssertionError("the list was never there")


async def test_without_azures_prices_there_are_those_that_were_shipped():
    market = await client(FakeCompute(), FakePrices(NoAnswer("no route"))).region(WEST)
    assert market.prices
    assert market.prices.source == "shipped"
    assert market.unread[MarketPart.PRICES] == "no route"


@dataclass
class Counted:
    """A list that is the time at which it was read."""

    now: float = 0.0
    reads: list[float] = field(default_factory=list[float])
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def read(self) -> float:
        at = self.now
        self.reads.append(at)
        await self.gate.wait()
        return at

    def kept(self, fresh: float, usable: float) -> KeptList[float]:
        return KeptList(self.read, Lifetime(fresh, usable), clock=lambda: self.now)


async def test_a_list_is_read_again_once_it_is_old():
    source = Counted()
    kept = source.kept(10, 10)
    for at, expected in ((0, 0), (9, 0), (10, 10), (11, 10)):
        source.now = float(at)
        assert await kept.get(1) == expected
    assert source.reads == [0, 10]


async def test_an_old_list_serves_while_it_is_read_again_for_as_long_as_it_may():
    source = Counted()
    kept = source.kept(10, 20)
    assert await kept.get(1) == 0
    source.now = 19.0
    source.gate.clear()
    assert [await kept.get(0.01) for _ in range(3)] == [0, 0, 0]
    await asyncio.sleep(0)
    assert source.reads == [0, 19], "by one reader"
    source.now = 20.0
    with pytest.raises(TimeoutError):
        await kept.get(0.01)
    source.gate.set()
    await kept.renew()
    assert await kept.get(1) == 19
    assert source.reads == [0, 19]


async def test_what_was_read_too_early_is_read_again_by_one_reader():
    source = Counted(now=1)
    kept = source.kept(10, 20)
    assert await kept.get_known(1) == Known(1, 1)
    source.now = 2.0
    assert await kept.get_known(1, since=1) == Known(1, 1)
    source.gate.clear()
    waiting = [asyncio.create_task(kept.get_known(1, since=2)) for _ in range(3)]
    while source.reads == [1]:
        await asyncio.sleep(0)
    assert await kept.get(1) == 1, "others do not wait"
    source.now = 3.0
    later = asyncio.create_task(kept.get_known(1, since=3))
    await asyncio.sleep(0)
    source.gate.set()
    assert await asyncio.gather(*waiting) == [Known(2, 2)] * 3
    assert await later == Known(3, 3)
    assert source.reads == [1, 2, 3]
    assert await kept.get(1) == 3


async def test_what_another_has_read_replaces_only_what_is_older():
    source = Counted(now=30)
    kept = source.kept(10, 10)
    for known, expected in ((Known(25.0, 1.0), 1), (Known(24.0, 2.0), 1), (Known(26.0, 3.0), 3)):
        kept.take(known)
        assert await kept.get(1) == expected
    assert source.reads == []
    source.now = 36.0
    await kept.renew()
    assert source.reads == [36]


async def test_usages_are_as_old_as_the_oldest_of_them():
    market_client, began = client(FakeCompute()), datetime.now(UTC)
    first = (await market_client.region(WEST)).usages_read_at
    assert first
    assert began <= first <= datetime.now(UTC)
    assert (await market_client.region(WEST)).usages_read_at == first
    again = (await market_client.region(WEST, datetime.now(UTC))).usages_read_at
    assert again
    assert again > first


async def test_clusters_and_the_network_are_counted_in_the_region():
    market = await client(FakeCompute()).region(WEST)
    assert market.clusters
    assert market.network
    assert (market.clusters["managedclusters"].used, market.clusters["managedclusters"].limit) == (
        3,
        5,
    )
    assert market.network["standardskuloadbalancers"].used == -1


async def test_a_subscription_has_profiles_providers_and_features():
    found = await client(FakeCompute()).subscription()
    assert found.profiles
    assert (found.profiles.used, found.profiles.limit) == (2, 4)
    assert set((found.providers or {}).values()) == {"Registered"}
    assert found.features == {"Microsoft.Compute/EncryptionAtHost": "Registered"}
    assert found.unread == {}


async def test_what_is_not_read_of_clusters_and_providers_is_told():
    reader = client(FakeCompute(), subscription=FakeSubscription(error=ListRefused("403")))
    market, found = await reader.region(WEST), await reader.subscription()
    assert market.unread == {MarketPart.CLUSTERS: "403"}
    assert found.unread == {SubscriptionPart.PROVIDERS: "403"}
    assert found.profiles


async def test_the_rate_of_another_currency_is_that_of_the_price_list():
    prices = FakePrices()
    market = await client(FakeCompute(), prices, currency="EUR").region(WEST)
    assert market.prices
    assert market.prices.rate == ExchangeRate(currency="EUR", per_usd=0.9)
    assert market.prices.currency == "USD"
    assert prices.asked == [("USD", None), ("EUR", "Standard_D4ds_v5")]


async def test_what_was_read_is_given_to_the_task_hub_and_taken_from_it():
    compute, prices = FakeCompute(), FakePrices()
    one, other = client(compute, prices), client(FakeCompute(fail), FakePrices(NoAnswer("no")))
    assert one.lacks_offers(WEST)
    offers = await one.refresh_offers(WEST)
    assert not one.lacks_offers(WEST)
    assert offers.sizes
    assert offers.prices
    used = {"Standard_D4ds_v5", "Standard_NC24ads_A100_v4"}
    assert set(offers.prices.value.hourly) == used, "without sizes that no environment has"
    other.take_offers(KeptOffers.from_wire(offers.to_wire()))
    assert not other.lacks_offers(WEST)
    market = await other.region(WEST)
    assert market.prices
    assert market.prices.source == "RetailPrices"
    assert market.find_size("standard_nc24ads_a100_v4")
    assert market.unread == {}


async def test_a_refresh_without_an_answer_keeps_what_is_known():
    reader = client(FakeCompute(fail), FakePrices())
    offers = await reader.refresh_offers(WEST)
    assert offers.sizes is None
    assert offers.prices
    assert reader.lacks_offers(WEST)


async def test_prices_in_another_currency_are_not_taken():
    euros = client(FakeCompute(), currency="EUR")
    reader = client(FakeCompute())
    reader.take_offers(await euros.refresh_offers(WEST))
    assert reader.lacks_offers(WEST)


REGISTRY = (
    "/subscriptions/5b5c5b5c-0000-4000-8000-000000000001/resourceGroups/r"
    "/providers/Microsoft.ContainerRegistry/registries/acmeml"
)

DIGEST = "sha256:" + "a" * 64
FOUND = RegistryAnswer(Stage.MANIFEST, 200, DIGEST, {"mediaType": "x"})
MISSING = RegistryAnswer(
    Stage.MANIFEST, 404, None, {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "unknown"}]}
)


def spec_of_registry() -> EnvironmentSpec:
    workload = {
        **spec_body()["workload"],
        "image": "acmeml.azurecr.io/llm:1",
        "registry": REGISTRY,
    }
    return a_spec(workload=workload)


async def test_an_image_that_is_there_is_looked_up_once():
    registries = FakeRegistries([FOUND])
    reader = client(FakeCompute(), registries=registries)
    for _ in range(3):
        (check,) = await reader.images(wanted_images(spec_of_registry(), None))
        assert (check.code, check.verdict) == ("ImageFound", Verdict.OK)
        assert DIGEST in check.message
    assert registries.asked == 1


async def test_an_image_that_is_missing_is_looked_up_again():
    reader = client(FakeCompute(), registries=FakeRegistries([MISSING, FOUND]))
    (missing,) = await reader.images(wanted_images(spec_of_registry(), None))
    assert (missing.code, missing.verdict) == ("ImageNotFound", Verdict.FAIL)
    assert missing.target == "workload.image"
    (found,) = await reader.images(wanted_images(spec_of_registry(), None))
    assert found.verdict is Verdict.OK


async def test_a_registry_that_is_slow_is_a_warning():
    registries = FakeRegistries([FOUND])
    registries.gate.clear()
    reader = client(FakeCompute(), registries=registries, patience=0.01)
    (check,) = await reader.images(wanted_images(spec_of_registry(), None))
    assert (check.code, check.verdict) == ("ImageNotVerified", Verdict.WARN)
    assert "has not answered within 0.01 s" in check.message


async def test_a_registry_whose_answer_cannot_be_understood_is_a_warning():
    unreadable = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
    reader = client(FakeCompute(), registries=FakeRegistries([FOUND], failure=unreadable))
    (check,) = await reader.images(wanted_images(spec_of_registry(), None))
    assert (check.code, check.verdict) == ("ImageNotVerified", Verdict.WARN)
    assert "UnicodeDecodeError" in check.message


async def test_nothing_is_looked_up_where_nothing_is_asked_for():
    assert await client(FakeCompute(), registries=FakeRegistries([])).images(()) == ()
