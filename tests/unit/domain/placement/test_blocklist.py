"""What a refusal rules out, for how long, and what is tried nevertheless."""

from datetime import timedelta

import pytest

from domain.arm.error_rules import RULES
from domain.outcomes import Failure, Outcome
from domain.placement.blocklist import (
    CAPACITY_REFUSALS,
    Blocklist,
    Choice,
    RefusedOffer,
    add_block,
    choose,
    is_refusal,
)
from domain.placement.offers import Offer
from tests.support.specs import NOON, minutes

A100, BIGGER, H100 = (
    "Standard_NC24ads_A100_v4",
    "Standard_NC48ads_A100_v4",
    "Standard_NC40ads_H100_v5",
)


def offer(vm_size=A100, region="westeurope", *, spot=False, zone="") -> Offer:
    return Offer(region=region, vm_size=vm_size, spot=spot, zones=(zone,) if zone else ())


def failure(reason: str) -> Failure:
    return Failure(reason=reason, message="", retryable=False, suggested_action="")


def refused(reason: str, of: Offer, at=NOON) -> Blocklist:
    return add_block(Blocklist(), RefusedOffer(offer=of, failure=failure(reason), at=at))


FAMILY = [offer(), offer(zone="1"), offer(BIGGER)]
OTHERS = [offer(H100), offer(region="northeurope")]


@pytest.mark.parametrize(
    ("reason", "blocked", "free", "lasts"),
    [
        ("QuotaExceeded", FAMILY, [offer(spot=True), *OTHERS], minutes(10)),
        ("RegionalQuotaExceeded", [*FAMILY, offer(H100)], [offer(spot=True)], minutes(10)),
        (
            "ManagedClusterQuotaExceeded",
            [*FAMILY, offer(H100, spot=True)],
            [offer(region="northeurope")],
            minutes(10),
        ),
        (
            "AksCapacityExceeded",
            [*FAMILY, offer(H100)],
            [offer(region="northeurope")],
            minutes(60),
        ),
        ("AllocationFailed", [offer()], [offer(zone="1"), offer(spot=True), *OTHERS], minutes(60)),
        ("SkuNotAvailable", [offer(), offer(spot=True)], [offer(BIGGER)], timedelta(hours=23)),
        ("ScaleUpFailed", [offer()], [offer(zone="1"), *OTHERS], minutes(3)),
    ],
)
def test_a_refusal_rules_out_what_shares_its_cause(reason, blocked, free, lasts) -> None:
    blocklist = refused(reason, offer())
    last_moment = NOON + lasts - timedelta(seconds=1)
    assert all(blocklist.find(each, last_moment) for each in blocked)
    assert not any(blocklist.find(each, NOON) for each in free)
    assert not any(blocklist.find(each, NOON + lasts) for each in blocked)


def test_spot_capacity_has_a_quota_of_its_own() -> None:
    blocklist = refused("SpotQuotaExceeded", offer(spot=True))
    assert blocklist.find(offer(H100, spot=True), NOON)
    assert not blocklist.find(offer(), NOON)


def test_a_zone_without_capacity_says_nothing_of_the_others() -> None:
    blocklist = refused("ZonalAllocationFailed", offer(zone="1"))
    assert blocklist.find(offer(zone="1"), NOON)
    assert not blocklist.find(offer(zone="2"), NOON)
    assert not blocklist.find(offer(), NOON)


def test_the_same_refusal_again_lasts_longer_and_is_kept_once() -> None:
    blocklist = refused("AllocationFailed", offer())
    again = RefusedOffer(offer=offer(), failure=failure("AllocationFailed"), at=NOON + minutes(30))
    blocklist = add_block(blocklist, again)
    assert [block.until for block in blocklist.blocks] == [NOON + minutes(90)]


def test_a_block_that_is_over_is_forgotten_with_the_next() -> None:
    blocklist = refused("QuotaExceeded", offer())
    later = RefusedOffer(
        offer=offer(H100), failure=failure("ScaleUpFailed"), at=NOON + minutes(10)
    )
    assert [block.vm_size for block in add_block(blocklist, later).blocks] == [H100]


def test_blocked_offers_are_skipped() -> None:
    first, second = choose(
        [offer(), offer(H100)], None, refused("AllocationFailed", offer()), NOON
    )
    assert [choice.block and choice.block.reason for choice in (first, second)] == [
        "AllocationFailed",
        None,
    ]


def test_the_offer_that_the_cell_has_is_not_skipped() -> None:
    """A serving pool must not be replaced because another environment was refused the same."""
    blocklist = refused("AllocationFailed", offer())
    choices = choose([offer(), offer(H100)], offer(), blocklist, NOON)
    assert [choice.block for choice in choices] == [None, None]


def test_if_all_are_blocked_azure_is_asked() -> None:
    offers = [offer(), offer(zone="1")]
    choices = choose(offers, None, refused("QuotaExceeded", offer()), NOON)
    assert choices == [Choice(each) for each in offers]


@pytest.mark.parametrize(
    ("first", "second"),
    [("AllocationFailed", "ScaleUpFailed"), ("ScaleUpFailed", "AllocationFailed")],
)
def test_of_several_blocks_the_one_that_lasts_longest_counts(first: str, second: str) -> None:
    later = RefusedOffer(offer=offer(), failure=failure(second), at=NOON)
    found = add_block(refused(first, offer()), later).find(offer(), NOON)
    assert found
    assert found.reason == "AllocationFailed"


def test_a_size_that_is_no_longer_known_is_a_family_of_its_own() -> None:
    blocklist = refused("QuotaExceeded", offer("Standard_Retired_Since"))
    assert blocklist.find(offer("Standard_Retired_Since"), NOON)
    assert not blocklist.find(offer(), NOON)


@pytest.mark.parametrize("reason", ["LocationNotAvailable", "PolicyDenied", "ImagePullFailed"])
def test_another_offer_does_not_help_against_every_failure(reason: str) -> None:
    assert not is_refusal(Outcome.failed(failure(reason)))


def test_every_refusal_is_the_reason_of_a_rule() -> None:
    diagnosed = {"ScaleUpFailed", "SpotEvicted"}
    assert CAPACITY_REFUSALS.keys() - diagnosed <= {rule.reason for rule in RULES}
