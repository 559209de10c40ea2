"""What is paid beside nodes has a figure with its source, or none."""

import re

import pytest

from domain.catalog.fixed_prices import (
    AKS_TIERS,
    FRONT_DOOR_TIERS,
    LOAD_BALANCER,
    PUBLIC_ADDRESS,
    FixedPrice,
)
from domain.spec.cluster import ClusterTier
from domain.spec.model import EdgeSku

ALL = (*AKS_TIERS.values(), LOAD_BALANCER, PUBLIC_ADDRESS, *FRONT_DOOR_TIERS.values())


def test_each_tier_that_can_be_asked_for_is_listed():
    assert set(AKS_TIERS) == {tier.value for tier in ClusterTier}
    assert set(FRONT_DOOR_TIERS) == {sku.value for sku in EdgeSku}


@pytest.mark.parametrize("price", [each for each in ALL if each], ids=str)
def test_each_figure_says_where_and_when_it_is_from(price: FixedPrice):
    assert price.usd > 0
    assert price.source
    assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", price.as_of)


def test_what_the_free_tier_costs_is_not_known():
    assert AKS_TIERS["Free"] is None


def test_a_month_has_730_hours():
    by_hour, by_month = AKS_TIERS["Standard"], FRONT_DOOR_TIERS[EdgeSku.STANDARD]
    assert by_hour
    assert by_month
    assert (by_hour.hourly, by_month.hourly) == (0.10, pytest.approx(35 / 730))
