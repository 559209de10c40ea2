"""What the GPU nodes cost that an update needs beside those that serve."""

from collections.abc import Iterable

from pydantic import Field

from domain.arm.managed_cluster import first_gpu_node_count
from domain.environment.beside import find_former
from domain.environment.record import EnvironmentRecord
from domain.guard.market import Markets
from domain.guard.minutes import POOL_CREATION, minutes_of_shifts
from domain.guard.spare_gpus import count_nodes_beside
from domain.placement.offers import Offer
from domain.spec.model import EnvironmentSpec
from domain.spec.update import Update
from domain.spec.workload import Workload
from domain.wire import WireModel

MINUTES_OF_AN_HOUR = 60

MINUTES_UNTIL_REMOVED = 10
"""The cluster autoscaler removes a node once it has been unneeded for so long."""


class SpareNodes(WireModel):
    """GPU nodes of an update beside those that serve."""

    nodes: int = Field(description="How many, in all regions together.", examples=[1])
    hours_up_to: float = Field(
        description="How long: until they have booted, for both starts of the new version as long "
        "as they may take, for the minutes that it is watched and until gateways have each share, "
        "for requests under way to end, and until the autoscaler removes them.",
        examples=[1.0],
    )
    usd_up_to: float = Field(
        description="What that costs at list prices, in USD; without sizes that "
        "`estimate.unpriced` names.",
        examples=[4.78],
    )


def find_spare_nodes(
    spec: EnvironmentSpec,
    offers: Iterable[Offer],
    existing: EnvironmentRecord | None,
    markets: Markets,
) -> SpareNodes | None:
    """Of an update that is planned; None if it brings no version beside the one that serves."""
    if existing is None or find_former(existing, spec) is None:
        return None
    return price_spare_nodes(spec, offers, existing.spec.workload, markets)


def price_spare_nodes(
    spec: EnvironmentSpec, offers: Iterable[Offer], old: Workload, markets: Markets
) -> SpareNodes | None:
    """Beyond those of the specification's replicas. `old`: the version that serves."""
    counts = [(offer, _count(spec, offer, old)) for offer in offers]
    nodes = sum(count for _, count in counts)
    if not nodes:
        return None
    hours = hours_beside(spec)
    per_hour = sum(count * _price_of(offer, markets) for offer, count in counts)
    return SpareNodes(
        nodes=nodes, hours_up_to=round(hours, 2), usd_up_to=round(hours * per_hour, 2)
    )


def hours_beside(spec: EnvironmentSpec) -> float:
    """Requests under way have their grace before a version is ended, and again while it ends."""
    workload, update = spec.workload, spec.update or Update()
    starts = workload.start_minutes + workload.rollout_minutes
    endings = 2 * 2 * workload.termination_grace_seconds / 60
    at_gateways = update.watched_minutes + minutes_of_shifts(update)[1]
    minutes = POOL_CREATION[1] + starts + at_gateways + endings + MINUTES_UNTIL_REMOVED
    return minutes / MINUTES_OF_AN_HOUR


def _count(spec: EnvironmentSpec, offer: Offer, old: Workload) -> int:
    return max(count_nodes_beside(spec, offer, old) - _count_usual(offer.apply(spec)), 0)


def _count_usual(spec: EnvironmentSpec) -> int:
    """Of one version, with `autoscale` of as many replicas as there may be."""
    workload = spec.workload
    most = workload.model_copy(update={"replicas": workload.most_replicas})
    return first_gpu_node_count(spec.model_copy(update={"workload": most}))


def _price_of(offer: Offer, markets: Markets) -> float:
    market = markets.get(offer.region)
    return (market.find_price(offer.vm_size, spot=offer.spot) if market else None) or 0.0
