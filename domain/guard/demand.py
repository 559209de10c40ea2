"""How many vCPUs of which quota a cell needs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.arm.managed_cluster import SYSTEM_NODE_COUNT, first_gpu_node_count
from domain.catalog.gpu_skus import find_gpu_sku
from domain.environment.operation import OperationKind
from domain.environment.record import EnvironmentRecord
from domain.environment.step_keys import cell_step, gpu_pool_step
from domain.outcomes import Status
from domain.placement.offers import Offer
from domain.requests.decisions import GET_NODES
from domain.spec.model import EnvironmentSpec

REGIONAL_QUOTA = "cores"
SPOT_QUOTA = "lowPriorityCores"
"""Spot nodes count against this alone, whatever their family."""

SYSTEM_FAMILY = "standardDDSv5Family"
SYSTEM_VCPUS = 4
"""Of SYSTEM_VM_SIZE."""


@dataclass(frozen=True, slots=True)
class QuotaDemand:
    """vCPUs that a cell needs of one quota."""

    name: str
    first: int
    """Of the nodes that the operation itself asks for: Azure refuses it without them."""
    most: int
    """Once the autoscaler has reached maxNodes."""


def quota_demands(
    spec: EnvironmentSpec, offer: Offer, existing: EnvironmentRecord | None
) -> tuple[QuotaDemand, ...]:
    """Beyond what the cell has already; `existing`: the environment, if it has been built."""
    sku = find_gpu_sku(offer.vm_size)
    if sku is None:
        return ()
    wanted = offer.apply(spec)
    nodes = _count_nodes(existing, offer)
    first = max(first_gpu_node_count(wanted) - nodes, 0) * sku.vcpus
    most = max(wanted.gpu.max_nodes - nodes, 0) * sku.vcpus
    if offer.spot:
        gpu = [QuotaDemand(SPOT_QUOTA, first, most)]
        return (*gpu, *_system_demands(existing, offer, 0, 0))
    return (
        QuotaDemand(sku.family, first, most),
        *_system_demands(existing, offer, first, most),
    )


def is_built(existing: EnvironmentRecord | None, region: str) -> bool:
    return existing is not None and any(cell.region == region for cell in existing.cells)


def _count_nodes(existing: EnvironmentRecord | None, offer: Offer) -> int:
    """GPU nodes of this kind that the cell was last seen to have."""
    seen = existing.gpu_usage.observed.get(offer.region) if existing else None
    if seen is None or (seen.vm_size.lower(), seen.spot) != (offer.vm_size.lower(), offer.spot):
        return 0
    return seen.nodes


def _system_demands(
    existing: EnvironmentRecord | None, offer: Offer, first: int, most: int
) -> tuple[QuotaDemand, ...]:
    """With those of regular GPU nodes, which count against the region's quota as well."""
    system = 0 if is_built(existing, offer.region) else SYSTEM_NODE_COUNT * SYSTEM_VCPUS
    demands = (
        QuotaDemand(SYSTEM_FAMILY, system, system),
        QuotaDemand(REGIONAL_QUOTA, first + system, most + system),
    )
    return tuple(each for each in demands if each.most)


def reserved_by_operations(records: Iterable[EnvironmentRecord], region: str) -> Mapping[str, int]:
    """vCPUs by quota, in lower case, that operations in flight have not yet asked Azure for.

    What Azure has been asked for is in its own count.
    """
    reserved: Counter[str] = Counter()
    for record in records:
        for offer in _offers_in_flight(record, region):
            for demand in quota_demands(record.spec, offer, None):
                reserved[demand.name.lower()] += demand.first
    return reserved


def _offers_in_flight(record: EnvironmentRecord, region: str) -> list[Offer]:
    operation = record.find_operation(record.active_operation or "")
    if operation is None or operation.kind not in GET_NODES:
        return []
    is_wake = operation.kind is OperationKind.WAKE
    asks = gpu_pool_step(region) if is_wake else cell_step(region, "managedCluster")
    has_asked = any(
        step.name == asks.name and step.status is not Status.NOT_STARTED
        for step in operation.steps
    )
    offers = [record.offer_of(cell) for cell in record.spec.regions]
    return [] if has_asked else [offer for offer in offers if offer.region == region]
