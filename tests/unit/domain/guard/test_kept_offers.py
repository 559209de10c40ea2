"""What the task hub keeps of a region: the later of each part, and no more than is used."""

import pytest

from domain.catalog.prices import ExchangeRate, RegionPrices
from domain.guard.kept_offers import (
    KeptOffers,
    KeptPrices,
    KeptSizes,
    merge_offers,
    only_what_is_used,
)
from tests.support.markets import a_size
from tests.support.specs import NOON, minutes

A100, OTHER = "Standard_NC24ads_A100_v4", "Standard_M128s"


def prices(hourly: dict[str, float], spot: dict[str, float] | None = None) -> RegionPrices:
    return RegionPrices(
        region="westeurope", as_of=NOON, source="RetailPrices", hourly=hourly, spot=spot or {}
    )


def kept(sizes: int | None = None, priced: int | None = None) -> KeptOffers:
    """Read so many minutes after noon; None: unknown."""
    return KeptOffers(
        region="westeurope",
        currency="USD",
        sizes=None
        if sizes is None
        else KeptSizes(read_at=NOON + minutes(sizes), value=(a_size(A100),)),
        prices=None
        if priced is None
        else KeptPrices(read_at=NOON + minutes(priced), value=prices({A100: 4.0})),
    )


@pytest.mark.parametrize(
    ("before", "news", "expected"),
    [
        (None, kept(1, 2), kept(1, 2)),
        (kept(1, 2), kept(3, 4), kept(3, 4)),
        (kept(3, 4), kept(1, 2), kept(3, 4)),
        (kept(1, 4), kept(3, 2), kept(3, 4)),
        (kept(1, None), kept(None, 2), kept(1, 2)),
        (kept(None, None), kept(None, None), kept(None, None)),
    ],
)
def test_the_later_of_each_part_is_kept(
    before: KeptOffers | None, news: KeptOffers, expected: KeptOffers
):
    assert merge_offers(before, news) == expected


def test_sizes_that_no_environment_has_are_left_out():
    known = (a_size(A100), a_size(A100).model_copy(update={"name": OTHER}))
    offers = KeptOffers(
        region="westeurope",
        currency="USD",
        sizes=KeptSizes(read_at=NOON, value=known),
        prices=KeptPrices(
            read_at=NOON,
            value=prices({A100: 4.0, OTHER: 9.0, "Standard_D4ds_v5": 0.2}, {OTHER: 1.0, A100: 2}),
        ),
    )
    used = only_what_is_used(offers, "standard_d4ds_v5")
    assert used.sizes
    assert used.prices
    assert [each.name for each in used.sizes.value] == [A100]
    assert used.prices.value.hourly == {A100: 4.0, "Standard_D4ds_v5": 0.2}
    assert used.prices.value.spot == {A100: 2.0}
    assert only_what_is_used(kept(), "x") == kept()


@pytest.mark.parametrize(
    ("here", "there", "rate"),
    [
        ({A100: 4.0}, {A100: 3.6}, 0.9),
        ({A100: 3.0}, {A100: 1.0}, 0.333333),
        ({A100: 4.0}, {}, None),
        ({}, {A100: 3.6}, None),
    ],
)
def test_the_rate_of_a_currency_is_by_what_one_size_costs_in_both(
    here: dict[str, float], there: dict[str, float], rate: float | None
):
    euros = prices(there).model_copy(update={"currency": "EUR"})
    found = prices(here).with_rate(euros, A100).rate
    assert found == (ExchangeRate(currency="EUR", per_usd=rate) if rate else None)
