"""What an environment costs per hour and month, by how many GPU nodes run.

List prices in USD, pay as you go: reservations, agreements, disks, traffic and logs are left out.
"""

from collections.abc import Iterable
from datetime import datetime

from pydantic import AwareDatetime, Field

from domain.arm.managed_cluster import (
    SYSTEM_NODE_COUNT,
    SYSTEM_VM_SIZE,
    first_gpu_node_count,
)
from domain.catalog.fixed_prices import (
    AKS_TIERS,
    FRONT_DOOR_TIERS,
    HOURS_OF_A_MONTH,
    LOAD_BALANCER,
    PUBLIC_ADDRESS,
    FixedPrice,
)
from domain.catalog.prices import ExchangeRate
from domain.guard.market import Markets
from domain.placement.offers import Offer
from domain.spec.model import EnvironmentSpec
from domain.wire import WireModel


class PricePart(WireModel):
    """One thing that is paid for, whether the model sleeps or not, or per GPU node."""

    item: str = Field(description="What is paid for.", examples=["GPU node"])
    region: str | None = Field(default=None, description="Azure region; absent for the edge.")
    sku: str = Field(description="VM size or tier.", examples=["Standard_NC24ads_A100_v4"])
    count: int | None = Field(
        default=None, description="How many; absent for GPU nodes, whose number varies."
    )
    usd_per_hour: float | None = Field(
        default=None, description="Price of one; absent if no list price is known."
    )


class Money(WireModel):
    """A price in USD, without what `unpriced` names."""

    usd_per_hour: float = Field(description="Per hour.", examples=[4.79])
    usd_per_month: float = Field(description="Per month of 730 hours.", examples=[3496.7])


class Estimate(WireModel):
    """What an environment costs at list prices, by how many GPU nodes run."""

    price_as_of: AwareDatetime | None = Field(
        default=None, description="Date of the oldest price of a VM; absent if none is known."
    )
    rate: ExchangeRate | None = Field(
        default=None,
        description="Of the currency that the app's settings name, as Azure's price list has it; "
        "absent if they name none, or if it was not read.",
    )
    asleep: Money = Field(description="Without GPU nodes.")
    at_min_nodes: Money = Field(description="With `gpu.minNodes` nodes in each region.")
    at_replicas: Money = Field(description="With the nodes that `workload.replicas` need.")
    at_max_nodes: Money = Field(description="With `gpu.maxNodes` nodes in each region.")
    parts: tuple[PricePart, ...] = Field(description="What is paid for.")
    unpriced: tuple[str, ...] = Field(
        description="What no list price is known for, and the sums lack."
    )

    @property
    def unpriced_nodes(self) -> tuple[str, ...]:
        """GPU nodes among what no list price is known for."""
        parts = (part for part in self.parts if part.count is None)
        return tuple(_describe(part) for part in parts if part.usd_per_hour is None)


def estimate(spec: EnvironmentSpec, offers: Iterable[Offer], markets: Markets) -> Estimate:
    """`offers`: the one that each cell is planned with."""
    offers = tuple(offers)
    fixed = (*_edge_parts(spec), *(part for o in offers for part in _cell_parts(spec, o, markets)))
    gpu = tuple(_gpu_part(offer, markets) for offer in offers)
    asleep = sum((part.usd_per_hour or 0.0) * (part.count or 1) for part in fixed)
    per_node = sum(part.usd_per_hour or 0.0 for part in gpu)
    at_replicas = sum(
        (part.usd_per_hour or 0.0) * first_gpu_node_count(offer.apply(spec))
        for offer, part in zip(offers, gpu, strict=True)
    )
    return Estimate(
        price_as_of=_oldest(offers, markets),
        rate=_find_rate(offers, markets),
        asleep=_money(asleep),
        at_min_nodes=_money(asleep + per_node * spec.gpu.min_nodes),
        at_replicas=_money(asleep + at_replicas),
        at_max_nodes=_money(asleep + per_node * spec.gpu.max_nodes),
        parts=(*fixed, *gpu),
        unpriced=tuple(_describe(part) for part in (*fixed, *gpu) if part.usd_per_hour is None),
    )


def find_dearest(spec: EnvironmentSpec, offers: Iterable[Offer], markets: Markets) -> Offer:
    """By what its nodes cost at replicas; the first of several."""

    def price(offer: Offer) -> float:
        per_node = _gpu_part(offer, markets).usd_per_hour or 0.0
        return per_node * first_gpu_node_count(offer.apply(spec))

    return max(offers, key=price)


def add_unpriced(planned: Estimate, offers: Iterable[Offer], markets: Markets) -> Estimate:
    """With those of the offers that have no price, which may be had as well."""
    more: list[PricePart] = []
    for part in (_gpu_part(offer, markets) for offer in offers):
        if part.usd_per_hour is None and part not in (*planned.parts, *more):
            more.append(part)
    return planned.model_copy(
        update={
            "parts": (*planned.parts, *more),
            "unpriced": (*planned.unpriced, *(_describe(part) for part in more)),
        }
    )


def _edge_parts(spec: EnvironmentSpec) -> tuple[PricePart, ...]:
    sku = spec.edge.sku.value
    price = _hourly(FRONT_DOOR_TIERS[sku])
    return (PricePart(item="Front Door profile", sku=sku, count=1, usd_per_hour=price),)


def _cell_parts(spec: EnvironmentSpec, offer: Offer, markets: Markets) -> tuple[PricePart, ...]:
    region, tier = offer.region, spec.cluster.tier.value
    market = markets.get(region)
    system = market.find_price(SYSTEM_VM_SIZE, spot=False) if market else None
    addresses = 1 if spec.edge.has_private_origins else 2
    parts: tuple[tuple[str, str, int, float | None], ...] = (
        ("AKS control plane", tier, 1, _hourly(AKS_TIERS[tier])),
        ("system node", SYSTEM_VM_SIZE, SYSTEM_NODE_COUNT, system),
        ("load balancer", "Standard", 1, _hourly(LOAD_BALANCER)),
        ("public IP address", "Standard", addresses, _hourly(PUBLIC_ADDRESS)),
    )
    return tuple(
        PricePart(item=item, region=region, sku=sku, count=count, usd_per_hour=price)
        for item, sku, count, price in parts
    )


def _hourly(price: FixedPrice | None) -> float | None:
    return round(price.hourly, 4) if price else None


def _gpu_part(offer: Offer, markets: Markets) -> PricePart:
    market = markets.get(offer.region)
    price = market.find_price(offer.vm_size, spot=offer.spot) if market else None
    item = "spot GPU node" if offer.spot else "GPU node"
    return PricePart(item=item, region=offer.region, sku=offer.vm_size, usd_per_hour=price)


def _oldest(offers: Iterable[Offer], markets: Markets) -> datetime | None:
    found = (markets.get(offer.region) for offer in offers)
    return min((each.prices.as_of for each in found if each and each.prices), default=None)


def _find_rate(offers: Iterable[Offer], markets: Markets) -> ExchangeRate | None:
    found = (markets.get(offer.region) for offer in offers)
    rates = (each.prices.rate for each in found if each and each.prices)
    return next((rate for rate in rates if rate), None)


def _money(per_hour: float) -> Money:
    return Money(
        usd_per_hour=round(per_hour, 4), usd_per_month=round(per_hour * HOURS_OF_A_MONTH, 2)
    )


def _describe(part: PricePart) -> str:
    where = f" in {part.region}" if part.region else ""
    return f"{part.item} {part.sku}{where}"
