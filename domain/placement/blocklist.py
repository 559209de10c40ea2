"""Offers that Azure refused lately, so that no other environment tries the same in vain.

The times are those of Karpenter's provider for Azure, which keeps unavailable offerings likewise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from domain.catalog.gpu_skus import find_gpu_sku
from domain.outcomes import Failure, Outcome
from domain.placement.offers import Offer
from domain.wire import WireModel

BRIEFLY = timedelta(minutes=3)
LOW_QUOTA = timedelta(minutes=10)
NO_CAPACITY = timedelta(hours=1)
NOT_OFFERED = timedelta(hours=23)


class Block(WireModel):
    """Offers that are not tried for a while. A field that is None covers every value."""

    region: str
    family: str | None = None
    vm_size: str | None = None
    spot: bool | None = None
    zones: tuple[str, ...] | None = None
    reason: str
    until: AwareDatetime

    def covers(self, offer: Offer) -> bool:
        return (
            self.region == offer.region
            and self.family in {None, _family(offer)}
            and self.vm_size in {None, offer.vm_size}
            and self.spot in {None, offer.spot}
            and self.zones in {None, offer.zones}
        )

    def is_same_as(self, other: "Block") -> bool:
        return self.model_copy(update={"until": other.until}) == other


class RefusedOffer(WireModel):
    """An offer that Azure has refused, to be blocked."""

    offer: Offer
    failure: Failure
    at: AwareDatetime


class Blocklist(WireModel):
    """The state of the durable entity `blocklist`."""

    blocks: tuple[Block, ...] = ()

    def find(self, offer: Offer, now: datetime) -> Block | None:
        """The block that covers the offer and lasts longest."""
        covering = [each for each in self.blocks if each.until > now and each.covers(offer)]
        return max(covering, key=lambda each: each.until, default=None)


@dataclass(frozen=True, slots=True)
class Refusal:
    """For how long a failure's reason rules out offers, and what they share with the refused one.

    They share the region in any case.
    """

    lasts: timedelta
    shared: frozenset[str]


_OFFER = frozenset({"vm_size", "spot", "zones"})

CAPACITY_REFUSALS: Mapping[str, Refusal] = {
    "QuotaExceeded": Refusal(LOW_QUOTA, frozenset({"family", "spot"})),
    "SpotQuotaExceeded": Refusal(LOW_QUOTA, frozenset({"spot"})),
    "RegionalQuotaExceeded": Refusal(LOW_QUOTA, frozenset({"spot"})),
    "ManagedClusterQuotaExceeded": Refusal(LOW_QUOTA, frozenset()),
    "AksCapacityExceeded": Refusal(NO_CAPACITY, frozenset()),
    "AllocationFailed": Refusal(NO_CAPACITY, _OFFER),
    "ZonalAllocationFailed": Refusal(NO_CAPACITY, _OFFER),
    "SkuNotAvailable": Refusal(NOT_OFFERED, frozenset({"vm_size", "zones"})),
    "ScaleUpFailed": Refusal(BRIEFLY, _OFFER),
    "SpotEvicted": Refusal(BRIEFLY, _OFFER),
}
"""By the reason of a failure. Spot nodes have a quota of their own in each region."""


def is_refusal(outcome: Outcome) -> bool:
    """Whether Azure has refused the offer, so that another one may succeed."""
    return outcome.failure is not None and outcome.failure.reason in CAPACITY_REFUSALS


def add_block(blocklist: Blocklist, refused: RefusedOffer) -> Blocklist:
    """The list with the block in place of an earlier one for the same, without outdated ones."""
    block, now = _build_block(refused), refused.at
    kept = [each for each in blocklist.blocks if each.until > now and not each.is_same_as(block)]
    return Blocklist(blocks=(*kept, block))


def _build_block(refused: RefusedOffer) -> Block:
    offer, reason = refused.offer, refused.failure.reason
    refusal = CAPACITY_REFUSALS[reason]
    values = {**offer.model_dump(), "family": _family(offer)}
    shared = {name: values[name] for name in refusal.shared}
    until = refused.at + refusal.lasts
    return Block.model_validate(
        {"region": offer.region, "reason": reason, "until": until, **shared}
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """An offer to try, or to skip because of a block."""

    offer: Offer
    block: Block | None = None


def choose(
    offers: Sequence[Offer], granted: Offer | None, blocklist: Blocklist, now: datetime
) -> list[Choice]:
    """Blocked offers are skipped, except the granted one: the cell may have its nodes already.

    If all are blocked, Azure is asked all the same: it may have changed.
    """
    choices = [
        Choice(offer, None if offer == granted else blocklist.find(offer, now)) for offer in offers
    ]
    if all(choice.block for choice in choices):
        return [Choice(offer) for offer in offers]
    return choices


def _family(offer: Offer) -> str:
    sku = find_gpu_sku(offer.vm_size)
    return sku.family if sku else offer.vm_size
