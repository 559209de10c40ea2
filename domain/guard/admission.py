"""Refuses a request that its plan says would fail, in the words of the plan."""

from collections.abc import Iterable

from domain.environment.record import EnvironmentRecord
from domain.guard.checks import check_cell
from domain.guard.costs import estimate_record
from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.policy.checks import check_budget, check_policy
from domain.guard.price_bound import bound_price
from domain.guard.situation import Situation
from domain.guard.spare_gpus import check_spare_nodes
from domain.guard.subscription_checks import check_subscription
from domain.problem import Problem
from domain.requests.decision import Refused
from domain.spec.model import EnvironmentSpec


def find_refusal(spec: EnvironmentSpec, situation: Situation) -> Refused | None:
    """None if Azure would grant it, as far as is known: what is unknown blocks nothing."""
    return refuse_failed(check_request(spec, situation))


def check_request(spec: EnvironmentSpec, situation: Situation) -> tuple[PlanCheck, ...]:
    """All checks of a request that brings a specification."""
    cells = (check_cell(spec, cell, situation)[1] for cell in spec.regions)
    return check_planned(spec, cells, situation)


def check_planned(
    spec: EnvironmentSpec, cells: Iterable[Iterable[PlanCheck]], situation: Situation
) -> tuple[PlanCheck, ...]:
    """`cells`: the checks of the offer that each cell is planned with."""
    offers = [situation.offer_of(spec, cell) for cell in spec.regions]
    return (
        *(check for found in cells for check in found),
        *check_spare_nodes(spec, offers, situation.existing),
        *check_subscription(situation),
        *situation.images,
        *check_policy(spec, bound_price(spec, situation), situation),
    )


def refuse_budget(record: EnvironmentRecord, situation: Situation) -> Refused | None:
    """Of an operation that goes on with the specification on record: rules that were added later
    do not bind it, the budget does."""
    facts = situation.policy
    if facts is None:
        return None
    planned = estimate_record(record, facts.prices)
    return refuse_failed(check_budget(record.spec, planned, situation))


def refuse_failed(checks: Iterable[PlanCheck]) -> Refused | None:
    failed = [check for check in checks if check.verdict is Verdict.FAIL]
    if not failed:
        return None
    first, *others = failed
    return Refused(
        first.code,
        first.message,
        target=first.target,
        details=tuple(Problem(each.code, each.message, each.target) for each in others),
    )
