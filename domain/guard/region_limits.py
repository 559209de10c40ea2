"""Whether a region has room for a cell's cluster, addresses and load balancers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.catalog.offered_sizes import QuotaUse
from domain.environment.record import EnvironmentRecord
from domain.guard.demand import cells_to_be_built, may_have_cluster
from domain.guard.market import MarketPart, RegionMarket
from domain.guard.offer_checks import build_check, unknown_check
from domain.guard.plan_check import PlanCheck, Verdict
from domain.guard.situation import Situation
from domain.placement.offers import Offer
from domain.spec.model import EnvironmentSpec

CLUSTER_USAGE = ("managedClusters",)
ADDRESSES = ("IPv4StandardSkuPublicIpAddresses", "StandardSkuPublicIpAddresses")
"""The first replaces the second on newer subscriptions."""
LOAD_BALANCERS = ("StandardSkuLoadBalancers",)


@dataclass(frozen=True, slots=True)
class ResourceDemand:
    """How many resources of a kind a new cell has."""

    part: MarketPart
    names: tuple[str, ...]
    """Of the quota, as Azure spells it; the first that it lists counts."""
    failure: str
    """Code of the failure that Azure's refusal becomes."""
    count: int


def resource_demands(spec: EnvironmentSpec) -> tuple[ResourceDemand, ...]:
    """Each cluster has a load balancer with an address for its outbound traffic. A public origin
    is another address of the same; a private one is on an internal load balancer."""
    is_private = spec.edge.has_private_origins
    return (
        ResourceDemand(MarketPart.CLUSTERS, CLUSTER_USAGE, "ManagedClusterQuotaExceeded", 1),
        ResourceDemand(
            MarketPart.NETWORK, ADDRESSES, "PublicIpQuotaExceeded", 1 if is_private else 2
        ),
        ResourceDemand(
            MarketPart.NETWORK, LOAD_BALANCERS, "NetworkQuotaExceeded", 2 if is_private else 1
        ),
    )


def check_limits(
    spec: EnvironmentSpec, offer: Offer, situation: Situation, market: RegionMarket
) -> Iterable[PlanCheck]:
    """Nothing for a cell whose cluster Azure has been asked for: Azure counts it."""
    if may_have_cluster(situation.existing, offer.region):
        return
    reserved = _count_reserved(situation.in_flight, offer.region)
    for demand in resource_demands(spec):
        yield _check_demand(offer, demand, reserved.get(demand.names, 0), market)


def _count_reserved(
    records: Iterable[EnvironmentRecord], region: str
) -> Mapping[tuple[str, ...], int]:
    reserved: dict[tuple[str, ...], int] = {}
    for record in cells_to_be_built(records, region):
        for demand in resource_demands(record.spec):
            reserved[demand.names] = reserved.get(demand.names, 0) + demand.count
    return reserved


def _check_demand(
    offer: Offer, demand: ResourceDemand, reserved: int, market: RegionMarket
) -> PlanCheck:
    quota = _find(market.usages_of(demand.part), demand.names)
    if quota is None:
        why = market.unread.get(demand.part, "Azure's list does not name it.")
        message = f"The limit of {demand.names[0]} in {offer.region} is unknown: {why}"
        return unknown_check("QuotaUnknown", offer, message, name=demand.names[0])
    is_short = quota.limit - max(quota.used, 0) - reserved < demand.count
    advice = "Delete what is not used, use another region, or ask Azure for a higher limit."
    message = (
        f"{quota.name} in {offer.region}: {quota.limit} allowed, {quota.used} in use, "
        f"{reserved} reserved by running operations; {demand.count} more "
        f"{'is' if demand.count == 1 else 'are'} needed. {advice if is_short else ''}"
    )
    return build_check(
        demand.failure if is_short else "QuotaSufficient",
        Verdict.FAIL if is_short else Verdict.OK,
        offer,
        message,
        target="regions",
        name=quota.name,
        required=demand.count,
        used=quota.used,
        reserved=reserved,
        limit=quota.limit,
    )


def _find(usages: Mapping[str, QuotaUse] | None, names: Iterable[str]) -> QuotaUse | None:
    found = ((usages or {}).get(name.lower()) for name in names)
    return next((each for each in found if each is not None), None)
