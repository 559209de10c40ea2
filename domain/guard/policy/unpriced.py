"""GPU nodes without a known list price: sums lack them, so no threshold is known to hold."""

from collections.abc import Iterable
from datetime import UTC, datetime

from domain.arm.managed_cluster import first_gpu_node_count
from domain.environment.phases import GETS_NO_NODES
from domain.environment.record import EnvironmentRecord
from domain.guard.costs import PricesByRegion, estimate_record
from domain.guard.estimate import Estimate
from domain.guard.spare_price import SpareNodes
from domain.spec.model import EnvironmentSpec


def brings_unpriced(
    spec: EnvironmentSpec,
    planned: Estimate,
    existing: EnvironmentRecord | None,
    prices: PricesByRegion,
) -> bool:
    """Whether the specification has more such nodes at replicas than the environment's has."""
    nodes = first_gpu_node_count(spec)
    if not planned.unpriced_nodes or not nodes:
        return False
    if existing is None:
        return True
    before = estimate_record(existing, prices).unpriced_nodes
    is_known = set(planned.unpriced_nodes) <= set(before)
    return not is_known or nodes > first_gpu_node_count(existing.spec)


def asks_for_unpriced(
    spec: EnvironmentSpec,
    planned: Estimate,
    existing: EnvironmentRecord | None,
    prices: PricesByRegion,
    spare: SpareNodes | None,
) -> bool:
    """Whether such nodes are asked for beside those that run, as by a wake or for an update."""
    if not planned.unpriced_nodes:
        return False
    is_awake = existing is not None and existing.phase not in GETS_NO_NODES
    is_more = not is_awake or spare is not None
    return is_more or brings_unpriced(spec, planned, existing, prices)


def name_uncounted(
    records: Iterable[EnvironmentRecord], prices: PricesByRegion, now: datetime
) -> tuple[str, ...]:
    """Environments with such nodes at present or since the first of the month."""
    month = now.astimezone(UTC).strftime("%Y-%m-")
    return tuple(
        record.name
        for record in records
        if _reserves_unpriced(record, prices)
        or any(
            day.startswith(month) and spent.unpriced_node_hours
            for day, spent in record.gpu_usage.days.items()
        )
    )


def _reserves_unpriced(record: EnvironmentRecord, prices: PricesByRegion) -> bool:
    if record.is_deleted or record.was_never_begun or record.phase in GETS_NO_NODES:
        return False
    return bool(estimate_record(record, prices).unpriced_nodes)
