"""Other offers for a cell that Azure would not grant: each differs in one respect."""

from collections.abc import Iterable
from functools import partial
from itertools import islice

from pydantic import Field

from domain.catalog.gpu_skus import GPU_SKUS, find_gpu_sku
from domain.guard.checks import check_cell, check_offer
from domain.guard.plan_check import Verdict, worst
from domain.guard.policy.checks import check_budget
from domain.guard.price_bound import bound_price
from domain.guard.situation import Situation
from domain.placement.offers import Offer
from domain.requests.fixed_fields import find_fixed_fields
from domain.spec.model import EnvironmentSpec
from domain.spec.policy import SpecPolicy
from domain.spec.validation import parse_spec
from domain.wire import WireModel

MOST_ALTERNATIVES = 5

_ANYTHING_IN = partial(SpecPolicy, verifies_tokens=True, allows_anonymous_access=True)
_ORDER = (Verdict.OK, Verdict.WARN)


class Alternative(WireModel):
    """An offer that would be granted in place of one that would not."""

    offer: Offer = Field(description="What the GPU pool would be made of.")
    differs_in: str = Field(
        description="Field of the specification to change.", examples=["gpu.zones"]
    )
    verdict: Verdict = Field(description="Of the same checks.")
    usd_per_node_hour: float | None = Field(
        default=None, description="List price of a GPU node; absent if it is not known."
    )


def find_alternatives(
    spec: EnvironmentSpec, refused: Offer, situation: Situation
) -> tuple[Alternative, ...]:
    """The granted ones first, the cheapest of them before the others; only what a request with
    that field changed would not be refused for."""
    found = [
        alternative
        for field, offer in _variants(spec, refused, situation)
        if (alternative := _assess(spec, field, offer, situation))
    ]
    usable = (
        each
        for each in sorted(found, key=_rank)
        if _is_accepted(spec, _follow(spec, refused, each.offer), situation)
    )
    return tuple(islice(usable, MOST_ALTERNATIVES))


def _follow(spec: EnvironmentSpec, refused: Offer, offer: Offer) -> EnvironmentSpec:
    """The specification with the field changed, for all of its cells."""
    regions = tuple(offer.region if each == refused.region else each for each in spec.regions)
    return offer.apply(spec).model_copy(update={"regions": regions})


def _is_accepted(spec: EnvironmentSpec, changed: EnvironmentSpec, situation: Situation) -> bool:
    existing = situation.existing
    if not _is_valid(changed) or (existing and find_fixed_fields(existing, changed)):
        return False
    return not _breaks_another_cell(spec, changed, situation) and _is_paid(changed, situation)


def _is_valid(changed: EnvironmentSpec) -> bool:
    """Rules of the settings hold, as the markets are those of regions that they allow, and as no
    other field changes that they are about."""
    regions = (*changed.regions, *changed.placement.regions)
    return not isinstance(parse_spec(changed.to_wire(), _ANYTHING_IN(regions)), list)


def _breaks_another_cell(
    spec: EnvironmentSpec, changed: EnvironmentSpec, situation: Situation
) -> bool:
    kept = [cell for cell in changed.regions if cell in spec.regions]
    return any(
        worst(check_cell(changed, cell, situation)[1]) is Verdict.FAIL
        and worst(check_cell(spec, cell, situation)[1]) is not Verdict.FAIL
        for cell in kept
    )


def _is_paid(changed: EnvironmentSpec, situation: Situation) -> bool:
    """Whether the budget, if there is one, is known to hold it."""
    most = bound_price(changed, situation)
    found = tuple(check_budget(changed, most, situation))
    return worst(found) is not Verdict.FAIL and not (found and most.unpriced_nodes)


def _assess(
    spec: EnvironmentSpec, field: str, offer: Offer, situation: Situation
) -> Alternative | None:
    if not situation.allows(offer):
        return None
    verdict = worst(check_offer(spec, offer, situation))
    if verdict is Verdict.FAIL:
        return None
    market = situation.markets.get(offer.region)
    return Alternative(
        offer=offer,
        differs_in=field,
        verdict=verdict,
        usd_per_node_hour=market.find_price(offer.vm_size, spot=offer.spot) if market else None,
    )


def _rank(each: Alternative) -> tuple[int, bool, float]:
    price = each.usd_per_node_hour
    return _ORDER.index(each.verdict), price is None, price or 0.0


def _variants(
    spec: EnvironmentSpec, refused: Offer, situation: Situation
) -> Iterable[tuple[str, Offer]]:
    market = situation.markets.get(refused.region)
    size = market.find_size(refused.vm_size) if market else None
    for zone in size.zones if size and refused.zones else ():
        yield "gpu.zones", refused.model_copy(update={"zones": (zone,)})
    for name in _sizes_as_large(spec, refused):
        yield "gpu.vmSize", refused.model_copy(update={"vm_size": name})
    yield "gpu.spot", refused.model_copy(update={"spot": not refused.spot})
    # A disk encryption set serves disks of its own region.
    is_bound = spec.cluster.disk_encryption_set_id is not None
    for region in () if is_bound else situation.markets:
        if region != refused.region:
            yield "regions", refused.model_copy(update={"region": region})


def _sizes_as_large(spec: EnvironmentSpec, refused: Offer) -> Iterable[str]:
    """With GPUs enough for a replica, none of which has less memory than those of the refused
    one."""
    wanted = find_gpu_sku(refused.vm_size)
    if wanted is None:
        return ()
    return (
        sku.name
        for sku in GPU_SKUS
        if sku.name != wanted.name
        and sku.gpus >= spec.workload.gpus_per_replica
        and sku.gpu_memory_gb >= wanted.gpu_memory_gb
    )
