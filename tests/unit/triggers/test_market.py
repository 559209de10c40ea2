"""Sizes and prices that instances of the app share through the task hub."""

import azure.functions as func
import pytest

from domain.guard.kept_offers import KeptOffers, KeptPrices, KeptSizes
from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api
from tests.support.markets import FakeMarkets, a_size, some_prices
from tests.support.specs import NOON, minutes, spec_body
from triggers.market import read_region
from triggers.timer_market import run_market

WEST = "westeurope"


class Timer(func.TimerRequest):
    @property
    def past_due(self) -> bool:
        return False


def offers(region: str = WEST, at: int = 0) -> KeptOffers:
    """As read so many minutes after noon."""
    read_at = NOON + minutes(at)
    return KeptOffers(
        region=region,
        currency="USD",
        sizes=KeptSizes(read_at=read_at, value=(a_size("Standard_NC24ads_A100_v4"),)),
        prices=KeptPrices(read_at=read_at, value=some_prices(region)),
    )


async def refresh(hub: FakeHub, markets: FakeMarkets, *regions: str) -> None:
    await run_market(Timer(), hub, markets, regions)


async def test_the_timer_keeps_what_azure_says():
    hub = FakeHub()
    markets = FakeMarkets(refreshed={WEST: offers(), "uksouth": offers("uksouth")})
    await refresh(hub, markets, WEST, "uksouth")
    assert set(hub.offers) == {"westeurope.usd", "uksouth.usd"}
    assert KeptOffers.from_wire(hub.offers["westeurope.usd"]) == offers()


async def test_an_instance_that_has_read_nothing_takes_what_another_has_read():
    hub = FakeHub()
    await refresh(hub, FakeMarkets(refreshed={WEST: offers()}), WEST)
    other = FakeMarkets(refreshed={WEST: offers(at=5)})
    await read_region(hub, other, WEST)
    assert other.taken == [offers()]
    await refresh(hub, other, WEST)
    assert KeptOffers.from_wire(hub.offers["westeurope.usd"]) == offers(), "nothing was read again"


async def test_an_instance_that_has_fresh_offers_asks_nobody():
    hub = FakeHub(offers={"westeurope.usd": {"region": 1}})
    markets = FakeMarkets()
    await read_region(hub, markets, WEST)
    await refresh(hub, markets, WEST)
    assert markets.taken == []


async def test_nothing_is_kept_where_azure_says_nothing():
    hub = FakeHub()
    empty = KeptOffers(region=WEST, currency="USD")
    await refresh(hub, FakeMarkets(refreshed={WEST: empty}), WEST)
    assert hub.offers == {}


@pytest.mark.parametrize("path", ["plans", "environments"])
async def test_offers_of_another_version_stop_no_request(path: str):
    hub = FakeHub(offers={"westeurope.usd": {"colour": "blue"}})
    markets = FakeMarkets(refreshed={WEST: offers()})
    answer = await Api(hub, read_market=markets).send("POST", path, spec_body())
    assert answer.status in (200, 202)
    assert markets.taken == []


async def test_each_currency_has_its_own():
    hub = FakeHub()
    await refresh(hub, FakeMarkets(refreshed={WEST: offers()}, currency="EUR"), WEST)
    assert set(hub.offers) == {"westeurope.eur"}
