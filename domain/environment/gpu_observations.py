"""What operations and sweeps show of GPU nodes, as the environment's record takes it in."""

from collections.abc import Mapping
from datetime import datetime
from functools import reduce

from domain.catalog.gpu_skus import find_gpu_sku, nodes_for
from domain.environment.gpu_saving import GpuSaving, saved_while_asleep
from domain.environment.gpu_usage import (
    GpuNodes,
    GpuSpending,
    GpuUsage,
    RecordGpuNodes,
    observe,
    observe_at_least,
    observe_none,
    spent_while_up,
    total,
)
from domain.environment.operation import Operation, OperationKind, StepChange
from domain.environment.record import EnvironmentRecord, OperationEnd
from domain.environment.step_keys import cell_region, removes_gpu_nodes, waits_for_gpu_nodes
from domain.outcomes import Status
from domain.placement.offers import Offer

STEPS_WITHOUT_NODES: Mapping[OperationKind, frozenset[str]] = {
    OperationKind.SCALE_DOWN: frozenset({"gpuPool"}),
    OperationKind.DELETE: frozenset({"managedCluster", "resourceGroup"}),
}
"""Steps of a cell that leave no GPU node once they have succeeded; in other kinds of operations
they may create some."""


def record_gpu_nodes(record: EnvironmentRecord, noted: RecordGpuNodes) -> EnvironmentRecord | None:
    """The record with what a sweep has counted; None if nothing changes.

    Azure's lists may still show nodes of a deleted environment, or of an earlier one of the name.
    Revision and ETag stay, as they do while node hours grow.
    """
    if record.is_deleted:
        return None
    seen = (each for each in noted.seen if each.at >= record.created_at)
    usage = reduce(observe, seen, record.gpu_usage)
    return None if usage == record.gpu_usage else record.model_copy(update={"gpu_usage": usage})


def usage_after_step(
    record: EnvironmentRecord, operation: Operation, change: StepChange
) -> GpuUsage:
    """The record's usage with what a step shows that has succeeded."""
    usage, region = record.gpu_usage, cell_region(change.step)
    if region is None or change.status is not Status.SUCCEEDED:
        return usage
    if waits_for_gpu_nodes(change.step):
        offer = _find_offer(record, region)
        return _with_nodes(usage, offer, _needed(record, offer), change.at) if offer else usage
    ending = STEPS_WITHOUT_NODES.get(operation.kind, frozenset())
    if removes_gpu_nodes(change.step, ending):
        return observe_none(usage, (region,), change.at)
    return usage


def usage_after_end(record: EnvironmentRecord, kind: OperationKind, end: OperationEnd) -> GpuUsage:
    """The record's usage with what an operation shows that has succeeded.

    Steps have shown it before, unless their reports are late. After a failure the nodes that an
    operation had reached may be gone again.
    """
    usage = record.gpu_usage
    if not end.outcome.is_success:
        return usage
    if kind is OperationKind.DELETE:
        return observe_none(usage, usage.observed, end.at)
    if kind is OperationKind.SCALE_DOWN:
        return observe_none(usage, record.regions, end.at)
    for cell in end.cells:
        if offer := _find_offer(record, cell.region):
            usage = _with_nodes(usage, offer, cell.nodes, end.at)
    return usage


def spent_until_end(kind: OperationKind, usage: GpuUsage, end: OperationEnd) -> GpuSpending | None:
    """What the nodes have cost that a scale-down has ended, or all nodes of what was deleted."""
    if not end.outcome.is_success:
        return None
    match kind:
        case OperationKind.SCALE_DOWN:
            return spent_while_up(usage, end.at)
        case OperationKind.DELETE:
            return total(usage, end.at)
        case _:
            return None


def saved_until_end(kind: OperationKind, usage: GpuUsage, end: OperationEnd) -> GpuSaving | None:
    """What a wake has ended, or a deletion of what slept, and what a scale-down has begun."""
    if not end.outcome.is_success:
        return None
    match kind:
        case OperationKind.SCALE_DOWN:
            begun = {
                region: nodes.model_copy(update={"at": end.at})
                for region, nodes in usage.before_none.items()
            }
            return saved_while_asleep(begun, {}, end.at)
        case OperationKind.WAKE:
            return saved_while_asleep(usage.before_none, usage.again_since, end.at)
        case _:
            return None


def _find_offer(record: EnvironmentRecord, region: str) -> Offer | None:
    offers = map(record.offer_of, record.spec.regions)
    return next((offer for offer in offers if offer.region == region), None)


def _needed(record: EnvironmentRecord, offer: Offer) -> int:
    """The fewest nodes that have the GPUs which are allocatable once the wait for them ends."""
    sku, former = find_gpu_sku(offer.vm_size), record.former
    beside = former.workload.gpus_needed if former else 0
    return nodes_for(sku.gpus if sku else 1, 1, record.spec.workload.gpus_needed + beside)


def _with_nodes(usage: GpuUsage, offer: Offer, nodes: int, at: datetime) -> GpuUsage:
    """Nodes that were Ready; others may be starting, or not be needed."""
    if nodes == 0:
        return usage
    seen = GpuNodes(
        region=offer.region, at=at, nodes=nodes, vm_size=offer.vm_size, spot=offer.spot
    )
    return observe_at_least(usage, seen)
