"""Markets of regions that tests plan against."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.catalog.gpu_skus import GPU_SKUS
from domain.catalog.offered_sizes import OfferedSize, QuotaUse
from domain.catalog.prices import RegionPrices
from domain.guard.demand import REGIONAL_QUOTA, SPOT_QUOTA, SYSTEM_FAMILY
from domain.guard.image_checks import WantedImage
from domain.guard.kept_offers import KeptOffers
from domain.guard.market import RegionMarket
from domain.guard.plan_check import PlanCheck
from domain.guard.subscription import FEATURES, PROVIDERS, REGISTERED, Subscription
from tests.support.specs import NOON

A100_FAMILY = "StandardNCADSA100v4Family"
A100_PRICE, SYSTEM_PRICE = 4.775, 0.272


def a_market(
    region: str = "westeurope", quota: dict[str, tuple[int, int]] | None = None, **changes: Any
) -> RegionMarket:
    """With all sizes and ample quota; `quota`: used and limit by name, where it is other."""
    ample = dict.fromkeys(
        (REGIONAL_QUOTA, SPOT_QUOTA, SYSTEM_FAMILY, *(sku.family for sku in GPU_SKUS)), (0, 1000)
    )
    known = {**ample, **(quota or {})}
    given: dict[str, Any] = {
        "region": region,
        "observed_at": NOON,
        "sizes": tuple(a_size(sku.name) for sku in GPU_SKUS),
        "quota": {
            name.lower(): QuotaUse(name=name, used=used, limit=limit)
            for name, (used, limit) in known.items()
        },
        "prices": some_prices(region),
        "clusters": some_usages(ManagedClusters=(0, 100)),
        "network": some_usages(
            StandardSkuPublicIpAddresses=(0, 1000), StandardSkuLoadBalancers=(0, 1000)
        ),
    }
    return RegionMarket(**{**given, **changes})


def some_usages(**numbers: tuple[int, int]) -> dict[str, QuotaUse]:
    """Used and limit by name."""
    return {
        name.lower(): QuotaUse(name=name, used=used, limit=limit)
        for name, (used, limit) in numbers.items()
    }


def a_size(name: str, **changes: Any) -> OfferedSize:
    sku = next(each for each in GPU_SKUS if each.name == name)
    given: dict[str, Any] = {"family": sku.family, "vcpus": sku.vcpus, "gpus": sku.gpus}
    return OfferedSize(**{"name": name, "zones": ("1", "2", "3"), **given, **changes})


def some_prices(region: str) -> RegionPrices:
    return RegionPrices(
        region=region,
        currency="USD",
        as_of=NOON,
        source="RetailPrices",
        hourly={
            "Standard_NC24ads_A100_v4": A100_PRICE,
            "Standard_NC40ads_H100_v5": 9.08,
            "Standard_D4ds_v5": SYSTEM_PRICE,
        },
        spot={"Standard_NC24ads_A100_v4": 1.0},
    )


def a_subscription(**changes: Any) -> Subscription:
    """With room for profiles, and everything registered."""
    given: dict[str, Any] = {
        "profiles": QuotaUse(name="afdprofile", used=0, limit=500),
        "providers": dict.fromkeys(PROVIDERS, REGISTERED),
        "features": dict.fromkeys(FEATURES, REGISTERED),
    }
    return Subscription(**{**given, **changes})


@dataclass(slots=True, eq=False)
class FakeMarkets:
    """Markets of these regions, and of all others as they are ample."""

    regions: dict[str, RegionMarket] = field(default_factory=dict[str, RegionMarket])
    kept: dict[str, RegionMarket] = field(default_factory=dict[str, RegionMarket])
    """As they were read earlier; requests get them that ask for nothing later."""
    subscribed: Subscription = field(default_factory=a_subscription)
    checked: tuple[PlanCheck, ...] = ()
    """What registries say to images that are looked up."""
    priced: dict[str, RegionPrices] = field(default_factory=dict[str, RegionPrices])
    """Prices that were read; others never were."""
    taken: list[KeptOffers] = field(default_factory=list[KeptOffers])
    """What the task hub had."""
    refreshed: dict[str, KeptOffers] = field(default_factory=dict[str, KeptOffers])
    """What Azure says to a refresh; a region without it lacks nothing."""
    currency: str = "USD"

    async def region(self, region: str, since: datetime | None = None) -> RegionMarket:
        kept = None if since else self.kept.get(region)
        return kept or self.regions.get(region) or a_market(region)

    async def subscription(self, since: datetime | None = None) -> Subscription:
        return self.subscribed

    async def images(self, wanted: Iterable[WantedImage]) -> tuple[PlanCheck, ...]:
        return self.checked if tuple(wanted) else ()

    def known_prices(self, region: str) -> RegionPrices | None:
        return self.priced.get(region)

    def lacks_offers(self, region: str) -> bool:
        return region in self.refreshed and region not in {each.region for each in self.taken}

    def take_offers(self, kept: KeptOffers) -> None:
        self.taken.append(kept)

    async def refresh_offers(self, region: str) -> KeptOffers:
        return self.refreshed[region]


read_ample_market = FakeMarkets()
