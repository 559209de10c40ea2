"""How many vCPUs of which quota a cell needs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.arm.managed_cluster import SYSTEM_NODE_COUNT, SYSTEM_VM_SIZE, first_gpu_node_count
from domain.catalog.gpu_skus import find_gpu_sku
from domain.environment.operation import Operation, OperationKind
from domain.environment.operation_request import BUILDS, GET_NODES
from domain.environment.record import EnvironmentRecord
from domain.environment.step_keys import StepKey, cell_step, edge_step, gpu_pool_step
from domain.guard.market import RegionMarket
from domain.guard.spare_gpus import nodes_for_update
from domain.outcomes import Status
from domain.placement.offers import Offer
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
    spec: EnvironmentSpec,
    offer: Offer,
    market: RegionMarket | None,
    existing: EnvironmentRecord | None,
    first_nodes: int | None = None,
) -> tuple[QuotaDemand, ...]:
    """Beyond what the cell has already; `existing`: the environment, if it has been built.
    `first_nodes`: those that the operation asks for, if it is not the specification that says it.
    """
    sku = find_gpu_sku(offer.vm_size)
    if sku is None:
        return ()
    family, vcpus = _find_quota(offer.vm_size, market, (sku.family, sku.vcpus))
    wanted = offer.apply(spec)
    nodes = _count_nodes(existing, offer)
    asked = first_gpu_node_count(wanted) if first_nodes is None else first_nodes
    beside = nodes_for_update(spec, offer, existing, nodes)
    first = max(asked - nodes, beside - nodes, 0) * vcpus
    most = max(wanted.gpu.max_nodes - nodes, 0) * vcpus
    if offer.spot:
        gpu = [QuotaDemand(SPOT_QUOTA, first, most)]
        return (*gpu, *_system_demands(existing, offer, market, 0, 0))
    return (
        QuotaDemand(family, first, most),
        *_system_demands(existing, offer, market, first, most),
    )


def _find_quota(
    vm_size: str, market: RegionMarket | None, known: tuple[str, int]
) -> tuple[str, int]:
    """Family and vCPUs of a size as Azure lists it there, or else as this version knows it."""
    listed = market.find_size(vm_size) if market else None
    family, vcpus = known
    return (listed.family or family, listed.vcpus or vcpus) if listed else known


def is_built(existing: EnvironmentRecord | None, region: str) -> bool:
    return existing is not None and any(cell.region == region for cell in existing.cells)


def _count_nodes(existing: EnvironmentRecord | None, offer: Offer) -> int:
    """GPU nodes of this kind that the cell was last seen to have."""
    seen = existing.gpu_usage.observed.get(offer.region) if existing else None
    if seen is None or (seen.vm_size.lower(), seen.spot) != (offer.vm_size.lower(), offer.spot):
        return 0
    return seen.nodes


def _system_demands(
    existing: EnvironmentRecord | None,
    offer: Offer,
    market: RegionMarket | None,
    first: int,
    most: int,
) -> tuple[QuotaDemand, ...]:
    """With those of regular GPU nodes, which count against the region's quota as well."""
    family, vcpus = _find_quota(SYSTEM_VM_SIZE, market, (SYSTEM_FAMILY, SYSTEM_VCPUS))
    system = 0 if is_built(existing, offer.region) else SYSTEM_NODE_COUNT * vcpus
    demands = (
        QuotaDemand(family, system, system),
        QuotaDemand(REGIONAL_QUOTA, first + system, most + system),
    )
    return tuple(each for each in demands if each.most)


def reserved_by_operations(
    records: Iterable[EnvironmentRecord], market: RegionMarket
) -> Mapping[str, int]:
    """vCPUs by quota, in lower case, that operations in flight have not yet asked Azure for.

    What Azure has been asked for is in its own count.
    """
    reserved: Counter[str] = Counter()
    for record in records:
        for offer in _offers_in_flight(record, market.region):
            for demand in _demands_in_flight(record, offer, market):
                reserved[demand.name.lower()] += demand.first
    return reserved


def kept_nodes(record: EnvironmentRecord | None, region: str) -> int | None:
    """GPU nodes that a wake asks for in the region; None if nothing is kept of a pool there."""
    kept = record.kept_pools.get(region) if record else None
    return kept.first_count if kept else None


def may_have_cluster(existing: EnvironmentRecord | None, region: str) -> bool:
    """Whether Azure was asked for the region's cluster: it then counts it, if it is there."""
    return is_built(existing, region) or _has_asked(existing, cell_step(region, "managedCluster"))


def may_have_profile(existing: EnvironmentRecord | None) -> bool:
    return _has_asked(existing, edge_step("profile"))


def cells_to_be_built(
    records: Iterable[EnvironmentRecord], region: str
) -> Iterable[EnvironmentRecord]:
    """Those whose running operation is about to ask Azure for a cluster in the region."""
    return (
        record
        for record in records
        if _is_being_built(record)
        and any(record.offer_of(cell).region == region for cell in record.spec.regions)
        and not may_have_cluster(record, region)
    )


def profiles_to_be_built(records: Iterable[EnvironmentRecord]) -> int:
    """How many Front Door profiles running operations are about to ask Azure for."""
    return sum(_is_being_built(each) and not may_have_profile(each) for each in records)


def _is_being_built(record: EnvironmentRecord) -> bool:
    operation = record.find_operation(record.active_operation or "")
    return operation is not None and operation.kind in BUILDS


def _has_asked(record: EnvironmentRecord | None, step: StepKey) -> bool:
    """Since the environment was last deleted."""
    for operation in reversed(record.operations if record else ()):
        if operation.kind is OperationKind.DELETE and operation.status is Status.SUCCEEDED:
            return False
        if _has_begun(operation, step):
            return True
    return False


def _has_begun(operation: Operation, asks: StepKey) -> bool:
    return any(
        step.name == asks.name and step.status is not Status.NOT_STARTED
        for step in operation.steps
    )


def _demands_in_flight(
    record: EnvironmentRecord, offer: Offer, market: RegionMarket
) -> tuple[QuotaDemand, ...]:
    """A wake asks for the pool alone, as it was kept."""
    operation = record.find_operation(record.active_operation or "")
    if operation and operation.kind is OperationKind.WAKE:
        kept = kept_nodes(record, offer.region)
        return quota_demands(record.spec, offer, market, record, kept)
    return quota_demands(record.spec, offer, market, None)


def _offers_in_flight(record: EnvironmentRecord, region: str) -> list[Offer]:
    operation = record.find_operation(record.active_operation or "")
    if operation is None or operation.kind not in GET_NODES:
        return []
    is_wake = operation.kind is OperationKind.WAKE
    asks = gpu_pool_step(region) if is_wake else cell_step(region, "managedCluster")
    offers = [record.offer_of(cell) for cell in record.spec.regions]
    has_asked = _has_begun(operation, asks)
    return [] if has_asked else [offer for offer in offers if offer.region == region]
