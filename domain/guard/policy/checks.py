"""Checks of the policy file and its budgets, as they stand in a plan."""

from collections.abc import Iterable

from domain.guard.costs import estimate_record
from domain.guard.estimate import Estimate
from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.policy.budget import BUDGET_UNIT, BudgetUse, assess_budget, find_in_center
from domain.guard.policy.facts import PolicyFacts
from domain.guard.policy.ledgers import MONEY, cost_center_ledger
from domain.guard.policy.model import Budget
from domain.guard.policy.rules import check_rules
from domain.guard.policy.unpriced import brings_unpriced, name_uncounted
from domain.guard.situation import Situation
from domain.guard.spare_price import find_spare_nodes
from domain.spec.model import EnvironmentSpec

APPROVAL_REQUIRED = "ApprovalRequired"
"""Code of a warning: the request waits for a second person."""

BUDGET_EXCEEDED = "BudgetExceeded"


def check_policy(
    spec: EnvironmentSpec, planned: Estimate, situation: Situation
) -> tuple[PlanCheck, ...]:
    """What a live environment violates already, in the same words or by as many nodes, is a
    warning: a rule that was added later does not keep it from other changes, nor from fewer."""
    facts, existing = situation.policy, situation.existing
    if facts is None:
        return ()
    checks = tuple(check_rules(spec, facts))
    if existing:
        before = tuple(check_rules(existing.spec, facts))
        stays = find_in_center(spec, existing) is not None
        known = {each.message for each in before}
        known |= {each.message for each in checks if stays and _asks_for_no_more(each, before)}
        checks = tuple(
            _without_failure(each) if each.message in known else each for each in checks
        )
    return (
        *checks,
        *_check_price(spec, planned, situation, facts),
        *_check_unpriced(spec, planned, situation, facts),
        *check_budget(spec, planned, situation),
    )


def check_budget(
    spec: EnvironmentSpec, planned: Estimate, situation: Situation
) -> Iterable[PlanCheck]:
    """Nothing without a budget; what spends no more than before is never refused."""
    facts = situation.policy
    budget = facts.policy.find_budget(spec.cost_center) if facts else None
    if facts is None or budget is None:
        return
    yield _judge(spec, budget, use_of(spec, planned, situation, facts))
    counted = find_in_center(spec, situation.existing)
    if budget.is_enforced and brings_unpriced(spec, planned, counted, facts.prices):
        yield _about_budget(
            APPROVAL_REQUIRED,
            spec,
            f"The budget of {spec.cost_center} cannot be checked, as no list price is known for "
            f"{', '.join(planned.unpriced_nodes)}: a second person has to approve what the budget "
            "will not count.",
        )
    others = name_uncounted(facts.find_all_others(spec.name), facts.prices, facts.at)
    left_out = (*planned.unpriced, *(f"GPU nodes of {name}" for name in others))
    if left_out:
        yield _about_budget(
            "BudgetIncomplete",
            spec,
            "The budget is checked without what no list price is known for: "
            f"{', '.join(left_out)}.",
        )


def _about_budget(code: str, spec: EnvironmentSpec, message: str) -> PlanCheck:
    return PlanCheck(
        code=code,
        verdict=Verdict.WARN,
        message=message,
        target="costCenter",
        name=spec.cost_center,
    )


def use_of(
    spec: EnvironmentSpec, planned: Estimate, situation: Situation, facts: PolicyFacts
) -> BudgetUse:
    claimed = facts.find_claimed(cost_center_ledger(spec.cost_center)).get(MONEY, 0.0)
    offers = [situation.offer_of(spec, cell) for cell in spec.regions]
    spare = find_spare_nodes(spec, offers, situation.existing, situation.markets)
    return assess_budget(spec, planned, situation.existing, facts, claimed, spare)


