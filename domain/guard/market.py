"""What Azure offers a subscription in one region, as far as it could be read."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum

from pydantic import AwareDatetime, Field

from domain.catalog.offered_sizes import OfferedSize, QuotaUse
from domain.catalog.prices import RegionPrices
from domain.wire import WireModel


class MarketPart(StrEnum):
    """What is read of a region; any of it may be unknown."""

    SIZES = "sizes"
    QUOTA = "quota"
    PRICES = "prices"


class RegionMarket(WireModel):
    """The sizes, quota and prices of a region at one moment."""

    region: str
    observed_at: AwareDatetime
    sizes: tuple[OfferedSize, ...] | None = None
    quota: dict[str, QuotaUse] | None = None
    """By the name of the quota, in lower case."""
    prices: RegionPrices | None = None
    unread: dict[MarketPart, str] = Field(default_factory=dict[MarketPart, str])
    """Why a part is unknown."""

    def find_size(self, vm_size: str) -> OfferedSize | None:
        wanted = vm_size.lower()
        return next((each for each in self.sizes or () if each.name.lower() == wanted), None)

    def find_quota(self, name: str) -> QuotaUse | None:
        return (self.quota or {}).get(name.lower())

    def find_price(self, vm_size: str, *, spot: bool) -> float | None:
        """USD per node and hour; None if it is not known."""
        return self.prices.find(vm_size, spot) if self.prices else None


type MarketReader = Callable[[str], Awaitable[RegionMarket]]
"""Reads the market of a region; what cannot be read is told in the market and never raised."""

type Markets = Mapping[str, RegionMarket]
"""By region."""
