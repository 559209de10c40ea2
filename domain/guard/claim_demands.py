"""What a request claims: its part of each quota, of the budget and of the cost center's nodes."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from domain.environment.operation_request import BRING_A_SPEC, GET_NODES, OperationRequest
from domain.guard.capacity import find_wanted_nodes
from domain.guard.checks import check_cell
from domain.guard.claims import CLAIM_LIFETIME, Claim, LedgerDemand
from domain.guard.costs import estimate_record
from domain.guard.demand import (
    QuotaDemand,
    may_have_cluster,
    quota_demands,
    reserved_by_operations,
)
from domain.guard.estimate import Estimate
from domain.guard.market import RegionMarket
from domain.guard.policy.budget import find_in_center
from domain.guard.policy.checks import use_of
from domain.guard.policy.facts import PolicyFacts
from domain.guard.policy.ledgers import MONEY, NODES, cost_center_ledger, quota_ledger
from domain.guard.policy.rules import count_nodes, count_other_nodes
from domain.guard.price_bound import bound_price
from domain.guard.region_limits import room_for_resources
from domain.guard.situation import Situation
from domain.placement.offers import Offer
from domain.spec.model import EnvironmentSpec


def find_demands(request: OperationRequest, situation: Situation) -> tuple[LedgerDemand, ...]:
    """Without what the request does not need more of, and what is not known or not bounded. In an
    order that is the same for all requests."""
    spec, facts = request.spec, situation.policy
    if facts is None or request.kind not in GET_NODES:
        return ()
    if request.kind not in BRING_A_SPEC:
        existing = situation.existing
        planned = estimate_record(existing, facts.prices) if existing else None
        demands = [
            *(_of_budget(spec, planned, situation, facts) if planned else ()),
            *(
                _of_quota(spec, each.offer, situation, each.first_nodes)
                for each in find_wanted_nodes(request, situation)
            ),
        ]
    else:
        offers = [check_cell(spec, cell, situation)[0] for cell in spec.regions]
        demands = [
            *_of_budget(spec, bound_price(spec, situation), situation, facts),
            *(_of_quota(spec, offer, situation) for offer in offers),
        ]
    needed = (each for each in demands if any(amount > 0 for amount in each.amounts.values()))
    return tuple(sorted(needed, key=lambda each: each.ledger))


def build_claim(request: OperationRequest, demand: LedgerDemand, now: datetime) -> Claim:
    content = json.dumps(request.spec.to_wire(), sort_keys=True).encode()
    return Claim(
        id=f"{request.operation_id}.{hashlib.sha256(content).hexdigest()[:12]}",
        operation_id=request.operation_id,
        amounts=demand.amounts,
        at=now,
        expires_at=now + CLAIM_LIFETIME,
    )


def _of_budget(
    spec: EnvironmentSpec, planned: Estimate, situation: Situation, facts: PolicyFacts
) -> list[LedgerDemand]:
    """Claims are open in what was seen, too: the entity adds them by itself."""
    ledger = cost_center_ledger(spec.cost_center)
    claimed = facts.find_claimed(ledger)
    amounts: dict[str, float] = {}
    room: dict[str, float] = {}
    budget = facts.policy.find_budget(spec.cost_center)
    if budget and budget.refuse_at is not None:
        use = use_of(spec, planned, situation, facts)
        limit = budget.per_month * budget.refuse_at / 100
        amounts[MONEY] = use.increase
        room[MONEY] = limit - use.used - (use.reserved - claimed.get(MONEY, 0.0)) - use.own
    most = facts.policy.limits.max_nodes_per_cost_center
    if most is not None:
        own = _own_nodes(spec, situation)
        others = count_other_nodes(spec, facts) - round(claimed.get(NODES, 0.0))
        amounts[NODES] = max(count_nodes(spec) - own, 0)
        room[NODES] = most - others - own
    return [LedgerDemand(ledger=ledger, amounts=amounts, room=room)]


def _own_nodes(spec: EnvironmentSpec, situation: Situation) -> int:
    counted = find_in_center(spec, situation.existing)
    return count_nodes(counted.spec) if counted else 0


def _of_quota(
    spec: EnvironmentSpec, offer: Offer, situation: Situation, first_nodes: int | None = None
) -> LedgerDemand:
    market = situation.markets.get(offer.region)
    demands = quota_demands(spec, offer, market, situation.existing, first_nodes)
    needs = (
        *_vcpus(demands, offer, situation, market),
        *_resources(spec, offer, situation, market),
    )
    return LedgerDemand(
        ledger=quota_ledger(offer.region),
        amounts={name: amount for name, amount, _ in needs},
        room={name: room for name, _, room in needs},
    )


def _vcpus(
    demands: Iterable[QuotaDemand],
    offer: Offer,
    situation: Situation,
    market: RegionMarket | None,
) -> Iterable[tuple[str, float, float]]:
    if market is None:
        return
    reserved = reserved_by_operations(situation.in_flight, market)
    for demand in demands:
        quota, name = market.find_quota(demand.name), demand.name.lower()
        if quota:
            yield name, demand.first, quota.limit - quota.used - reserved.get(name, 0)


def _resources(
    spec: EnvironmentSpec, offer: Offer, situation: Situation, market: RegionMarket | None
) -> Iterable[tuple[str, float, float]]:
    if market and not may_have_cluster(situation.existing, offer.region):
        yield from room_for_resources(spec, offer, situation, market)