def _judge(spec: EnvironmentSpec, budget: Budget, use: BudgetUse) -> PlanCheck:
    percent = use.percent_of(budget)
    code, verdict, advice = _verdict(budget, use, percent)
    return PlanCheck(
        code=code,
        verdict=verdict,
        message=f"Budget of {spec.cost_center} for the month: {budget.per_month:.2f} "
        f"{BUDGET_UNIT}, {use.used:.2f} spent, {use.reserved:.2f} reserved by other environments; "
        f"this one needs {_up_to(spec)}{use.required:.2f} until the month's end, which makes "
        f"{percent:.1f} %. "
        f"{advice}".strip(),
        target="costCenter",
        name=spec.cost_center,
        required=round(use.required, 2),
        used=round(use.used, 2),
        reserved=round(use.reserved, 2),
        limit=round(budget.per_month, 2),
        unit=BUDGET_UNIT,
    )


def _verdict(budget: Budget, use: BudgetUse, percent: float) -> tuple[str, Verdict, str]:
    if budget.refuse_at is not None and percent > budget.refuse_at and use.is_increase:
        fix = (
            "Use a cheaper size or fewer replicas, set expiresAt, delete what is not needed, or "
            f"have the budget raised: requests above {budget.refuse_at} % are refused."
        )
        return BUDGET_EXCEEDED, Verdict.FAIL, fix
    if budget.approval_at is not None and percent > budget.approval_at and use.is_increase:
        why = f"Above {budget.approval_at} % a second person has to approve it."
        return APPROVAL_REQUIRED, Verdict.WARN, why
    if percent > budget.warn_at:
        return "BudgetNearlySpent", Verdict.WARN, f"That is above {budget.warn_at} %."
    return "BudgetSufficient", Verdict.OK, ""


def _up_to(spec: EnvironmentSpec) -> str:
    """Where the placement may lead to another price."""
    others = spec.placement
    is_open = others.vm_sizes or others.regions or others.regular_if_no_spot
    return "up to " if is_open else ""


def _check_price(
    spec: EnvironmentSpec, planned: Estimate, situation: Situation, facts: PolicyFacts
) -> Iterable[PlanCheck]:
    """A change that makes nothing more expensive needs no approval."""
    rule, existing = facts.policy.approval, situation.existing
    price = planned.at_replicas.usd_per_month
    before = estimate_record(existing, facts.prices).at_replicas if existing else None
    if rule and price > rule.above_per_month and (before is None or price > before.usd_per_month):
        yield PlanCheck(
            code=APPROVAL_REQUIRED,
            verdict=Verdict.WARN,
            message=f"At replicas it costs {_up_to(spec)}{price:.2f} {BUDGET_UNIT} per month: "
            f"above {rule.above_per_month:.2f} a second person has to approve it.",
            target="gpu",
            required=price,
            limit=rule.above_per_month,
            unit=BUDGET_UNIT,
        )


def _check_unpriced(
    spec: EnvironmentSpec, planned: Estimate, situation: Situation, facts: PolicyFacts
) -> Iterable[PlanCheck]:
    """GPU nodes may be above the threshold if their price is unknown; those that a live
    environment has already are no news."""
    rule = facts.policy.approval
    if rule and brings_unpriced(spec, planned, situation.existing, facts.prices):
        yield PlanCheck(
            code=APPROVAL_REQUIRED,
            verdict=Verdict.WARN,
            message=f"No list price is known for {', '.join(planned.unpriced_nodes)}: it may cost "
            f"more than {rule.above_per_month:.2f} {BUDGET_UNIT} per month, so a second person "
            "has to approve it.",
            target="gpu",
            limit=rule.above_per_month,
            unit=BUDGET_UNIT,
        )


def _asks_for_no_more(check: PlanCheck, before: Iterable[PlanCheck]) -> bool:
    earlier = (each.required for each in before if each.name and each.name == check.name)
    return any(most is not None and (check.required or 0) <= most for most in earlier)


def _without_failure(check: PlanCheck) -> PlanCheck:
    is_failure = check.verdict is Verdict.FAIL
    return check.model_copy(update={"verdict": Verdict.WARN}) if is_failure else check
