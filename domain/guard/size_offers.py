"""The GPU sizes that a region offers, with price and what is left of the quota."""

from collections.abc import Mapping

from pydantic import AwareDatetime, Field

from domain.catalog.gpu_skus import GPU_SKUS, GpuSku
from domain.catalog.prices import ExchangeRate
from domain.guard.demand import REGIONAL_QUOTA, SPOT_QUOTA
from domain.guard.market import MarketPart, RegionMarket
from domain.guard.policy.model import Allowed
from domain.wire import WireModel

SHOWN = (MarketPart.SIZES, MarketPart.QUOTA, MarketPart.PRICES)


class QuotaLeft(WireModel):
    """vCPUs of a quota in the region."""

    name: str = Field(description="As Azure spells it.", examples=["StandardNCADSA100v4Family"])
    used: int = Field(description="vCPUs in use.", examples=[48])
    limit: int = Field(description="vCPUs granted.", examples=[96])


class SizeOffer(WireModel):
    """One VM size in one region."""

    vm_size: str = Field(description="VM size.", examples=["Standard_NC24ads_A100_v4"])
    gpus: int = Field(description="GPUs per node.", examples=[1])
    gpu_model: str = Field(description="GPU model.", examples=["A100"])
    gpu_memory_gb: int = Field(
        alias="gpuMemoryGB", description="Memory of one GPU in GB.", examples=[80]
    )
    usd_per_hour: float | None = Field(
        default=None, description="List price of a node; absent if it is not known."
    )
    spot_usd_per_hour: float | None = Field(
        default=None, description="List price of a spot node; absent if it is not known."
    )
    zones: tuple[str, ...] | None = Field(
        default=None, description="Zones that have it; absent if that is not known."
    )
    restriction: str | None = Field(
        default=None,
        description="Why the subscription cannot have it, whatever its quota; absent if it can, "
        "or if that is not known.",
        examples=["NotAvailableForSubscription"],
    )
    quota: QuotaLeft | None = Field(
        default=None, description="Quota of its family; absent if it is not known."
    )
    nodes_left: int | None = Field(
        default=None,
        description="Regular nodes that family and regional quota still allow; absent if unknown.",
        examples=[2],
    )
    spot_nodes_left: int | None = Field(
        default=None, description="Spot nodes that their quota still allows; absent if unknown."
    )


class SizeOffers(WireModel):
    """GPU sizes of a region, cheapest first."""

    region: str = Field(description="Azure region.", examples=["westeurope"])
    observed_date_time: AwareDatetime = Field(description="When Azure was asked for the quota.")
    price_as_of: AwareDatetime | None = Field(
        default=None, description="Date of the prices; absent if none are known."
    )
    rate: ExchangeRate | None = Field(
        default=None, description="Of the currency that the app's settings name; absent without."
    )
    unread: dict[str, str] = Field(
        description="What could not be read, with the reason: `sizes`, `quota` or `prices`."
    )
    value: tuple[SizeOffer, ...] = Field(description="The sizes.")


def build_size_offers(
    market: RegionMarket, gpus: int, gpu_memory_gb: int, allow: Allowed
) -> SizeOffers:
    """Sizes with at least so many GPUs of at least so much memory each. One that the policy does
    not allow, or the region's list lacks, is left out; without a list all known ones are in."""
    known = [sku for sku in GPU_SKUS if sku.gpus >= gpus and sku.gpu_memory_gb >= gpu_memory_gb]
    known = [sku for sku in known if allow.has_size(sku.name)]
    offered = [sku for sku in known if market.sizes is None or market.find_size(sku.name)]
    offers = sorted((_build(sku, market) for sku in offered), key=_rank)
    return SizeOffers(
        region=market.region,
        observed_date_time=market.usages_read_at or market.observed_at,
        price_as_of=market.prices.as_of if market.prices else None,
        rate=market.prices.rate if market.prices else None,
        unread={part.value: why for part, why in market.unread.items() if part in SHOWN},
        value=tuple(offers),
    )


def _rank(offer: SizeOffer) -> tuple[bool, bool, float]:
    price = offer.usd_per_hour
    return offer.restriction is not None, price is None, price or 0.0


def _build(sku: GpuSku, market: RegionMarket) -> SizeOffer:
    size, family = market.find_size(sku.name), market.find_quota(sku.family)
    regular = [_left(market, name) for name in (sku.family, REGIONAL_QUOTA)]
    spot = _left(market, SPOT_QUOTA)
    fits = [left for left in regular if left is not None]
    known: Mapping[str, object] = {
        "zones": size.zones if size else None,
        "restriction": size.restriction if size else None,
        "quota": QuotaLeft(name=family.name, used=family.used, limit=family.limit)
        if family
        else None,
        "nodes_left": min(fits) // sku.vcpus if len(fits) == len(regular) else None,
        "spot_nodes_left": spot // sku.vcpus if spot is not None else None,
    }
    return SizeOffer.model_validate(
        {
            "vm_size": sku.name,
            "gpus": sku.gpus,
            "gpu_model": sku.gpu_model,
            "gpu_memory_gb": sku.gpu_memory_gb,
            "usd_per_hour": market.find_price(sku.name, spot=False),
            "spot_usd_per_hour": market.find_price(sku.name, spot=True),
            **known,
        }
    )


def _left(market: RegionMarket, name: str) -> int | None:
    quota = market.find_quota(name)
    return max(quota.left, 0) if quota else None
