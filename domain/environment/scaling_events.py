"""What the timeline tells of GPU nodes that come and go with the replicas of an environment."""

from typing import Any

from domain.environment.gpu_observations import record_gpu_nodes
from domain.environment.gpu_usage import GpuNodes, RecordGpuNodes, find_node_price
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.environment.transitions import add_event


def record_scaling(record: EnvironmentRecord, noted: RecordGpuNodes) -> EnvironmentRecord | None:
    """The record with what a sweep has counted, and with an event for each region whose nodes
    have followed its replicas; None if nothing changes."""
    changed = record_gpu_nodes(record, noted)
    if changed is None or record.spec.workload.autoscale is None:
        return changed
    if record.phase is not Phase.READY:
        return changed
    for region, seen in changed.gpu_usage.observed.items():
        before = record.gpu_usage.observed.get(region)
        if before and before.nodes != seen.nodes:
            changed = _tell(changed, before, seen)
    return changed


def _tell(record: EnvironmentRecord, before: GpuNodes, seen: GpuNodes) -> EnvironmentRecord:
    message = f"{seen.region}: {seen.nodes} GPU nodes, {before.nodes} before"
    evidence: dict[str, Any] = {"nodes": seen.nodes, "nodesBefore": before.nodes}
    if (price := find_node_price(seen if seen.nodes else before)) is not None:
        costs, cost = round(seen.nodes * price, 3), round(before.nodes * price, 3)
        message += f"; {costs} USD per hour, {cost} before"
        evidence |= {"usdPerHour": costs, "usdPerHourBefore": cost}
    return add_event(
        record, seen.at, "GpuNodesScaled", f"{message}.", evidence={seen.region: evidence}
    )
