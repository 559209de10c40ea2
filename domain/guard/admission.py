"""Refuses a request that its plan says would fail, in the words of the plan."""

from domain.guard.checks import check_cell
from domain.guard.plan_check import Verdict
from domain.guard.situation import Situation
from domain.guard.subscription_checks import check_subscription
from domain.problem import Problem
from domain.requests.decision import Refused
from domain.spec.model import EnvironmentSpec


def find_refusal(spec: EnvironmentSpec, situation: Situation) -> Refused | None:
    """None if Azure would grant it, as far as is known: what is unknown blocks nothing."""
    checks = (
        *(check for cell in spec.regions for check in check_cell(spec, cell, situation)[1]),
        *check_subscription(situation),
        *situation.images,
    )
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
