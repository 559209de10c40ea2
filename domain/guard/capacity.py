"""Whether Azure would grant the GPU nodes that an operation without a specification asks for."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.environment.operation import OperationKind
from domain.environment.operation_request import OperationRequest
from domain.environment.record import EnvironmentRecord
from domain.guard.admission import refuse_failed
from domain.guard.checks import check_offer, check_quota
from domain.guard.demand import kept_nodes, quota_demands
from domain.guard.plan_check import PlanCheck, Verdict, worst
from domain.guard.situation import Situation
from domain.placement.offers import Offer
from domain.requests.decision import Refused


@dataclass(frozen=True, slots=True)
class WantedNodes:
    """What a cell is about to ask for."""

    offer: Offer
    checks: tuple[PlanCheck, ...]
    first_nodes: int | None
    """None: as many as the specification says."""


def refuse_capacity(request: OperationRequest, situation: Situation) -> Refused | None:
    """In the words of a plan. What is unknown blocks nothing."""
    wanted = find_wanted_nodes(request, situation)
    return refuse_failed(check for each in wanted for check in each.checks)


def find_wanted_nodes(request: OperationRequest, situation: Situation) -> list[WantedNodes]:
    """Of each cell that gets nodes, with the first of its offers that Azure would grant."""
    existing = situation.existing
    if existing is None:
        return []
    cells = (_list_offers(request, existing, cell) for cell in request.spec.regions)
    return [_choose(request, offers, situation) for offers in cells if offers]


def _list_offers(
    request: OperationRequest, existing: EnvironmentRecord, cell: str
) -> tuple[Offer, ...]:
    """As the operation tries them; empty for a cell that it asks for no nodes."""
    offers = request.offers_of(cell)
    if request.kind is OperationKind.WAKE:
        region = request.region_of(cell)
        is_kept = region in existing.kept_pools
        return tuple(each for each in offers if each.region == region) if is_kept else ()
    # A repair of what may serve asks for no node that Azure does not count already.
    return offers if request.may_change_offers else ()


def _choose(
    request: OperationRequest, offers: Iterable[Offer], situation: Situation
) -> WantedNodes:
    found = [_check(request, offer, situation) for offer in offers]
    usable = (each for each in found if worst(each.checks) is not Verdict.FAIL)
    return next(usable, found[0])


def _check(request: OperationRequest, offer: Offer, situation: Situation) -> WantedNodes:
    """A wake builds nothing but its pool, which Azure keeps whatever it offers by now."""
    spec, existing = request.spec, situation.existing
    market = situation.markets.get(offer.region)
    if request.kind is not OperationKind.WAKE or market is None:
        return WantedNodes(offer, check_offer(spec, offer, situation), None)
    nodes = kept_nodes(existing, offer.region)
    demands = quota_demands(spec, offer, market, existing, nodes)
    return WantedNodes(offer, tuple(check_quota(offer, demands, situation, market)), nodes)
