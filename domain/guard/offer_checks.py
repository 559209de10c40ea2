"""Results of checks of an offer."""

from domain.guard.plan_check import PlanCheck, Verdict
from domain.placement.offers import Offer


def ok_check(code: str, offer: Offer, message: str) -> PlanCheck:
    return build_check(code, Verdict.OK, offer, message)


def fail_check(code: str, offer: Offer, message: str, target: str = "gpu.vmSize") -> PlanCheck:
    return build_check(code, Verdict.FAIL, offer, message, target=target)


def unknown_check(code: str, offer: Offer, message: str, name: str | None = None) -> PlanCheck:
    return build_check(code, Verdict.WARN, offer, message, name=name)


def build_check(
    code: str,
    verdict: Verdict,
    offer: Offer,
    message: str,
    *,
    target: str = "gpu.vmSize",
    **quota: str | int | None,
) -> PlanCheck:
    about = {"code": code, "verdict": verdict, "message": message.strip(), "target": target}
    return PlanCheck.model_validate({**about, "region": offer.region, **quota})
