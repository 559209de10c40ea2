"""Markets of regions that tests plan against."""

from typing import Any

from domain.catalog.gpu_skus import GPU_SKUS
from domain.catalog.offered_sizes import OfferedSize, QuotaUse
from domain.catalog.prices import RegionPrices
from domain.guard.demand import REGIONAL_QUOTA, SPOT_QUOTA, SYSTEM_FAMILY
from domain.guard.market import RegionMarket
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
    }
    return RegionMarket(**{**given, **changes})


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


async def read_ample_market(region: str) -> RegionMarket:
    return a_market(region)
