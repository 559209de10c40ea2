"""What a cost center has spent in a month, and what its environments would spend until its end.

Months are calendar months in UTC, prices list prices in USD.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.environment.phases import GETS_NO_NODES, Phase
from domain.environment.record import EnvironmentRecord
from domain.guard.costs import (
    PricesByRegion,
    build_cost_view,
    estimate_record,
    estimate_while_built,
    price_spare,
)
from domain.guard.estimate import Estimate
from domain.guard.policy.facts import PolicyFacts
from domain.guard.policy.model import Budget
from domain.guard.policy.unpriced import asks_for_unpriced
from domain.guard.spare_price import SpareNodes
from domain.spec.cost_centers import is_same_center
from domain.spec.model import EnvironmentSpec

BUDGET_UNIT = "USD"
_CENT = 0.005


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """The budget of a cost center as a request would leave it, in USD."""

    used: float
    """Spent since the first of the month."""
    reserved: float
    """What its other environments would spend until the month's end."""
    own: float
    """What the environment itself would spend until then without the request."""
    required: float
    """What it would spend until then with the request."""
    adds_unpriced: bool = False
    """Whether the request asks for GPU nodes whose price is not known."""

    @property
    def total(self) -> float:
        return self.used + self.reserved + self.required

    @property
    def increase(self) -> float:
        return max(self.required - self.own, 0.0)

    @property
    def is_increase(self) -> bool:
        return self.adds_unpriced or self.increase > _CENT

    def percent_of(self, budget: Budget) -> float:
        return 100 * self.total / budget.per_month


def assess_budget(
    spec: EnvironmentSpec,
    planned: Estimate,
    existing: EnvironmentRecord | None,
    facts: PolicyFacts,
    claimed: float,
    spare: SpareNodes | None = None,
) -> BudgetUse:
    """`claimed`: by requests that no record shows yet. `spare`: for the time of the update."""
    others, known = facts.find_others(spec.name), find_in_center(spec, existing)
    return BudgetUse(
        used=spent_this_month(facts.records, facts.prices, facts.at),
        reserved=sum(reserve_of(each, facts.prices, facts.at) for each in others) + claimed,
        own=reserve_of(known, facts.prices, facts.at) if known else 0.0,
        required=planned.at_replicas.usd_per_hour * hours_left(spec.expires_at, facts.at)
        + (spare.usd_up_to if spare else 0.0),
        adds_unpriced=asks_for_unpriced(spec, planned, known, facts.prices, spare),
    )


def find_in_center(
    spec: EnvironmentSpec, existing: EnvironmentRecord | None
) -> EnvironmentRecord | None:
    """The environment, if the cost center of the specification is its own already."""
    is_known = existing and is_same_center(existing.spec.cost_center, spec.cost_center)
    return existing if is_known else None


def spent_this_month(
    records: Iterable[EnvironmentRecord], prices: PricesByRegion, now: datetime
) -> float:
    """Node hours as observed and the hours of everything besides, at list prices."""
    return sum(build_cost_view(record, prices, now).month_to_date_usd for record in records)


def reserve_of(record: EnvironmentRecord, prices: PricesByRegion, now: datetime) -> float:
    """At replicas, with the spare nodes of an update that is under way, and while it is built with
    the dearest offers; unless it sleeps, is being deleted or has failed: then with the nodes it
    has."""
    if record.is_deleted:
        return 0.0
    left = hours_left(record.spec.expires_at, now)
    if record.phase in GETS_NO_NODES:
        return build_cost_view(record, prices, now).usd_per_hour_now * left
    spare = price_spare(record, prices)
    is_open = record.phase is Phase.PROVISIONING
    planned = estimate_while_built if is_open else estimate_record
    at_replicas = planned(record, prices).at_replicas.usd_per_hour * left
    return at_replicas + (spare.usd_up_to if spare else 0.0)


def hours_left(expires_at: datetime | None, now: datetime) -> float:
    """Until the end of the month, or until it expires if that is earlier."""
    end = month_end(now)
    until = min(end, expires_at) if expires_at else end
    return max(until - now, timedelta()) / timedelta(hours=1)


def month_end(now: datetime) -> datetime:
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
