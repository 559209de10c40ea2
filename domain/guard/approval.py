"""What a second person is asked to approve, and whether it still is what was asked."""

from datetime import datetime

from domain.environment.approval import (
    ApprovalDemand,
    FrozenChange,
    digest_spec,
    show_value,
)
from domain.guard.admission import check_request, find_refusal
from domain.guard.plan import Plan, build_plan
from domain.guard.policy.checks import APPROVAL_REQUIRED
from domain.guard.policy.model import ApprovalRule, Policy
from domain.guard.situation import Situation
from domain.requests.decision import Refused
from domain.spec.model import EnvironmentSpec

MOST_CHANGES = 50
DEFAULT_RULE = ApprovalRule(above_per_month=1)
"""Deadline and reminder where budgets alone ask for approval."""


def find_approval(
    spec: EnvironmentSpec, situation: Situation, now: datetime
) -> ApprovalDemand | None:
    """None if no check asks for one, or if this was approved before at no lower price."""
    checks = check_request(spec, situation)
    reasons = tuple(each.message for each in checks if each.code == APPROVAL_REQUIRED)
    if not reasons:
        return None
    plan = build_plan(spec, situation, now)
    if not plan.requires_approval:
        return None
    policy = situation.policy.policy if situation.policy else Policy()
    rule = policy.approval or DEFAULT_RULE
    return ApprovalDemand(
        plan_id=plan.id,
        plan_digest=plan.digest,
        spec_digest=digest_spec(spec),
        usd_per_month=plan.estimate.at_replicas.usd_per_month,
        changes=_freeze(plan),
        reasons=reasons,
        deadline_hours=rule.deadline_hours,
        remind_after_hours=rule.remind_after_hours,
    )


def find_outdated(
    demand: ApprovalDemand, spec: EnvironmentSpec, situation: Situation, now: datetime
) -> Refused | None:
    """Why it cannot be carried out as it was requested: checks that fail since, or a higher
    price."""
    if refusal := find_refusal(spec, situation):
        return refusal
    price = build_plan(spec, situation, now).estimate.at_replicas.usd_per_month
    if price <= demand.usd_per_month:
        return None
    return Refused(
        "PriceAboveRequested",
        f"It costs {price:.2f} USD per month at replicas by now, and {demand.usd_per_month:.2f} "
        "when it was requested. Reject it, and have it requested again.",
        target="planDigest",
    )


def _freeze(plan: Plan) -> tuple[FrozenChange, ...]:
    return tuple(
        FrozenChange(
            field=each.field,
            before=show_value(each.before),
            after=show_value(each.after),
            effect=str(each.effect),
        )
        for each in plan.changes[:MOST_CHANGES]
    )
