"""What an environment may cost at most: Azure may lack capacity for all offers of its placement
but the dearest."""

from domain.guard.checks import is_offered, offers_of
from domain.guard.estimate import Estimate, add_unpriced, estimate, find_dearest
from domain.guard.situation import Situation
from domain.placement.offers import Offer
from domain.spec.model import EnvironmentSpec


def bound_price(spec: EnvironmentSpec, situation: Situation) -> Estimate:
    """By which approval and budget are judged. A live cell keeps the offer that it has."""
    markets = situation.markets
    cells = [_find_possible(spec, cell, situation) for cell in spec.regions]
    dearest = [find_dearest(spec, offers, markets) for offers in cells]
    planned = estimate(spec, dearest, markets)
    return add_unpriced(planned, (offer for offers in cells for offer in offers), markets)


def _find_possible(spec: EnvironmentSpec, cell: str, situation: Situation) -> tuple[Offer, ...]:
    """Those that Azure has, if it has any."""
    offers = offers_of(spec, cell, situation)
    return tuple(offer for offer in offers if is_offered(offer, situation)) or offers
