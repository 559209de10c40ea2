"""Sizes and prices of a region as the task hub keeps them, so that instances of the app share what
one of them has read, and a restart reads nothing again."""

from pydantic import AwareDatetime

from domain.catalog.gpu_skus import GPU_SKUS
from domain.catalog.offered_sizes import OfferedSize
from domain.catalog.prices import RegionPrices
from domain.wire import WireModel


class KeptSizes(WireModel):
    """What Azure Compute listed."""

    read_at: AwareDatetime
    value: tuple[OfferedSize, ...]


class KeptPrices(WireModel):
    """What the Retail Prices API listed."""

    read_at: AwareDatetime
    value: RegionPrices


class KeptOffers(WireModel):
    """Either part may be unknown."""

    region: str
    currency: str
    sizes: KeptSizes | None = None
    prices: KeptPrices | None = None


def merge_offers(kept: KeptOffers | None, news: KeptOffers) -> KeptOffers:
    """The later of each part: two instances may have read at the same time."""
    if kept is None:
        return news
    return news.model_copy(
        update={
            "sizes": _later(kept.sizes, news.sizes),
            "prices": _later(kept.prices, news.prices),
        }
    )


def only_what_is_used(offers: KeptOffers, system_vm_size: str) -> KeptOffers:
    """Without sizes that no environment has: a region has some 900 of them."""
    used = {name.lower() for name in (system_vm_size, *(sku.name for sku in GPU_SKUS))}
    sizes, prices = offers.sizes, offers.prices
    if sizes:
        value = tuple(each for each in sizes.value if each.name.lower() in used)
        sizes = sizes.model_copy(update={"value": value})
    if prices:
        prices = prices.model_copy(update={"value": prices.value.only(used)})
    return offers.model_copy(update={"sizes": sizes, "prices": prices})


def _later[Part: (KeptSizes, KeptPrices)](one: Part | None, other: Part | None) -> Part | None:
    found = [each for each in (one, other) if each]
    return max(found, key=lambda each: each.read_at, default=None)
