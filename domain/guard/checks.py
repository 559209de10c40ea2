"""Whether Azure would grant an offer: the size in its region and zones, and the quota for it."""

from collections import Counter
from collections.abc import Iterable

from domain.environment.record import EnvironmentRecord
from domain.guard.demand import QuotaDemand, is_built, quota_demands, reserved_by_operations
from domain.guard.market import MarketPart, RegionMarket
from domain.guard.offer_checks import build_check, fail_check, ok_check, unknown_check
from domain.guard.plan_check import PlanCheck, Verdict, worst
from domain.guard.region_limits import check_limits
from domain.guard.situation import Situation
from domain.placement.offers import Offer, list_offers
from domain.spec.model import EnvironmentSpec


def check_cell(
    spec: EnvironmentSpec, cell: str, situation: Situation
) -> tuple[Offer, tuple[PlanCheck, ...]]:
    """The offer that the cell would be built with, and its checks.

    One that fails is a warning where the placement has another one: that is tried next.
    """
    checked = [
        (offer, check_offer(spec, offer, situation)) for offer in offers_of(spec, cell, situation)
    ]
    usable = next((each for each in checked if worst(each[1]) is not Verdict.FAIL), None)
    if usable is None or usable is checked[0]:
        return usable or checked[0]
    offer, checks = usable
    skipped = [
        check.model_copy(
            update={
                "verdict": Verdict.WARN,
                "message": f"{check.message} The cell is planned as {offer.describe()} instead.",
            }
        )
        for check in checked[0][1]
        if check.verdict is Verdict.FAIL
    ]
    return offer, (*skipped, *checks)


def offers_of(spec: EnvironmentSpec, cell: str, situation: Situation) -> tuple[Offer, ...]:
    """What a cell may be built with: a live one keeps what it has."""
    existing = situation.existing
    if existing and not existing.has_failed and cell in existing.spec.regions:
        return (existing.offer_of(cell),)
    return list_offers(spec, cell)


def check_offer(
    spec: EnvironmentSpec, offer: Offer, situation: Situation
) -> tuple[PlanCheck, ...]:
    market = situation.markets.get(offer.region)
    if market is None:
        return (unknown_check("MarketUnknown", offer, "Nothing is known about the region."),)
    sizes = _check_size(offer, market)
    if _has_pool(situation.existing, offer):
        sizes = map(_without_failure, sizes)
    demands = quota_demands(spec, offer, market, situation.existing)
    quota = check_quota(offer, demands, situation, market)
    return (*sizes, *quota, *check_limits(spec, offer, situation, market))


def is_offered(offer: Offer, situation: Situation) -> bool:
    """Whether Azure would build it, whatever the quota; true where its sizes are not known."""
    market = situation.markets.get(offer.region)
    return market is None or worst(_check_size(offer, market)) is not Verdict.FAIL


def _has_pool(existing: EnvironmentRecord | None, offer: Offer) -> bool:
    """Whether the cell has been built with the offer: Azure keeps what it no longer offers."""
    if existing is None or not is_built(existing, offer.region):
        return False
    return any(existing.offer_of(cell) == offer for cell in existing.spec.regions)


def _without_failure(check: PlanCheck) -> PlanCheck:
    is_failure = check.verdict is Verdict.FAIL
    return check.model_copy(update={"verdict": Verdict.WARN}) if is_failure else check


def _check_size(offer: Offer, market: RegionMarket) -> Iterable[PlanCheck]:
    if market.sizes is None:
        why = market.unread.get(MarketPart.SIZES, "")
        yield unknown_check(
            "SizesUnknown", offer, f"The sizes of {offer.region} are unknown: {why}"
        )
        return
    size = market.find_size(offer.vm_size)
    if size is None:
        yield fail_check(
            "VmSizeNotOffered",
            offer,
            f"Azure does not offer {offer.vm_size} in {offer.region}. Use another size or region: "
            f"GET /offers?region={offer.region} lists what it has.",
        )
    elif size.restriction:
        yield fail_check(
            "VmSizeRestricted",
            offer,
            f"{offer.vm_size} is not available to this subscription in {offer.region} "
            f"({size.restriction}), whatever its quota. Use another size or region, or ask Azure "
            "support for access.",
        )
    elif closed := [zone for zone in offer.zones if zone not in size.zones]:
        open_zones = ", ".join(size.zones) or "none"
        yield fail_check(
            "ZoneNotOffered",
            offer,
            f"{offer.vm_size} is not available in zone {', '.join(closed)} of {offer.region}; "
            f"zones that have it: {open_zones}.",
            target="gpu.zones",
        )
    else:
        yield ok_check("VmSizeOffered", offer, f"{offer.vm_size} is offered in {offer.region}.")


def check_quota(
    offer: Offer, demands: Iterable[QuotaDemand], situation: Situation, market: RegionMarket
) -> Iterable[PlanCheck]:
    reserved = Counter(reserved_by_operations(situation.in_flight, market))
    claimed = situation.find_claimed(offer.region)
    reserved += Counter({name: round(vcpus) for name, vcpus in claimed.items()})
    if market.quota is None:
        why = market.unread.get(MarketPart.QUOTA, "")
        yield unknown_check(
            "QuotaUnknown", offer, f"The quota of {offer.region} is unknown: {why}"
        )
        return
    for demand in demands:
        yield _check_demand(offer, demand, reserved.get(demand.name.lower(), 0), market)


def _check_demand(
    offer: Offer, demand: QuotaDemand, reserved: int, market: RegionMarket
) -> PlanCheck:
    quota = market.find_quota(demand.name)
    if quota is None:
        why = f"Azure lists no quota '{demand.name}' in {offer.region}."
        return unknown_check("QuotaUnknown", offer, why, name=demand.name)
    code, verdict, required, advice = _judge(demand, quota.limit - quota.used - reserved)
    message = (
        f"{quota.name} in {offer.region}: {quota.limit} vCPUs granted, {quota.used} in use, "
        f"{reserved} reserved by running operations; {required} more are needed. {advice}"
    )
    return build_check(
        code,
        verdict,
        offer,
        message,
        name=quota.name,
        required=required,
        used=quota.used,
        reserved=reserved,
        limit=quota.limit,
    )


def _judge(demand: QuotaDemand, left: int) -> tuple[str, Verdict, int, str]:
    """Code, verdict, vCPUs that are needed, and what to do."""
    if demand.first > 0 and left < demand.first:
        fix = "Ask Azure for a higher limit, or use another size or region."
        return "QuotaExceeded", Verdict.FAIL, demand.first, fix
    if left < demand.most:
        fix = "Enough to start with; the pool cannot grow to maxNodes."
        return "QuotaBelowMaxNodes", Verdict.WARN, demand.most, fix
    return "QuotaSufficient", Verdict.OK, demand.most, ""
