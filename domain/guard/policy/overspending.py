"""Environments whose cost center has spent its budget of the month."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from domain.environment.over_budget import OverBudget
from domain.environment.record import EnvironmentRecord
from domain.guard.costs import PricesByRegion
from domain.guard.policy.budget import spent_this_month
from domain.guard.policy.model import OnExceeded, Policy


def find_overspent(
    records: Mapping[str, Iterable[EnvironmentRecord]],
    policy: Policy,
    prices: PricesByRegion,
    now: datetime,
) -> dict[str, OverBudget]:
    """By environment. `records`: by cost center, with those that were deleted."""
    found: dict[str, OverBudget] = {}
    for cost_center, own in records.items():
        known, budget = list(own), policy.find_budget(cost_center)
        spent = spent_this_month(known, prices, now)
        if budget is None or spent < budget.per_month:
            continue
        over = OverBudget(
            cost_center=cost_center,
            spent=round(spent, 2),
            per_month=budget.per_month,
            month_began_at=now.astimezone(UTC).replace(
                day=1, hour=0, minute=0, second=0, microsecond=0
            ),
            scales_down=budget.on_exceeded is OnExceeded.SCALE_DOWN,
        )
        found |= {record.name: over for record in known if not record.is_deleted}
    return found
