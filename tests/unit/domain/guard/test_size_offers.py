"""The GPU sizes of a region: price, zones, restriction, and how many nodes the quota leaves."""

from typing import Any

import pytest

from domain.catalog.prices import ExchangeRate
from domain.guard.demand import REGIONAL_QUOTA, SPOT_QUOTA
from domain.guard.market import MarketPart
from domain.guard.size_offers import QuotaLeft, SizeOffer, build_size_offers
from tests.support.markets import A100_FAMILY, A100_PRICE, a_market, a_size
from tests.support.specs import NOON

A100, H100, T4 = "Standard_NC24ads_A100_v4", "Standard_NC40ads_H100_v5", "Standard_NC4as_T4_v3"


def an_offer(**values: Any) -> SizeOffer:
    return SizeOffer.model_validate(values)


def test_an_offer_has_all_that_is_known():
    market = a_market(
        quota={A100_FAMILY: (24, 100), SPOT_QUOTA: (0, 47)},
        sizes=(a_size(A100, zones=("1", "3")),),
    )
    offers = build_size_offers(market, 1, 0)
    assert (offers.region, offers.observed_date_time) == ("westeurope", NOON)
    assert (offers.price_as_of, offers.unread) == (NOON, {})
    assert offers.value == (
        an_offer(
            vm_size=A100,
            gpus=1,
            gpu_model="A100",
            gpu_memory_gb=80,
            usd_per_hour=A100_PRICE,
            spot_usd_per_hour=1.0,
            zones=("1", "3"),
            restriction=None,
            quota=QuotaLeft(name=A100_FAMILY, used=24, limit=100),
            nodes_left=3,
            spot_nodes_left=1,
        ),
    )


def test_what_is_not_known_is_absent():
    nothing = {"sizes": None, "quota": None, "prices": None}
    market = a_market(unread={MarketPart.QUOTA: "403"}).model_copy(update=nothing)
    offers = build_size_offers(market, 8, 141)
    assert (offers.price_as_of, offers.unread) == (None, {"quota": "403"})
    assert offers.value == (
        an_offer(vm_size="Standard_ND96isr_H200_v5", gpus=8, gpu_model="H200", gpu_memory_gb=141),
    )


@pytest.mark.parametrize(
    ("quota", "left"),
    [
        ({A100_FAMILY: (0, 71)}, 2),
        ({REGIONAL_QUOTA: (10, 34)}, 1),
        ({A100_FAMILY: (100, 96)}, 0),
    ],
)
def test_the_scarcer_quota_decides(quota: dict[str, tuple[int, int]], left: int):
    market = a_market(quota=quota, sizes=(a_size(A100),))
    assert build_size_offers(market, 1, 0).value[0].nodes_left == left


def test_one_quota_alone_says_nothing():
    known = dict(a_market().quota or {})
    del known[REGIONAL_QUOTA]
    market = a_market(sizes=(a_size(A100),)).model_copy(update={"quota": known})
    (offer,) = build_size_offers(market, 1, 0).value
    assert offer.nodes_left is None
    assert offer.quota


def test_the_cheapest_comes_first_then_what_has_no_price_and_then_what_is_restricted():
    sizes = (a_size(T4), a_size(H100), a_size(A100, restriction="NotAvailableForSubscription"))
    offers = build_size_offers(a_market(sizes=sizes), 1, 0).value
    assert [each.vm_size for each in offers] == [H100, T4, A100]
    assert [each.restriction for each in offers] == [None, None, "NotAvailableForSubscription"]
    assert [each.usd_per_hour for each in offers] == [9.08, None, A100_PRICE]


@pytest.mark.parametrize(
    ("gpus", "memory", "names"),
    [(1, 0, {A100, T4}), (1, 16, {A100, T4}), (1, 17, {A100}), (2, 0, set())],
)
def test_smaller_ones_are_left_out(gpus: int, memory: int, names: set[str]):
    market = a_market(sizes=(a_size(T4), a_size(A100)))
    assert {each.vm_size for each in build_size_offers(market, gpus, memory).value} == names


def test_what_offers_do_not_show_is_no_part_of_what_was_not_read():
    market = a_market(unread={MarketPart.NETWORK: "403", MarketPart.QUOTA: "429"})
    assert build_size_offers(market, 1, 0).unread == {"quota": "429"}


def test_the_rate_of_a_currency_is_shown_beside():
    euros = ExchangeRate(currency="EUR", per_usd=0.9)
    prices = a_market().prices
    assert prices
    market = a_market(prices=prices.model_copy(update={"rate": euros}))
    assert build_size_offers(market, 1, 0).rate == euros
    assert build_size_offers(a_market(), 1, 0).rate is None
