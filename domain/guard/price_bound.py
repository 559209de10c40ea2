"""What an environment may cost at most: Azure may lack capacity for all offers of its placement
but the dearest."""

from domain.arm.managed_cluster import first_gpu_node_count
from domain.guard.checks import is_offered, offers_of
from domain.guard.estimate import Estimate, estimate
from domain.guard.situation import Situation
from domain.placement.offers import Offer
from domain.spec.model import EnvironmentSpec


def bound_price(spec: EnvironmentSpec, situation: Situation) -> Estimate:
    """By which approval and budget are judged. A live cell keeps the offer that it has."""
    offers = [_find_dearest(spec, cell, situation) for cell in spec.regions]
    return estimate(spec, offers, situation.markets)


def _find_dearest(spec: EnvironmentSpec, cell: str, situation: Situation) -> Offer:
    offers = offers_of(spec, cell, situation)
    possible = [offer for offer in offers if is_offered(offer, situation)] or offers

    def rank(offer: Offer) -> tuple[bool, float]:
        """What has no known price may cost more than all others."""
        market = situation.markets.get(offer.region)
        price = market.find_price(offer.vm_size, spot=offer.spot) if market else None
        return price is None, (price or 0.0) * first_gpu_node_count(offer.apply(spec))

    return max(possible, key=rank)
