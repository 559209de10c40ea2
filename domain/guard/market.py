"""What Azure offers a subscription in one region, as far as it could be read."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from pydantic import AwareDatetime, Field

from domain.catalog.offered_sizes import OfferedSize, QuotaUse
from domain.catalog.prices import RegionPrices
from domain.guard.image_checks import WantedImage
from domain.guard.kept_offers import KeptOffers
from domain.guard.plan_check import PlanCheck
from domain.guard.subscription import Subscription
from domain.wire import WireModel


class MarketPart(StrEnum):
    """What is read of a region; any of it may be unknown."""

    SIZES = "sizes"
    QUOTA = "quota"
    PRICES = "prices"
    CLUSTERS = "clusters"
    NETWORK = "network"


class RegionMarket(WireModel):
    """The sizes, quota and prices of a region at one moment."""

    region: str
    observed_at: AwareDatetime
    sizes: tuple[OfferedSize, ...] | None = None
    quota: dict[str, QuotaUse] | None = None
    """vCPUs by the name of the quota, in lower case."""
    clusters: dict[str, QuotaUse] | None = None
    """Resources of AKS, in the same way."""
    network: dict[str, QuotaUse] | None = None
    """Addresses, load balancers and others, in the same way."""
    usages_read_at: AwareDatetime | None = None
    """When the oldest of quota, clusters and network was asked for; None: none could be read."""
    prices: RegionPrices | None = None
    unread: dict[MarketPart, str] = Field(default_factory=dict[MarketPart, str])
    """Why a part is unknown."""

    def find_size(self, vm_size: str) -> OfferedSize | None:
        return self.sizes_by_name.get(vm_size.lower())

    @cached_property
    def sizes_by_name(self) -> Mapping[str, OfferedSize]:
        """In lower case: a region has some 900."""
        return {each.name.lower(): each for each in self.sizes or ()}

    def usages_of(self, part: MarketPart) -> dict[str, QuotaUse] | None:
        """The resources that clusters, or the network, count."""
        return self.clusters if part is MarketPart.CLUSTERS else self.network

    def find_quota(self, name: str) -> QuotaUse | None:
        return (self.quota or {}).get(name.lower())

    def find_price(self, vm_size: str, *, spot: bool) -> float | None:
        """USD per node and hour; None if it is not known."""
        return self.prices.find(vm_size, spot) if self.prices else None


class MarketReader(Protocol):
    """Reads what plans are made on; what cannot be read is told in the result, never raised."""

    @property
    def currency(self) -> str: ...

    async def region(self, region: str, since: datetime | None = None) -> RegionMarket:
        """`since`: usages that were read before are read again."""
        ...

    async def subscription(self, since: datetime | None = None) -> Subscription:
        """`since`: what was read before is read again."""
        ...

    async def images(self, wanted: Iterable[WantedImage]) -> tuple[PlanCheck, ...]: ...

    def known_prices(self, region: str) -> RegionPrices | None:
        """As they were read last, without waiting for Azure; None if they never were."""
        ...

    def lacks_offers(self, region: str) -> bool:
        """Whether sizes or prices would have to be read."""
        ...

    def take_offers(self, kept: KeptOffers) -> None:
        """What another instance of the app has read."""
        ...

    async def refresh_offers(self, region: str) -> KeptOffers:
        """Reads what has grown old, however long it takes."""
        ...


type Markets = Mapping[str, RegionMarket]
"""By region."""
